from odoo import api, fields, models


class SubscriptionContract(models.Model):
    """How long a contract binds, and when it ends if it is cancelled (C2)."""

    _inherit = "subscription.contract"

    date_term_start = fields.Date(
        "Term Counts From",
        copy=False,
        help="Empty = the first paid day. A change may start a new first term.",
    )
    date_term_end = fields.Date(
        "Current Term Ends",
        compute="_compute_term_dates",
        help="Last day of the term that runs today; empty in an indefinite phase.",
    )
    date_cancel_by = fields.Date(
        "Cancel By",
        compute="_compute_term_dates",
        help="Last day on which a notice ends the contract with the current term.",
    )
    date_end_if_cancelled = fields.Date(
        "Ends If Cancelled Today", compute="_compute_term_dates"
    )

    @api.depends(
        "date_start",
        "date_trial_end",
        "date_term_start",
        "state",
        "pause_ids.date_end",
        "pause_ids.is_term_extended",
    )
    def _compute_term_dates(self):
        for contract in self:
            contract.date_term_end = contract.date_cancel_by = False
            contract.date_end_if_cancelled = False
            if contract.state == "ended" or not contract.date_start:
                continue
            today = contract._get_today()
            term, start = contract._as_term(), contract._get_term_start()
            current = term.current(start, today)
            contract.date_term_end = current and current.last_day
            contract.date_cancel_by = term.last_cancel_day(start, today) or False
            contract.date_end_if_cancelled = contract._get_earliest_end(today)

    def _get_today(self):
        """Today in the contract's zone; for buttons and forms, not for rules (T3)."""
        self.ensure_one()
        return self.env["subscription.billing.run"]._get_billing_date(self.tz or "UTC")

    def _get_term_start(self):
        """First day of the first term; later by the pauses that extend it."""
        self.ensure_one()
        start = self.date_term_start or self._get_paid_start()
        pauses = self.pause_ids.filtered(
            lambda pause: pause.is_term_extended and pause.date_start >= start
        )
        return fields.Date.add(start, days=sum(pause._get_days() for pause in pauses))

    def _get_earliest_end(self, on):
        """Last day of the contract if it is cancelled on ``on`` (C2).

        In a trial it is the last day of the trial: nothing binds yet (C3).

        :param date on: day the notice is received
        :return: date, inclusive
        """
        self.ensure_one()
        if self.date_trial_end and on <= self.date_trial_end:
            return self.date_trial_end
        stop = self._as_term().earliest_end(self._get_term_start(), on)
        return fields.Date.subtract(stop, days=1)

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.sql import column_exists

DAYS = ("subscription_trial_reminder_days", "subscription_renewal_reminder_days")


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_trial_reminder_days = fields.Integer(
        default=3,
        help="Days before the end of a trial on which its customer is told; 0 = never.",
    )
    subscription_renewal_reminder_days = fields.Integer(
        default=30,
        help="Days before the last day to cancel a term on which its customer is told; "
        "0 = never. Terms that are too short for it are not told of.",
    )

    @api.constrains(*DAYS)
    def _check_reminder_days(self):
        for company in self:
            if any(company[name] < 0 for name in DAYS):
                raise ValidationError(
                    self.env._(
                        "%s: the days before a reminder must not be negative. Use 0 "
                        "for no reminders.",
                        company.name,
                    )
                )

    def write(self, vals):
        is_other = any(
            company[name] != vals[name]
            for name in DAYS
            if name in vals
            for company in self
        )
        result = super().write(vals)
        if is_other:
            self._look_at_contracts_again()
        return result

    def _look_at_contracts_again(self):
        """Have the next run find new days for the reminders of all contracts; it does
        so in batches, and here they may be too many."""
        contracts = self.env["subscription.contract"]
        contracts.flush_model(["date_next_step"])
        contracts._look_again(SQL("AND company_id IN %s", tuple(self.ids)))
        contracts.invalidate_model(["date_next_step"])


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_trial_reminder_days = fields.Integer(
        related="company_id.subscription_trial_reminder_days", readonly=False
    )
    subscription_renewal_reminder_days = fields.Integer(
        related="company_id.subscription_renewal_reminder_days", readonly=False
    )

    def action_open_subscription_notices(self):
        return self.env["subscription.notice"].action_open()


class SubscriptionContract(models.Model):
    """Reminders before a trial ends and before the last day to cancel a term."""

    _inherit = "subscription.contract"

    is_trial_end_told = fields.Boolean(readonly=True, copy=False)
    date_renewal_told = fields.Date(
        readonly=True,
        copy=False,
        help="Last day of the latest term whose renewal was told or lies behind.",
    )

    def _auto_init(self):
        """Contracts that run already are told of renewals as well."""
        is_new = not column_exists(self.env.cr, self._table, "date_renewal_told")
        result = super()._auto_init()
        if is_new:
            self._look_again(SQL())
        return result

    def _look_again(self, condition):
        """Let the next run find the steps of running contracts anew."""
        self.env.cr.execute(
            SQL(
                "UPDATE subscription_contract"
                " SET date_next_step = LEAST(date_next_step, date_start)"
                " WHERE state NOT IN ('draft', 'ended') %s",
                condition,
            )
        )

    def write(self, vals):
        result = super().write(vals)
        if "date_end" in vals:
            self._refresh_next_step()
        return result

    def _get_step_dates(self):
        days = (self._get_trial_reminder(), self._get_renewal_reminder()[0])
        return super()._get_step_dates() + [day for day in days if day]

    def _take_steps(self, day):
        result = super()._take_steps(day)
        self._remind_of_trials(day)
        self._remind_of_renewals(day)
        return result

    def _get_trial_reminder(self):
        """Day to tell that the trial ends; None if it is too short, was cancelled, or
        its customer knows."""
        ahead = self.company_id.subscription_trial_reminder_days
        is_open = self.state == "trial" and not self.end_method
        if not is_open or self.is_trial_end_told or not ahead:
            return None
        day = fields.Date.subtract(self.date_trial_end, days=ahead)
        return day if day > self.date_start else None

    def _remind_of_trials(self, day):
        reached = self.filtered(
            lambda contract: (reminder := contract._get_trial_reminder())
            and reminder <= day
        )
        reached.sudo().is_trial_end_told = True
        running = reached.filtered(lambda contract: day <= contract.date_trial_end)
        running._send_notice("trial_ending", on=day)

    def _get_renewal_reminder(self):
        """Day to tell of the next renewal that was not told yet, and its term.

        :return: (date, ``Period``), or (None, None) if there is nothing to tell
        """
        ahead = self.company_id.subscription_renewal_reminder_days
        if not ahead or self.date_end or self.state not in ("active", "paused"):
            return None, None
        term, start = self._as_term(), self._get_term_start()
        on = start
        if self.date_renewal_told:
            on = max(on, fields.Date.add(self.date_renewal_told, days=1))
        # The first term may be too short for a reminder, and the second one not.
        for _attempt in range(2):
            current = term.current(start, on)
            if not current:
                break
            last = term.last_cancel_day(start, on)
            day = fields.Date.subtract(last, days=ahead)
            if day > current.start:
                return day, current
            on = current.stop
        return None, None

    def _remind_of_renewals(self, day):
        told = self.filtered(lambda contract: contract._reach_renewal(day))
        told._send_notice("renewal_due", on=day)

    def _reach_renewal(self, day):
        """Note which term was told of; whether its customer can still act upon it.

        Nothing is told of terms that were over before, as contracts from elsewhere
        have them.
        """
        reminder, told = self._get_renewal_reminder()
        if not reminder or reminder > day:
            return False
        term, start = self._as_term(), self._get_term_start()
        if told.stop <= day:
            current = term.current(start, day)
            before = fields.Date.subtract(current.start, days=1) if current else day
            self.sudo().date_renewal_told = before
            reminder, told = self._get_renewal_reminder()
            if not reminder or reminder > day:
                return False
        self.sudo().date_renewal_told = told.last_day
        return day <= term.last_cancel_day(start, told.start)

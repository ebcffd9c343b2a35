from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..catalogue.subscription_recurrence_mixin import as_stop


class SubscriptionContract(models.Model):
    """From when on a contract is paid for: after its trial, and after what was billed
    elsewhere before it came here."""

    _inherit = "subscription.contract"

    date_trial_end = fields.Date(
        "Trial Ends",
        compute="_compute_date_trial_end",
        copy=False,
        store=True,
        readonly=False,
        help="Last day of the trial, inclusive; fees begin the day after.",
    )
    date_billed_until = fields.Date(
        "Billed Until",
        copy=False,
        help="What lies up to this day, inclusive, was billed before the contract came "
        "here. Its periods are counted from the start all the same.",
    )
    pause_ids = fields.One2many("subscription.pause", "contract_id")

    @api.depends("trial_count", "trial_unit", "date_start")
    def _compute_date_trial_end(self):
        for contract in self:
            if contract.state == "draft":
                contract.date_trial_end = contract._get_trial_end(contract.date_start)

    @api.constrains("date_start", "date_trial_end")
    def _check_trial_end(self):
        for contract in self:
            end = contract.date_trial_end
            if end and end < contract.date_start:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s: the trial ends on %(end)s, before the "
                        "start %(start)s. Choose a day from the start on.",
                        contract=contract.display_name,
                        end=end,
                        start=contract.date_start,
                    )
                )

    @api.constrains("date_start", "date_billed_until")
    def _check_billed_until(self):
        for contract in self:
            day = contract.date_billed_until
            if day and day < contract.date_start:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s: billed until %(day)s lies before the "
                        "start %(start)s. Leave it empty if nothing was billed yet.",
                        contract=contract.display_name,
                        day=day,
                        start=contract.date_start,
                    )
                )

    def _get_paid_start(self):
        """First day after the trial: periods and terms are counted from it (C3)."""
        self.ensure_one()
        return as_stop(self.date_trial_end) or self.date_start

    def _get_first_billed_day(self, line):
        """First day a line may cost something, apart from what was billed elsewhere."""
        if line.kind == "metered" and self.is_trial_usage_billed:
            return self.date_start
        return self._get_paid_start()

    def _is_waiting(self):
        """In a trial that only a decision turns into a paid contract (C3)."""
        self.ensure_one()
        return self.state == "trial" and self.trial_end_policy == "wait"

    def _get_last_day(self):
        """Last day of the contract as things stand, False for an open end."""
        self.ensure_one()
        ends = [self.date_end, self._is_waiting() and self.date_trial_end]
        return min(filter(None, ends), default=False)

from odoo import fields, models
from odoo.exceptions import UserError


class SubscriptionChange(models.Model):
    """Bills on another day of the month from now on. The days up to the first one are
    prorated, what was paid ahead beyond the change is given back (M3)."""

    _inherit = "subscription.change"

    billing_day_new = fields.Integer(
        "New Billing Day", help="1 to 31; shorter months use their last day."
    )

    def _check_billing_day(self, day):
        contract = self.contract_id
        if not 1 <= self.billing_day_new <= 31:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: the billing day must lie between 1 and 31, "
                    "it is %(day)s.",
                    contract=contract.display_name,
                    day=self.billing_day_new,
                )
            )
        for line in self._get_moved_lines(day):
            for interval in (line._as_fee_interval(), line._as_billing_interval()):
                if not interval.months:
                    raise UserError(
                        self.env._(
                            "Contract %(contract)s: %(line)s is billed in days or "
                            "weeks and has no day of the month.",
                            contract=contract.display_name,
                            line=line.name,
                        )
                    )
        self._check_nothing_later(day)

    def _get_moved_lines(self, day):
        return self.contract_id.line_ids.filtered(
            lambda line: line._is_recurring() and line._is_valid_on(day)
        )

    def _prepare_billing_day(self):
        return {"alignment": "billing_day", "billing_day": self.billing_day_new}

    def _apply_billing_day(self, day, today):
        for line in self._get_moved_lines(day):
            self._go_on(line, day, self._prepare_billing_day(), today)

    def _reach_billing_day(self, day):
        self.contract_id._get_applying().write(self._prepare_billing_day())

    def _describe_billing_day(self):
        contract = self.contract_id
        old = contract.alignment == "billing_day" and str(contract.billing_day)
        return old, str(self.billing_day_new)

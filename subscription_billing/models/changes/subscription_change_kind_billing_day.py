from odoo import models

from ..sentences import refusal


class SubscriptionChangeKindBillingDay(models.AbstractModel):
    """Bills on another day of the month from now on. The days up to the first one are
    prorated, what was paid ahead beyond the change is given back (M3)."""

    _name = "subscription.change.kind.billing_day"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _check(self, change, day):
        contract = change.contract_id
        if not 1 <= change.billing_day_new <= 31:
            raise refusal(self.env)._(
                "Contract %(contract)s: the billing day must lie between 1 and 31, "
                "it is %(day)s.",
                contract=contract.display_name,
                day=change.billing_day_new,
            )
        for line in self._get_moved_lines(change, day):
            for interval in (line._as_fee_interval(), line._as_billing_interval()):
                if not interval.months:
                    raise refusal(self.env)._(
                        "Contract %(contract)s: %(line)s is billed in days or "
                        "weeks and has no day of the month.",
                        contract=contract.display_name,
                        line=line.name,
                    )
        self._check_nothing_later(change, day)

    def _apply(self, change, day, today):
        for line in self._get_moved_lines(change, day):
            change._go_on(line, day, self._prepare_header(change), today)

    def _describe(self, change):
        contract = change.contract_id
        old = contract.alignment == "billing_day" and str(contract.billing_day)
        return old, str(change.billing_day_new)

    def _get_moved_lines(self, change, day):
        return change.contract_id.line_ids.filtered(
            lambda line: line._is_recurring() and line._is_valid_on(day)
        )

    def _prepare_header(self, change):
        return {"alignment": "billing_day", "billing_day": change.billing_day_new}

from odoo import models
from odoo.tools import format_date

from ..dates import as_last
from ..sentences import refusal


class SubscriptionChangeKindUndoEnd(models.AbstractModel):
    """A contract that was to end runs on."""

    _name = "subscription.change.kind.undo_end"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _get_effective_date(self, change, today):
        return today

    def _is_offered(self, contract):
        return bool(contract.date_end) and not contract.is_annulled

    def _check(self, change, day):
        if not self._get_last_day(change) or change.contract_id.is_annulled:
            raise refusal(self.env)._(
                "Contract %s has no end that could be taken back.",
                change.contract_id.display_name,
            )

    def _apply(self, change, day, today):
        change.date_last = self._get_last_day(change)
        self._get_ends(change, "scheduled", "lapsed").state = "withdrawn"
        change.contract_id._get_applying().write(
            {
                "date_end": False,
                "end_method": False,
                "end_reason_id": False,
                "end_note": False,
                "cancelled_at": False,
            }
        )

    def _describe(self, change):
        return format_date(self.env, self._get_last_day(change)), False

    def _get_ends(self, change, *states):
        return change.contract_id.change_ids.filtered(
            lambda it: it.kind == "end" and it.state in states
        )

    def _get_last_day(self, change):
        """Last day of the contract before, also where the end was taken back to be
        derived anew."""
        ends = self._get_ends(change, "scheduled").mapped("date_effective")
        return change.contract_id.date_end or as_last(max(ends, default=None))

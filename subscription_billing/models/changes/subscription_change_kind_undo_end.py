from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SubscriptionChangeKindUndoEnd(models.AbstractModel):
    """A contract that was to end runs on."""

    _name = "subscription.change.kind.undo_end"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _get_effective_date(self, change, today):
        return today

    def _check(self, change, day):
        contract = change.contract_id
        if not contract.date_end or contract.is_annulled:
            raise UserError(
                self.env._(
                    "Contract %s has no end that could be taken back.",
                    contract.display_name,
                )
            )

    def _apply(self, change, day, today):
        contract = change.contract_id
        change.date_last = contract.date_end
        ends = contract.change_ids.filtered(
            lambda it: it.kind == "end" and it.state == "scheduled"
        )
        ends.state = "withdrawn"
        contract._get_applying().write(
            {
                "date_end": False,
                "end_method": False,
                "end_reason_id": False,
                "end_note": False,
                "cancelled_at": False,
            }
        )
        ends.withdrawn_ids._restore(today)

    def _describe(self, change):
        return format_date(self.env, change.contract_id.date_end), False

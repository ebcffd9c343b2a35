from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SubscriptionChange(models.Model):
    """A contract that was to end runs on."""

    _inherit = "subscription.change"

    def _check_undo_end(self, day):
        contract = self.contract_id
        if not contract.date_end or contract.is_annulled:
            raise UserError(
                self.env._(
                    "Contract %s has no end that could be taken back.",
                    contract.display_name,
                )
            )

    def _apply_undo_end(self, day, today):
        contract = self.contract_id
        self.date_last = contract.date_end
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

    def _describe_undo_end(self):
        return format_date(self.env, self.contract_id.date_end), False

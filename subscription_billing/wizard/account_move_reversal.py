from odoo import models

from ..models.private_context import Private


class AccountMoveReversal(models.TransientModel):
    """Odoo's button *Reverse and Create Invoice* on what a contract was billed."""

    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """The new document bills what the reversed one billed (X3)."""
        if not is_modify:
            return super().reverse_moves(is_modify)
        billed = self.move_ids.filtered(lambda move: move._get_charges())
        replacing = self.with_context(subscription_replacing=Private(bool(billed)))
        action = super(AccountMoveReversal, replacing).reverse_moves(is_modify)
        for move, new_move in zip(self.move_ids, self.new_move_ids, strict=True):
            if move in billed:
                move._hand_over_charges(new_move)
        return action

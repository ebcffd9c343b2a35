from odoo import models


class AccountMoveLine(models.Model):
    """Journal items as something to dun."""

    _inherit = "account.move.line"

    def _is_done_with(self):
        """Paid, credited, or taken back: nothing is left to dun."""
        self.ensure_one()
        return (
            self.parent_state != "posted"
            or self.reconciled
            or self.currency_id.is_zero(self.amount_residual_currency)
        )

from odoo import models


class AccountMove(models.Model):
    """What e-invoices of subscriptions say beside Odoo's own."""

    _inherit = "account.move"

    def _get_service_period(self):
        """First and last day of service over all lines (BT-73, BT-74), or (None, None)
        if no line has a period."""
        lines = self.invoice_line_ids.filtered("subscription_date_end")
        if not lines:
            return None, None
        firsts = [
            it.subscription_date_start or it.subscription_date_end for it in lines
        ]
        return min(firsts), max(lines.mapped("subscription_date_end"))

    def _get_debit_mandate(self):
        """The mandate the invoice is debited by (BG-19), if it is."""
        self.ensure_one()
        move = self.sudo()
        mandates = move.env["subscription.sepa.mandate"]
        if move.move_type != "out_invoice":
            return mandates
        return move._get_mandate(move.invoice_date_due or move.invoice_date) or mandates

from odoo import api, models
from odoo.exceptions import UserError

# What an exported journal item said to DATEV.
LOCKED_FIELDS = (
    "account_id",
    "amount_currency",
    "balance",
    "credit",
    "debit",
    "currency_id",
    "partner_id",
    "tax_ids",
    "tax_line_id",
)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_datev_lock()
        return lines

    def write(self, vals):
        if not vals.keys().isdisjoint(LOCKED_FIELDS):
            self._check_datev_lock()
        return super().write(vals)

    def _check_datev_lock(self):
        for move in self.move_id.filtered("datev_export_id"):
            raise UserError(move._get_datev_lock_message())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exported(self):
        self._check_datev_lock()

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.subscription_billing.models.sentences import denied

# What an exported entry said to DATEV; it is corrected by a reverse entry.
LOCKED_FIELDS = (
    "name",
    "date",
    "invoice_date",
    "journal_id",
    "partner_id",
    "currency_id",
    "state",
)


class AccountMove(models.Model):
    """An entry that was handed to the tax adviser stays as it is."""

    _inherit = "account.move"

    datev_export_id = fields.Many2one(
        "subscription.datev.export",
        "DATEV Export",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )

    def write(self, vals):
        if "datev_export_id" in vals and not self.env.su:
            raise denied(self.env)._("Only an export marks what it exported.")
        locked = [name for name in LOCKED_FIELDS if name in vals]
        for move in self.filtered("datev_export_id") if locked else ():
            if any(move._is_changed(name, vals[name]) for name in locked):
                raise UserError(move._get_datev_lock_message())
        return super().write(vals)

    def _is_changed(self, name, value):
        field = self._fields[name]
        cached = field.convert_to_cache(value, self)
        return field.convert_to_record(cached, self) != self[name]

    def _get_datev_lock_message(self):
        return self.env._(
            "%(move)s was handed to the tax adviser with the DATEV export %(export)s "
            "and stays as it is. Reverse it instead: the reversal is exported as a row "
            "of its own.",
            move=self.display_name,
            export=self.datev_export_id.display_name,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_exported(self):
        for move in self.filtered("datev_export_id"):
            raise UserError(move._get_datev_lock_message())

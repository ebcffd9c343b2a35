from odoo import fields, models

from ..sentences import refusal


class AccountMove(models.Model):
    """Invoices whose revenue is deferred, and the entries that do it."""

    _inherit = "account.move"

    subscription_deferral_ids = fields.One2many(
        "subscription.deferral",
        "entry_id",
        "Deferrals",
        readonly=True,
        groups="base.group_user",
    )

    def write(self, vals):
        if vals.get("state", "posted") != "posted":
            self._check_not_deferred()
        return super().write(vals)

    def _check_not_deferred(self):
        """What the books have spread over months cannot vanish under them."""
        rows = self.env["subscription.deferral"].sudo()
        found = rows.search(
            [
                ("state", "=", "posted"),
                "|",
                ("invoice_id", "in", self.ids),
                ("entry_id", "in", self.ids),
            ],
            limit=1,
        )
        if found:
            raise refusal(self.env)._(
                "The revenue of %(invoice)s is deferred by posted entries, such as "
                "%(entry)s. Write a credit note instead: it ends the deferral.",
                invoice=found.invoice_id.display_name,
                entry=found.entry_id.display_name,
            )

from odoo import fields, models

from ..dates import as_last


class SubscriptionChangeLine(models.Model):
    """What a change did to one contract line: the journal it is taken back by."""

    _name = "subscription.change.line"
    _description = "Subscription Change Line"
    _order = "id"

    change_id = fields.Many2one(
        "subscription.change", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="change_id.company_id", store=True)
    line_id = fields.Many2one(
        "subscription.contract.line",
        "Ended Line",
        index="btree_not_null",
        ondelete="set null",
    )
    date_end_before = fields.Date(help="End of that line before the change.")
    successor_id = fields.Many2one(
        "subscription.contract.line",
        "New Line",
        index="btree_not_null",
        ondelete="set null",
    )
    terms_before = fields.Json(
        help="Of a line that only began on that day, and was given other terms."
    )
    is_spare = fields.Boolean(
        help="Taken back; the new line never was, and is there to be used again."
    )

    def _take_back(self):
        """Put the lines back as they were, the newest first. What was new becomes
        spare: it was never valid."""
        for row in self.sorted("id", reverse=True):
            line = row.line_id._get_applying()
            successor = row.successor_id._get_applying()
            successor.successor_ids.predecessor_id = line
            if successor:
                nothing = {"date_end": as_last(successor.date_start)}
                successor.write({**nothing, "predecessor_id": False})
            if line and row.terms_before:
                line.write(row.terms_before)
            elif line:
                line.date_end = row.date_end_before
        self.is_spare = True

    def _drop_spares(self):
        """Forget what was taken back for good. What was billed stays as a line that
        never was valid, so that its charges are given back."""
        spares = self.filtered("is_spare")
        spares.successor_id.filtered(
            lambda line: not line.charge_ids
        )._get_applying().unlink()
        spares.unlink()

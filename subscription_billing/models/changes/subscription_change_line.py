from odoo import fields, models


class SubscriptionChangeLine(models.Model):
    """What a change did to one contract line, so that it can be withdrawn."""

    _name = "subscription.change.line"
    _description = "Subscription Change Line"
    _order = "id"

    change_id = fields.Many2one(
        "subscription.change", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="change_id.company_id", store=True)
    line_id = fields.Many2one(
        "subscription.contract.line", "Ended Line", ondelete="set null"
    )
    date_end_before = fields.Date(help="End of that line before the change.")
    successor_id = fields.Many2one(
        "subscription.contract.line",
        "New Line",
        index="btree_not_null",
        ondelete="set null",
    )

    def _undo(self):
        """Put the lines back as they were."""
        for row in self.sudo():
            (row.successor_id.successor_ids).predecessor_id = row.line_id
            row.successor_id._get_applying().unlink()
            if row.line_id:
                row.line_id._get_applying().date_end = row.date_end_before

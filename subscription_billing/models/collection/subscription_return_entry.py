from odoo import fields, models


class SubscriptionReturnEntry(models.Model):
    """One debit that a bank says was rejected or returned."""

    _name = "subscription.return.entry"
    _description = "Entry of a Bank File"
    _order = "file_id desc, id"
    _rec_name = "end_to_end_id"
    _check_company_auto = True

    file_id = fields.Many2one(
        "subscription.return.file",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="file_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.ref("base.EUR"), readonly=True
    )
    kind = fields.Selection(
        [("reject", "Rejected"), ("return", "Returned")], required=True, readonly=True
    )
    date = fields.Date("Booked On", readonly=True)
    end_to_end_id = fields.Char("End-to-end ID", readonly=True)
    code = fields.Char(readonly=True)
    reason_id = fields.Many2one("subscription.failure.reason", readonly=True)
    amount = fields.Monetary("Booked", readonly=True, help="With the bank's fee.")
    text = fields.Char(readonly=True)
    line_id = fields.Many2one(
        "subscription.debit.line", "Debit", readonly=True, index="btree_not_null"
    )
    state = fields.Selection(
        [
            ("done", "Done"),
            ("known", "Known Already"),
            ("unmatched", "Unmatched"),
            ("seen", "Looked After"),
        ],
        required=True,
        readonly=True,
        index=True,
    )

    def action_set_seen(self):
        """Somebody has looked after what no debit was found for."""
        self.file_id.check_access("write")
        unmatched = self.filtered(lambda it: it.state == "unmatched")
        unmatched.sudo().state = "seen"

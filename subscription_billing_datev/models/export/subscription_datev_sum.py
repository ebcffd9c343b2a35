from odoo import api, fields, models


class SubscriptionDatevSum(models.Model):
    """What an account comes to in the ledger, and in the rows as DATEV books them."""

    _name = "subscription.datev.sum"
    _description = "Sum of an Account in a DATEV Export"
    _order = "account, id"

    export_id = fields.Many2one(
        "subscription.datev.export", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="export_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    account = fields.Char(required=True)
    name = fields.Char()
    amount_ledger = fields.Monetary("Ledger")
    amount_rows = fields.Monetary("DATEV")
    amount_difference = fields.Monetary(
        "Difference", compute="_compute_amount_difference", store=True
    )

    @api.depends("amount_ledger", "amount_rows")
    def _compute_amount_difference(self):
        for each in self:
            each.amount_difference = each.amount_rows - each.amount_ledger

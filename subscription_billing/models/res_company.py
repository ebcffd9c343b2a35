from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_invoice_policy = fields.Selection(
        [
            ("draft", "Create drafts"),
            ("post", "Post"),
            ("send", "Post and send"),
        ],
        default="post",
        required=True,
        help="What a billing run does with its invoices.",
    )
    subscription_billing_group = fields.Selection(
        [
            ("contract", "One invoice per contract"),
            ("partner", "One invoice per customer"),
        ],
        default="contract",
        required=True,
    )
    subscription_journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'sale'), ('company_id', '=', id)]",
        help="Journal of subscription invoices; empty = the first sales journal.",
    )

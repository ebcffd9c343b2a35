from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_block_days = fields.Integer(
        "Block After",
        help="Contracts with an invoice that is overdue for as many days are told to "
        "be blocked. 0 = never.",
    )
    _subscription_block_days_positive = models.Constraint(
        "CHECK (subscription_block_days >= 0)",
        "Days after which contracts are blocked must not be negative.",
    )

from odoo import models

from ..numbers import Count


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_block_days = Count(
        "Block After",
        help="Contracts with an invoice that is overdue for as many days are told to "
        "be blocked. 0 = never.",
    )
    _subscription_block_days_positive = models.Constraint(
        "CHECK (subscription_block_days >= 0)",
        "Days after which contracts are blocked must not be negative.",
    )

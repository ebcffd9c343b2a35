from odoo import fields, models


class SubscriptionPrice(models.Model):
    """Prices made by a price change: they reach its contracts and nobody else."""

    _inherit = "subscription.price"

    change_id = fields.Many2one(
        "subscription.price.change",
        "Price Change",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="Made by this price change for running contracts, not for new ones.",
    )

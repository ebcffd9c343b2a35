from odoo import fields, models


class SubscriptionChange(models.Model):
    """A change of the variant remembers the one before."""

    _inherit = "subscription.change"

    variant_old_id = fields.Many2one(
        "subscription.plan.variant", readonly=True, copy=False, ondelete="restrict"
    )

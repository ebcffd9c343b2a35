from odoo import fields, models


class SubscriptionPlanVariant(models.Model):
    _inherit = "subscription.plan.variant"

    grant_ids = fields.One2many(
        "subscription.feature.grant", "variant_id", "Features", copy=True
    )

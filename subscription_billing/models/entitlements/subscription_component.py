from odoo import fields, models


class SubscriptionComponent(models.Model):
    _inherit = "subscription.component"

    grant_ids = fields.One2many(
        "subscription.feature.grant", "component_id", "Features", copy=True
    )

from odoo import fields, models


class SubscriptionPlan(models.Model):
    _inherit = "subscription.plan"

    grant_ids = fields.One2many(
        "subscription.feature.grant", "plan_id", "Features", copy=True
    )

from odoo import fields, models


class SubscriptionEvent(models.Model):
    _inherit = "subscription.event"

    change_id = fields.Many2one(
        "subscription.change", index="btree_not_null", ondelete="set null"
    )

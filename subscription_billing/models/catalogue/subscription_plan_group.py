from odoo import api, fields, models

from ..numbers import BigCount
from ..texts import Label


class SubscriptionPlanGroup(models.Model):
    """A family of plans within which a contract may switch."""

    _name = "subscription.plan.group"
    _description = "Subscription Plan Group"
    _order = "sequence, name, id"

    name = Label(required=True, translate=True)
    sequence = BigCount(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to share the group between companies."
    )
    downgrade_policy = fields.Selection(
        [
            ("now", "At once, with a credit"),
            ("period_end", "At the end of the billing period"),
        ],
        default="now",
        required=True,
        help="When a change to something cheaper counts, unless another day is chosen.",
    )
    plan_ids = fields.One2many("subscription.plan", "group_id")
    plan_count = fields.Integer(compute="_compute_plan_count")

    @api.depends("plan_ids")
    def _compute_plan_count(self):
        for group in self:
            group.plan_count = len(group.plan_ids)

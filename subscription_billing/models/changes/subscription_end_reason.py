from odoo import fields, models

from ..numbers import BigCount
from ..texts import Label


class SubscriptionEndReason(models.Model):
    """Why contracts end: what reports on churn are grouped by."""

    _name = "subscription.end.reason"
    _description = "Subscription End Reason"
    _order = "sequence, name, id"

    name = Label(required=True, translate=True)
    code = Label(help="Short name used by interfaces.")
    sequence = BigCount(default=10)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty = for all companies."
    )
    active = fields.Boolean(default=True)
    is_by_customer = fields.Boolean(
        "By the Customer", default=True, help="Otherwise the company ended it."
    )

    _code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL", "Another reason has the same code."
    )

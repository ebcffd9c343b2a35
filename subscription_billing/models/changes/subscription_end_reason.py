from odoo import fields, models


class SubscriptionEndReason(models.Model):
    """Why contracts end: what reports on churn are grouped by."""

    _name = "subscription.end.reason"
    _description = "Subscription End Reason"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short name used by interfaces.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_by_customer = fields.Boolean(
        "By the Customer", default=True, help="Otherwise the company ended it."
    )

    _code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL", "Another reason has the same code."
    )

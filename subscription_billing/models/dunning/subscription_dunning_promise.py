from odoo import fields, models

from ..dates import Day
from ..numbers import Amount


class SubscriptionDunningPromise(models.Model):
    """What a debtor has promised to pay until a day; several are instalments."""

    _name = "subscription.dunning.promise"
    _inherit = ["subscription.guard.mixin"]
    _description = "Promise to Pay"
    _order = "date, id"

    hold_id = fields.Many2one(
        "subscription.dunning.hold", required=True, index=True, ondelete="cascade"
    )
    date = Day("Until", required=True)
    amount = Amount(required=True)
    currency_id = fields.Many2one(related="hold_id.currency_id")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "What was promised must be more than nothing."
    )

from odoo import api, fields, models

from ..models.dates import Day
from ..models.numbers import Amount


class SubscriptionChargeBack(models.TransientModel):
    """A provider has taken a payment back: book it, with its fee."""

    _name = "subscription.charge.back"
    _inherit = ["subscription.dialog.mixin"]
    _description = "Record a Charge-Back"

    attempt_id = fields.Many2one(
        "subscription.collection.attempt", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="attempt_id.currency_id", related_sudo=False)
    date = Day("Booked On", required=True)
    amount_fee = Amount("Fee", help="What the provider charges for it.")
    reason_id = fields.Many2one(
        "subscription.failure.reason",
        required=True,
        default=lambda self: self.env.ref(
            "subscription_billing.failure_reason_disputed"
        ),
    )

    @api.model
    def default_get(self, names):
        vals = super().default_get(names)
        attempt = self.env["subscription.collection.attempt"].browse(
            self.env.context.get("active_id")
        )
        vals["attempt_id"] = attempt.id
        vals["date"] = attempt.company_id._get_collection_date()
        return vals

    def action_record(self):
        self.ensure_one()
        self.attempt_id._check_collector()
        self.attempt_id.sudo()._return_payment(
            self.date, self.amount_fee, self.reason_id
        )

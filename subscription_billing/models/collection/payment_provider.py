from odoo import api, fields, models

# They take the reference of a transaction as key and answer the same request twice with
# the same payment; the last two move no money.
REPEATABLE = ("adyen", "mercado_pago", "stripe", "worldline", "demo", "none")


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    subscription_is_repeatable = fields.Boolean(
        "Knows Repeated Requests",
        compute="_compute_subscription_is_repeatable",
        store=True,
        readonly=False,
        help="The same request sent twice is charged once. Where this is not so, a "
        "charge whose answer was lost is not sent again: somebody has to look.",
    )

    @api.depends("code")
    def _compute_subscription_is_repeatable(self):
        for provider in self:
            provider.subscription_is_repeatable = provider.code in REPEATABLE

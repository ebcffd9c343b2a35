from odoo import models


class SubscriptionInvoicing(models.AbstractModel):
    _inherit = "subscription.invoicing"

    def _post_invoices(self, moves):
        """What is only looked at stays a draft and draws no number."""
        if self.env.context.get("subscription_preview"):
            return None
        return super()._post_invoices(moves)

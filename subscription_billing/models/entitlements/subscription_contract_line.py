from odoo import models


class SubscriptionContractLine(models.Model):
    _inherit = "subscription.contract.line"

    def _is_booked(self):
        """Whether a customer has any of it; usage is booked without a quantity."""
        self.ensure_one()
        return self.kind == "metered" or self.quantity > 0

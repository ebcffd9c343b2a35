from odoo import models


class SubscriptionBillingRun(models.Model):
    _inherit = "subscription.billing.run"

    def _process_committing(self, scope):
        """What is posted now is collected now, and not only within the hour."""
        result = super()._process_committing(scope)
        self.env.ref("subscription_billing.ir_cron_collect")._trigger()
        return result

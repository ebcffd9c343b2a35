from odoo import models


class SubscriptionChangeKindVariant(models.AbstractModel):
    _inherit = "subscription.change.kind.variant"

    def _reach(self, change, day):
        change.variant_old_id = change.contract_id.variant_id
        return super()._reach(change, day)

from odoo import models


class SubscriptionChangeKindOneOff(models.AbstractModel):
    """An item that is charged once."""

    _name = "subscription.change.kind.one_off"
    _inherit = "subscription.change.kind.book"
    _description = "Kind of Change"

    def _get_offered_components(self, contract):
        return contract.plan_id.component_ids.filtered(lambda it: it._is_one_off())

from odoo import models


class SubscriptionPreview(models.AbstractModel):
    """What a change gives and takes away beside lines (C7)."""

    _inherit = "subscription.preview"

    def _get_standing(self, contract, today, day):
        standing = super()._get_standing(contract, today, day)
        return {**standing, "features": contract._get_feature_texts(day)}

from odoo import api, fields, models

from ..numbers import (
    PRICE_DIGITS,
    QUANTITY_DIGITS,
    OptionalNumber,
    PriceNumber,
    by_bound,
)


class SubscriptionPriceTier(models.Model):
    """One step of a tiered price: an upper bound (included) and what it costs (M6).
    The lower bound is the upper bound of the tier before: there can be no gap."""

    _name = "subscription.price.tier"
    _description = "Subscription Price Tier"
    _order = "price_id, up_to, id"

    price_id = fields.Many2one(
        "subscription.price", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="price_id.company_id", store=True)
    currency_id = fields.Many2one(related="price_id.currency_id")
    above = fields.Float(
        compute="_compute_above",
        digits=QUANTITY_DIGITS,
        help="Upper bound of the tier before.",
    )
    up_to = OptionalNumber(
        digits=QUANTITY_DIGITS,
        help="Last unit of the tier, included. Leave it empty in the last tier.",
    )
    price_unit = PriceNumber("Price per Unit", digits=PRICE_DIGITS)
    amount_flat = PriceNumber(
        "Fixed Amount",
        digits=PRICE_DIGITS,
        help="Added once, when the tier is reached.",
    )
    percent = PriceNumber(digits=(9, 6))

    @api.depends("price_id.tier_ids.up_to")
    def _compute_above(self):
        for price, tiers in self.grouped("price_id").items():
            bounds = sorted(tier.up_to for tier in price.tier_ids if tier.up_to)
            for tier in tiers:
                below = [up_to for up_to in bounds if up_to < by_bound(tier.up_to)]
                tier.above = below[-1] if below else 0.0

    @api.depends("up_to", "price_id")
    def _compute_display_name(self):
        for tier in self:
            tier.display_name = (
                self.env._("up to %s", tier.up_to)
                if tier.up_to
                else self.env._("all others")
            )

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers._check_price()
        return tiers

    def write(self, vals):
        self.price_id._check_unsold()
        result = super().write(vals)
        self._check_price()
        return result

    def unlink(self):
        prices = self.price_id
        prices._check_unsold()
        result = super().unlink()
        prices._check_tiers_saved()
        return result

    def _check_price(self):
        """C6, and tiers that fit together."""
        self.price_id._check_unsold()
        self.price_id._check_tiers_saved()

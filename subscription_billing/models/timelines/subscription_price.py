from odoo import models

from ...engine.bucketed import Bucketed
from ...engine.limits import Limited
from ...engine.money import to_decimal
from ...engine.percentage import Percentage
from ...engine.price import Flat, Package, PerUnit
from ...engine.pricelist import PriceList
from ...engine.tier import Tier
from ...engine.tiers import (
    DiscountScale,
    Graduated,
    GraduatedPercentage,
    Stairstep,
    Volume,
)
from ..pricing.subscription_price import SINGLE_AMOUNT_MODELS

TIER_PRICES = {
    "graduated": Graduated,
    "volume": Volume,
    "stairstep": Stairstep,
    "graduated_percentage": GraduatedPercentage,
}


class SubscriptionPrice(models.Model):
    """A price as a value of the engine (M6). Fields that its model does not use are
    ignored."""

    _inherit = "subscription.price"

    def _as_price(self, own_amount=None, steps=None):
        """The engine's price. Free quantity, minimum and maximum apply to any model.

        :param float own_amount: agreed with a customer; takes the place of the amount,
            or makes the price one per unit where the model has no single amount
        :param steps: pairs (quantity, price) frozen when the pricelist was sold;
            None for those of now
        """
        self.ensure_one()
        model, amount = self.price_model, self.amount
        if own_amount is not None:
            model = model if model in SINGLE_AMOUNT_MODELS else "per_unit"
            amount = own_amount
        if model == "pricelist" and steps is None:
            steps = self._get_current_steps()
        price = self._as_unlimited(model, to_decimal(amount), steps)
        free = 0 if model in ("flat", "percentage") else self.free_quantity
        if not (free or self.amount_minimum or self.amount_maximum):
            return price
        return Limited(
            price,
            to_decimal(free),
            minimum=_optional(self.amount_minimum),
            maximum=_optional(self.amount_maximum),
        )

    def _as_unlimited(self, model, amount, steps):
        if model == "flat":
            return Flat(amount)
        if model == "bucketed":
            return Bucketed(self._as_unlimited(self.bucket_model, amount, steps))
        if model == "package":
            is_down = self.package_rounding == "down"
            return Package(to_decimal(self.package_size), amount, is_down)
        if model == "percentage":
            return self._as_percentage()
        if model == "pricelist":
            pairs = ((to_decimal(low), to_decimal(price)) for low, price in steps)
            return PriceList(tuple(pairs))
        if model == "discount_scale":
            return DiscountScale(amount, self._as_tiers())
        tiered = TIER_PRICES.get(model)
        return tiered(self._as_tiers()) if tiered else PerUnit(amount)

    def _as_percentage(self):
        return Percentage(
            to_decimal(self.percent),
            to_decimal(self.amount_event),
            free_events=self.free_events or None,
            free_amount=_optional(self.free_amount),
            event_minimum=_optional(self.event_minimum),
            event_maximum=_optional(self.event_maximum),
        )

    def _as_tiers(self):
        return tuple(
            Tier(
                up_to=_optional(tier.up_to),
                price_unit=to_decimal(tier.price_unit),
                amount_flat=to_decimal(tier.amount_flat),
                percent=to_decimal(tier.percent),
            )
            for tier in self._get_sorted_tiers()
        )


def _optional(number):
    return to_decimal(number) if number else None

from odoo import fields, models

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
from .price_numbers import (
    PRICE_DIGITS,
    QUANTITY_DIGITS,
    OptionalNumber,
    PriceNumber,
    by_bound,
)

PRICE_MODELS = [
    ("flat", "Flat fee"),
    ("per_unit", "Per unit"),
    ("graduated", "Graduated"),
    ("volume", "Volume"),
    ("stairstep", "Stairstep"),
    ("package", "Package"),
    ("discount_scale", "Discount scale"),
    ("percentage", "Percentage"),
    ("graduated_percentage", "Graduated percentage"),
    ("bucketed", "Per time bucket"),
    ("pricelist", "Odoo pricelist"),
]
BUCKET_MODELS = [
    pair
    for pair in PRICE_MODELS
    if pair[0] in ("per_unit", "graduated", "volume", "stairstep", "package")
]
BUCKET_UNITS = [("hour", "Hour"), ("day", "Day"), ("month", "Month")]
ROUNDINGS = [("up", "Started packages"), ("down", "Full packages")]
# An amount of one's own takes the place of these; of the others it is per unit.
SINGLE_AMOUNT_MODELS = ("flat", "per_unit", "package")
TIERED = {
    "graduated": Graduated,
    "volume": Volume,
    "stairstep": Stairstep,
    "graduated_percentage": GraduatedPercentage,
    "discount_scale": DiscountScale,
}


class SubscriptionPriceTermsMixin(models.AbstractModel):
    """How a price counts: its model, its numbers and its tiers, and the way to the
    engine (M6). Fields that a model does not use are ignored. Made for prices, whose
    ``tier_ids`` it relies on."""

    _name = "subscription.price.terms.mixin"
    _description = "Subscription Price Terms"

    price_model = fields.Selection(PRICE_MODELS, default="flat", required=True)
    amount = PriceNumber(
        digits=PRICE_DIGITS,
        required=True,
        default=0.0,
        help="Per fee interval; taxes as set on the product's taxes.",
    )
    percent = PriceNumber(digits=(9, 6))
    package_size = PriceNumber(
        default=1.0, digits=QUANTITY_DIGITS, help="Units per package."
    )
    package_rounding = fields.Selection(
        ROUNDINGS, "Charged", default="up", required=True
    )
    free_quantity = OptionalNumber(
        digits=QUANTITY_DIGITS, help="Units of each period that cost nothing."
    )
    amount_minimum = OptionalNumber(
        "Minimum",
        digits=PRICE_DIGITS,
        help="Least amount of a period; what it lacks is added.",
    )
    amount_maximum = OptionalNumber(
        "Maximum", digits=PRICE_DIGITS, help="Most that a period can cost."
    )
    amount_event = OptionalNumber(
        "Fixed per Event", digits=PRICE_DIGITS, help="Added for each event paid for."
    )
    free_events = fields.Integer(
        aggregator=None, help="First events of each period that cost nothing."
    )
    free_amount = OptionalNumber(
        digits=PRICE_DIGITS,
        help="First amount of each period that costs nothing. With free events as "
        "well, it is free while both last.",
    )
    event_minimum = OptionalNumber("Minimum per Event", digits=PRICE_DIGITS)
    event_maximum = OptionalNumber("Maximum per Event", digits=PRICE_DIGITS)
    bucket_unit = fields.Selection(
        BUCKET_UNITS,
        "Time Bucket",
        default="day",
        required=True,
        help="Each stretch of this length is priced alone and summed up.",
    )
    bucket_model = fields.Selection(
        BUCKET_MODELS, "Price of a Bucket", default="per_unit", required=True
    )

    def _get_unit_model(self):
        """How units are priced, within a time bucket if there are some."""
        self.ensure_one()
        is_bucketed = self.price_model == "bucketed"
        return self.bucket_model if is_bucketed else self.price_model

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
        return TIERED[model](self._as_tiers()) if model in TIERED else PerUnit(amount)

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

    def _get_sorted_tiers(self):
        """Tiers by bound, also while they are being edited."""
        return self.tier_ids.sorted(lambda tier: by_bound(tier.up_to))


def _optional(number):
    return to_decimal(number) if number else None

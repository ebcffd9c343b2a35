"""Tiers: parts of a scale of quantities, each with its own price (M6)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from .errors import InvalidPrice
from .money import EXACT, ZERO, check_amount, scaled
from .price import (
    Basis,
    PricedAmount,
    Slice,
    check_size,
    flat_slice,
    packages,
    unit_slice,
)

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier: its upper bound (included, None for no bound) and what it costs.

    `amount_flat` is added once, when the tier is reached. With `package_size`,
    `price_unit` is the price of a started package. `percent` is for the models that
    take percents. `amount_maximum` caps everything the tier costs.
    Raises `InvalidAmount` for a negative number.
    """

    up_to: Decimal | None = None
    price_unit: Decimal = ZERO
    amount_flat: Decimal = ZERO
    percent: Decimal = ZERO
    package_size: Decimal | None = None
    amount_maximum: Decimal | None = None

    def __post_init__(self) -> None:
        for value in (self.price_unit, self.amount_flat, self.percent):
            check_amount(value)
        for value in (self.up_to, self.amount_maximum):
            if value is not None:
                check_amount(value)
        if self.package_size is not None:
            check_size(self.package_size)

    def cost(self, quantity: Decimal) -> PricedAmount:
        """Return what `quantity` units cost by this tier alone."""
        flat = (flat_slice(self.amount_flat),) if self.amount_flat else ()
        if flat and not (quantity and self.price_unit):
            return self.capped(PricedAmount(self.amount_flat, flat))
        if self.package_size is not None:
            count = packages(quantity, self.package_size)
            part = unit_slice(count, self.price_unit, "package")
        else:
            part = unit_slice(quantity, self.price_unit)
        if flat:
            return self.capped(PricedAmount.of((part, *flat)))
        return self.capped(PricedAmount(part.amount, (part,)))

    def cost_percent(self, amount: Decimal) -> PricedAmount:
        """Return what an amount of that size costs by the percent of this tier."""
        flat = (flat_slice(self.amount_flat),) if self.amount_flat else ()
        return self.capped(
            PricedAmount.of((percent_slice(amount, self.percent), *flat))
        )

    def capped(self, priced: PricedAmount) -> PricedAmount:
        """Return the same, with what exceeds the maximum taken off."""
        limit = self.amount_maximum
        if limit is None or priced.amount <= limit:
            return priced
        excess = EXACT.subtract(limit, priced.amount)
        return priced.plus(flat_slice(excess, "maximum"))


@dataclass(frozen=True, slots=True)
class Tiered:
    """Tiers with rising bounds; the last one also holds for all that lies beyond.

    Raises `InvalidPrice` for no tier, bounds that do not rise, or a tier without a
    bound before the last one.
    """

    basis: ClassVar[Basis] = Basis.QUANTITY
    tiers: tuple[Tier, ...]
    bounds: tuple[Decimal, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bounds", inner_bounds(self.tiers))

    def tier_at(self, quantity: Decimal) -> Tier:
        """Return the tier reached: a bound belongs to the tier below it (M6)."""
        return self.tiers[bisect_left(self.bounds, quantity)]

    def for_share(self, share: Fraction) -> Self:
        """Return the price of a shorter period: a share of what is flat.

        The bounds stay: they say how much is much, and not for how long.
        """
        tiers = (
            replace(tier, amount_flat=scaled(tier.amount_flat, share))
            for tier in self.tiers
        )
        return replace(self, tiers=tuple(tiers))


def inner_bounds(tiers: tuple[Tier, ...]) -> tuple[Decimal, ...]:
    """Return the bounds between tiers: what lies beyond the last belongs to it.

    Raises `InvalidPrice` for no tier, bounds that do not rise, or a tier without a
    bound before the last one.
    """
    bounds = [tier.up_to for tier in tiers]
    if not bounds:
        raise InvalidPrice("a tiered price has no tier")
    if None in bounds[:-1]:
        number = bounds.index(None) + 1
        raise InvalidPrice(f"tier {number} needs an upper bound", number=number)
    ends = bounds if bounds[-1] is not None else bounds[:-1]
    for number, (low, high) in enumerate(zip(ends, ends[1:], strict=False), 2):
        if low >= high:
            raise InvalidPrice(
                f"bound {high} of tier {number} does not exceed {low}",
                number=number,
                bound=high,
            )
    return tuple(bounds[:-1])


def percent_slice(amount: Decimal, percent: Decimal) -> Slice:
    """Return the slice percent of an amount."""
    part = EXACT.multiply(EXACT.multiply(amount, percent), HUNDREDTH)
    return Slice(amount, percent, part, "percent")


def discount_slice(amount: Decimal, percent: Decimal, label: str = "") -> Slice:
    """Return the slice that takes a percent off an amount."""
    part = EXACT.multiply(EXACT.multiply(amount, percent), -HUNDREDTH)
    return Slice(amount, percent, part, "discount", label)

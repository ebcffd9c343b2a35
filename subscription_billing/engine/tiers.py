"""Tiered prices: what a unit costs depends on how many there are (M6)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from .errors import InvalidPrice
from .money import EXACT, ZERO, check_amount, check_quantity
from .price import Basis, PricedAmount, flat_slice, unit_slice
from .tier import Tier, Tiered, discount_slice


@dataclass(frozen=True, slots=True)
class Graduated(Tiered):
    """Each part of the quantity at the price of its own tier.

    >>> tiers = Tier(Decimal(10), Decimal(5)), Tier(None, Decimal(3))
    >>> Graduated(tiers).rate(Decimal(12)).amount
    Decimal('56')
    """

    # What all tiers below one cost, which is the same for every quantity.
    below: tuple[PricedAmount, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # By name: `super()` does not find a class that slots have made anew.
        Tiered.__post_init__(self)
        below, start = [PricedAmount(ZERO)], ZERO
        for tier in self.tiers[:-1]:
            width = EXACT.subtract(tier.up_to, start)
            below.append(below[-1].plus(*self._cost(tier, width).slices))
            start = tier.up_to
        object.__setattr__(self, "below", tuple(below))

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return the full tiers below, and the part that lies in the tier reached."""
        quantity = check_quantity(quantity)
        index = bisect_left(self.bounds, quantity)
        tier = self.tiers[index]
        if not index:
            return self._cost(tier, quantity)
        below = self.below[index]
        rest = self._cost(tier, EXACT.subtract(quantity, self.bounds[index - 1]))
        amount = EXACT.add(below.amount, rest.amount)
        return PricedAmount(amount, below.slices + rest.slices)

    def _cost(self, tier: Tier, quantity: Decimal) -> PricedAmount:
        return tier.cost(quantity)


@dataclass(frozen=True, slots=True)
class GraduatedPercentage(Graduated):
    """Each part of an amount at the percent of its own tier.

    >>> tiers = Tier(Decimal(100), percent=Decimal(2)), Tier(percent=Decimal(1))
    >>> GraduatedPercentage(tiers).rate(Decimal(300)).amount
    Decimal('4.00')
    """

    def _cost(self, tier: Tier, quantity: Decimal) -> PricedAmount:
        return tier.cost_percent(quantity)


@dataclass(frozen=True, slots=True)
class Volume(Tiered):
    """The whole quantity at the price of the tier reached.

    >>> tiers = Tier(Decimal(10), Decimal(5)), Tier(None, Decimal(3))
    >>> Volume(tiers).rate(Decimal(12)).amount
    Decimal('36')
    """

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return what the tier reached asks for all units."""
        quantity = check_quantity(quantity)
        return self.tier_at(quantity).cost(quantity)


@dataclass(frozen=True, slots=True)
class Stairstep(Tiered):
    """The flat amount of the tier reached, and nothing else.

    >>> small = Tier(Decimal(10), amount_flat=Decimal(50))
    >>> tiers = small, Tier(amount_flat=Decimal(90))
    >>> Stairstep(tiers).rate(Decimal("10.5")).amount
    Decimal('90')
    """

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return the flat amount of the tier reached, zero too."""
        tier = self.tier_at(check_quantity(quantity))
        return tier.capped(PricedAmount.of([flat_slice(tier.amount_flat)]))


@dataclass(frozen=True, slots=True)
class DiscountScale:
    """A base price per unit, and the percent the tier reached takes off all of it.

    Raises `InvalidPrice` for tiers that do not rise and for more than 100 percent.

    >>> tiers = Tier(Decimal(9)), Tier(percent=Decimal(10))
    >>> DiscountScale(Decimal(5), tiers).rate(Decimal(10)).amount
    Decimal('45.00')
    """

    basis: ClassVar[Basis] = Basis.QUANTITY
    price_unit: Decimal
    tiers: tuple[Tier, ...]
    scale: Tiered = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_amount(self.price_unit)
        for number, tier in enumerate(self.tiers, 1):
            if tier.percent > 100:
                raise InvalidPrice(
                    f"tier {number} takes off {tier.percent} percent",
                    number=number,
                    percent=tier.percent,
                )
        object.__setattr__(self, "scale", Tiered(self.tiers))

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return quantity x base price, less the discount of the tier reached."""
        quantity = check_quantity(quantity)
        whole = unit_slice(quantity, self.price_unit)
        percent = self.scale.tier_at(quantity).percent
        if not percent:
            return PricedAmount(whole.amount, (whole,))
        return PricedAmount.of((whole, discount_slice(whole.amount, percent)))

    def for_share(self, share: Fraction) -> DiscountScale:
        """Return the price itself: nothing in it is fixed."""
        return self

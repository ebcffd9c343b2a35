"""Limits: what is free, and how little or how much a price can be (M6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Self

from .errors import InvalidPrice
from .money import (
    EXACT,
    ONE,
    ZERO,
    check_amount,
    check_count,
    check_finite,
    check_quantity,
    exact_sum,
    scaled,
)
from .percentage import Percentage
from .price import Basis, Price, PricedAmount, Slice, flat_slice
from .quota import Allowance


@dataclass(frozen=True, slots=True)
class Limited:
    """A price with a free quantity, every nth unit free, a minimum and a maximum.

    In this order: the free quantity comes off first, then every nth unit of what is
    left (`nth_free`, 0 for none), then the price counts, then the minimum adds what
    it lacks, then the maximum takes off what it exceeds. Of events and buckets the
    free quantity takes the first ones, as far as it reaches.
    Raises `InvalidAmount` for a negative number and `InvalidPrice` for a minimum
    above the maximum.

    >>> from .price import PerUnit
    >>> price = Limited(PerUnit(Decimal(2)), Decimal(10), minimum=Decimal(5))
    >>> [str(each.amount) for each in price.rate(Decimal(11)).slices]
    ['0', '2', '3']
    """

    price: Price
    free_quantity: Decimal = ZERO
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    nth_free: int = 0

    def __post_init__(self) -> None:
        check_amount(self.free_quantity)
        check_count(self.nth_free)
        low, high = self.minimum, self.maximum
        for value in (low, high):
            if value is not None:
                check_amount(value)
        if None not in (low, high) and low > high:
            raise InvalidPrice(
                f"minimum {low} exceeds the maximum {high}", minimum=low, maximum=high
            )

    @property
    def basis(self) -> Basis:
        """What the parts are: those of the price inside."""
        return self.price.basis

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return the price of what is not free, between minimum and maximum."""
        if parts is None or self.basis is Basis.QUANTITY:
            parts = (check_quantity(quantity),)
        paid, free = self._paid(parts)
        rest = None if self.basis is Basis.QUANTITY else paid
        priced = self.price.rate(exact_sum(paid), rest)
        if free:
            slices = (Slice(free, ZERO, ZERO, "free"), *priced.slices)
            priced = PricedAmount(priced.amount, slices)
        return self._held(priced)

    def for_share(self, share: Fraction) -> Self:
        """Return the price of a shorter period: a share of all that is fixed.

        Every nth unit stays every nth unit, and the bounds of tiers stay as well.
        """
        if share == 1:
            return self
        low, high = self.minimum, self.maximum
        return replace(
            self,
            price=self.price.for_share(share),
            free_quantity=scaled(self.free_quantity, share),
            minimum=None if low is None else scaled(low, share),
            maximum=None if high is None else scaled(high, share),
        )

    @property
    def allowance(self) -> Allowance:
        """What is free for a full period, in the price inside as well."""
        own = Fraction(self.free_quantity)
        if isinstance(self.price, Percentage):
            return replace(self.price.allowance, quantity=own)
        return Allowance(own)

    def with_allowance(self, free: Allowance) -> Self:
        """Return the price with that much free."""
        price = self.price
        if isinstance(price, Percentage):
            price = price.with_allowance(free)
        return replace(self, price=price, free_quantity=scaled(ONE, free.quantity))

    def left(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> Allowance:
        """Return what `quantity`, or its parts, leave of what is free."""
        own = max(Fraction(self.free_quantity) - Fraction(quantity), Fraction(0))
        if not isinstance(self.price, Percentage):
            return Allowance(own)
        paid, _free = self._paid((quantity,) if parts is None else parts)
        return replace(self.price.left(paid), quantity=own)

    def without_free(self) -> Self:
        """Return the price of units for which the period grants nothing free."""
        price = self.price
        if isinstance(price, Percentage | Limited):
            price = price.without_free()
        return replace(self, price=price, free_quantity=ZERO)

    def without_minimum(self) -> Self:
        """Return the price without its minimum."""
        return replace(self, minimum=None)

    def with_free(self, extra: Decimal) -> Self:
        """Return the price with so many more units free."""
        free = EXACT.add(self.free_quantity, check_amount(extra))
        return replace(self, free_quantity=free)

    def _paid(self, parts: Sequence[Decimal]) -> tuple[list[Decimal], Decimal]:
        """Return the parts less what is free of them, and what is free.

        An event that is free as a whole is gone; a bucket stays, with nothing in it.
        """
        paid, left = [], self.free_quantity
        is_events = self.basis is Basis.EVENTS
        for part in parts:
            units = check_finite(part) if is_events else check_quantity(part)
            if left > 0 and units >= 0:
                covered = min(units, left)
                left = EXACT.subtract(left, covered)
                units = EXACT.subtract(units, covered)
                if is_events and not units:
                    continue
            paid.append(units)
        free = EXACT.subtract(self.free_quantity, left)
        if not self.nth_free:
            return paid, free
        rest = self._without_nth(paid)
        given = EXACT.subtract(exact_sum(paid), exact_sum(rest))
        return rest, EXACT.add(free, given)

    def _without_nth(self, parts: Sequence[Decimal]) -> list[Decimal]:
        """Return the parts without every nth unit, or without every nth event."""
        every = self.nth_free
        if self.basis is Basis.EVENTS:
            return [part for number, part in enumerate(parts, 1) if number % every]
        paid, seen, given = [], ZERO, ZERO
        for part in parts:
            seen = EXACT.add(seen, part)
            due = EXACT.subtract(EXACT.divide_int(seen, Decimal(every)), given)
            # A bucket may hold less than the unit whose turn it is.
            free = min(due, part)
            given = EXACT.add(given, free)
            paid.append(EXACT.subtract(part, free))
        return paid

    def _held(self, priced: PricedAmount) -> PricedAmount:
        low, high = self.minimum, self.maximum
        if low is not None and priced.amount < low:
            lack = EXACT.subtract(low, priced.amount)
            return priced.plus(flat_slice(lack, "minimum"))
        if high is not None and priced.amount > high:
            excess = EXACT.subtract(high, priced.amount)
            return priced.plus(flat_slice(excess, "maximum"))
        return priced

"""Percentage: a part of what other people pay, event by event (M6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import ClassVar

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
from .price import Basis, PricedAmount, Slice, flat_slice, unit_slice
from .quota import Allowance
from .tier import HUNDREDTH, percent_slice


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percent of the amount of each event, and a fixed amount for each event.

    The free part is used up in the order of the events, while both allowances last:
    so many events, so much amount. An event that is free as a whole costs nothing;
    of any other the rest costs its percent plus the fixed amount, raised to the
    minimum and held to the maximum per event. An event below zero takes something
    back from elsewhere: it costs nothing and uses up nothing.
    Raises `InvalidAmount` for a negative number and `InvalidPrice` for a minimum
    above the maximum.

    >>> price = Percentage(Decimal("1.3"), Decimal(2), free_events=1)
    >>> price.rate(Decimal(500), (Decimal(100), Decimal(400))).amount
    Decimal('7.200')
    """

    basis: ClassVar[Basis] = Basis.EVENTS
    percent: Decimal
    amount_fixed: Decimal = ZERO
    free_events: int | None = None
    free_amount: Decimal | None = None
    event_minimum: Decimal | None = None
    event_maximum: Decimal | None = None

    def __post_init__(self) -> None:
        check_amount(self.percent)
        check_amount(self.amount_fixed)
        low, high = self.event_minimum, self.event_maximum
        for value in (self.free_amount, low, high):
            if value is not None:
                check_amount(value)
        if self.free_events is not None:
            check_count(self.free_events)
        if None not in (low, high) and low > high:
            raise InvalidPrice(
                f"minimum {low} per event exceeds the maximum {high}",
                minimum=low,
                maximum=high,
            )

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return what the events cost, summed up by kind; `quantity` is their sum."""
        events = (check_quantity(quantity),) if parts is None else parts
        paid, free, _left = self._paid(events)
        slices = [] if not free else [Slice(free, ZERO, ZERO, "free")]
        slices.append(percent_slice(exact_sum(paid), self.percent))
        if self.amount_fixed:
            slices.append(unit_slice(Decimal(len(paid)), self.amount_fixed, "flat"))
        return PricedAmount.of((*slices, *self._limits(paid)))

    def for_share(self, share: Fraction) -> Percentage:
        """Return the price of a shorter period: a share of what is free in it."""
        return self.with_allowance(self.allowance.times(share))

    @property
    def allowance(self) -> Allowance:
        """What is free."""
        events, amount = self.free_events, self.free_amount
        return Allowance(
            events=None if events is None else Fraction(events),
            amount=None if amount is None else Fraction(amount),
        )

    def with_allowance(self, free: Allowance) -> Percentage:
        """Return the price with that much free; a part of an event is one."""
        events, amount = free.events, free.amount
        return replace(
            self,
            free_events=None if events is None else ceil(events),
            free_amount=None if amount is None else scaled(ONE, amount),
        )

    def left(self, events: Sequence[Decimal]) -> Allowance:
        """Return what the events leave of what is free."""
        return self._paid(events)[2]

    def without_free(self) -> Percentage:
        """Return the price of events for which nothing is free."""
        return replace(self, free_events=None, free_amount=None)

    def _paid(
        self, events: Sequence[Decimal]
    ) -> tuple[list[Decimal], Decimal, Allowance]:
        """Return what is left to pay for of each event that is not free, the amount
        that is, and what is still free."""
        paid, free = [], ZERO
        is_free = not (self.free_events is None and self.free_amount is None)
        count, left = self.free_events, self.free_amount
        for event in events:
            if check_finite(event) < 0:
                continue
            if not is_free or count == 0 or left == 0:
                paid.append(event)
                continue
            if count is not None:
                count -= 1
            covered = event if left is None else min(event, left)
            if left is not None:
                left = EXACT.subtract(left, covered)
            free = EXACT.add(free, covered)
            if covered < event:
                paid.append(EXACT.subtract(event, covered))
        return paid, free, replace(self, free_events=count, free_amount=left).allowance

    def _limits(self, paid: Sequence[Decimal]) -> list[Slice]:
        """Return what minimum and maximum per event add and take off, all in all."""
        low, high = self.event_minimum, self.event_maximum
        if low is None and high is None:
            return []
        rate = EXACT.multiply(self.percent, HUNDREDTH)
        lack, excess = ZERO, ZERO
        for event in paid:
            cost = EXACT.fma(event, rate, self.amount_fixed)
            if low is not None and cost < low:
                lack = EXACT.add(lack, EXACT.subtract(low, cost))
            elif high is not None and cost > high:
                excess = EXACT.add(excess, EXACT.subtract(high, cost))
        found = (flat_slice(lack, "minimum"), flat_slice(excess, "maximum"))
        return [each for each in found if each.amount]

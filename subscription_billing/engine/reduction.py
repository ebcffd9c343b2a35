"""Reductions: what a discount or a bonus takes off, and when."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .charge import DueCharge
from .errors import InvalidPrice
from .interval import Interval
from .money import EXACT, ZERO, Rounding, check_amount, check_count, scaled
from .price import Slice
from .tier import discount_slice

ALL = Fraction(1)


@dataclass(frozen=True, slots=True)
class Reduction:
    """What is taken off: a percent of each charge, or an amount per billing period.

    `items` are the keys of the items it is for, None for all. It counts for charges
    whose full period starts in [`start`, `stop`), so that all parts of a period are
    treated alike; with `every`, only for those whose number is a multiple of it; with
    `minimum`, only if the charges of the billing period, up to those due with it,
    come to that before any reduction.

    `interval` is the billing period it was promised in, and `since` the day from which
    periods have another length or begin on other days, None if they never do. What is
    charged from then on has its share of a period that reaches beyond `stop`, and as
    many amounts as there are intervals in its billing period.
    Raises `InvalidPrice` unless it has either a percent up to 100 or an amount, and
    `InvalidAmount` for a negative number.

    >>> Reduction("loyal", "12th month free", percent=Decimal(100), every=12).every
    12
    """

    key: Hashable
    label: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    items: frozenset[Hashable] | None = None
    start: date | None = None
    stop: date | None = None
    every: int = 0
    minimum: Decimal = ZERO
    interval: Interval | None = None
    since: date | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.amount is None):
            raise InvalidPrice(
                f"{self.label!r} needs either a percent or an amount", label=self.label
            )
        check_amount(self.amount if self.percent is None else self.percent)
        check_amount(self.minimum)
        check_count(self.every)
        if self.percent is not None and self.percent > 100:
            raise InvalidPrice(
                f"{self.label!r} takes off {self.percent} percent",
                label=self.label,
                percent=self.percent,
            )

    def covers(self, key: Hashable, day: date) -> bool:
        """Tell whether it is for an item in the full periods that start on `day`."""
        return (
            (self.items is None or key in self.items)
            and (self.start is None or self.start <= day)
            and (self.stop is None or day < self.stop)
        )

    def applies(self, charge: DueCharge, before: Decimal) -> bool:
        """Tell whether it is for a charge whose billing period costs `before`."""
        return (
            self.covers(charge.item_key, charge.whole.start)
            and (not self.every or charge.number % self.every == 0)
            and (not self.minimum or before >= self.minimum)
        )

    def take(
        self, charge: DueCharge, left: Decimal, spent: Decimal, rounding: Rounding
    ) -> Slice | None:
        """Return what is taken off a charge of which so much is left, None if nothing.

        `spent` is what other charges took of an amount. A percentage also belongs to
        what is given back.
        """
        if self.percent is not None:
            base = scaled(left, self._share(charge))
            cut = discount_slice(base, self.percent, self.label)
            return replace(cut, key=self.key) if cut.amount else None
        value = min(left, EXACT.subtract(self._amount(charge, rounding), spent))
        if value <= 0:
            return None
        cut = EXACT.minus(value)
        return Slice(Decimal(1), ZERO, cut, "discount", self.label, self.key)

    def _share(self, charge: DueCharge) -> Fraction:
        """Return which part of the full period lies within the promise."""
        whole = charge.whole
        if self.stop is None or self._is_promised(charge):
            return ALL
        start = max(whole.start, self.since)
        days = (min(whole.stop, self.stop) - start).days
        return Fraction(max(days, 0), (whole.stop - start).days)

    def _amount(self, charge: DueCharge, rounding: Rounding) -> Decimal:
        """Return the amount for what a full period costs: so much that the part of it
        since the other rhythm gets what was promised for its time."""
        if self._is_promised(charge):
            return self.amount
        cell, whole = charge.billing_period, charge.whole
        is_cut = cell.days < whole.days and cell.overlap(charge.period) == charge.period
        span = whole if is_cut else cell
        start = max(span.start, self.since)
        stop = span.stop if self.stop is None else min(span.stop, self.stop)
        count = self.interval.count_in(start, max(start, stop))
        times = count * span.days / max((span.stop - start).days, 1)
        return rounding.round(scaled(self.amount, times))

    def _is_promised(self, charge: DueCharge) -> bool:
        """Tell whether it is charged in the rhythm it was promised in."""
        return self.since is None or charge.period.start < self.since

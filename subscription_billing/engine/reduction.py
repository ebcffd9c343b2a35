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
from .money import EXACT, ZERO, check_amount, check_count, scaled
from .period import Period
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
    periods have another length or begin on other days, None if they never do. One that
    begins then and reaches beyond `stop` has its share. With `is_spread`, it has as
    many amounts as intervals.
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
    is_spread: bool = False

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

    def take(self, charge: DueCharge, left: Decimal, spent: Decimal) -> Slice | None:
        """Return what is taken off a charge of which so much is left, None if nothing.

        `spent` is what other charges took of an amount. A percentage also belongs to
        what is given back.
        """
        if self.percent is not None:
            base = scaled(left, self._share(charge.whole))
            cut = discount_slice(base, self.percent, self.label)
            return replace(cut, key=self.key) if cut.amount else None
        value = min(left, EXACT.subtract(self._amount(charge), spent))
        if value <= 0:
            return None
        cut = EXACT.minus(value)
        return Slice(Decimal(1), ZERO, cut, "discount", self.label, self.key)

    def _share(self, period: Period) -> Fraction:
        if self.stop is None or period.stop <= self.stop or self._is_before(period):
            return ALL
        return Fraction((self.stop - period.start).days, period.days)

    def _amount(self, charge: DueCharge) -> Decimal:
        cell = charge.billing_period
        if not self.is_spread or self._is_before(cell):
            return scaled(self.amount, self._share(cell))
        stop = cell.stop if self.stop is None else min(cell.stop, self.stop)
        return scaled(self.amount, self.interval.count_in(cell.start, stop))

    def _is_before(self, period: Period) -> bool:
        """Tell whether a period is one of those it was promised for."""
        return self.since is None or period.start < self.since

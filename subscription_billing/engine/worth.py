"""What a contract is worth per month on a day."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .interval import MONTHS_PER_YEAR, Interval
from .money import exact_sum, scaled
from .reduction import Reduction

DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True)
class Fee:
    """What an item costs per month, and the first day of the fee period that runs."""

    key: Hashable
    monthly: Decimal
    start: date


def worth(
    fees: Iterable[Fee], reductions: Iterable[Reduction], interval: Interval
) -> Decimal:
    """Return what these fees come to per month, less what is taken off now.

    `interval` is the billing period of the contract. A reduction for every nth period
    only is no matter of a month, and takes nothing off here.
    """
    fees = tuple(fees)
    left = {fee.key: fee.monthly for fee in fees}
    before = exact_sum(left.values())
    for reduction in reductions:
        if reduction.every or before < monthly_value(reduction.minimum, interval):
            continue
        keys = [fee.key for fee in fees if reduction.covers(fee.key, fee.start)]
        rest = _rest(reduction, exact_sum(left[key] for key in keys), interval)
        left.update({key: scaled(left[key], rest) for key in keys})
    return exact_sum(left.values())


def _rest(reduction: Reduction, base: Decimal, interval: Interval) -> Fraction:
    """Return which part of `base` a reduction leaves."""
    if reduction.percent is not None:
        return 1 - Fraction(reduction.percent) / 100
    amount = monthly_value(reduction.amount, reduction.interval or interval)
    if amount >= base:
        return Fraction(0)
    return 1 - Fraction(amount) / Fraction(base)


def monthly_value(price: Decimal, interval: Interval) -> Decimal:
    """Return what a price per interval is worth per month, in a year of 365 days.

    >>> monthly_value(Decimal(600), Interval(1, "year"))
    Decimal('50')
    """
    if months := interval.months:
        return scaled(price, Fraction(1, months))
    return scaled(price, Fraction(DAYS_PER_YEAR, MONTHS_PER_YEAR * interval.days))

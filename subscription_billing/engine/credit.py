"""Credits: how much is given back, and what a contract is worth per month."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from .interval import MONTHS_PER_YEAR, Interval
from .money import ZERO, scaled

DAYS_PER_YEAR = 365


def capped_credit(potential: Decimal, left: Decimal) -> Decimal:
    """Return how much of a credit can be given if so much of what was paid is left.

    All credits together never exceed what was paid, and none is a charge.

    >>> str(capped_credit(Decimal(100), left=Decimal(20)))
    '20'
    """
    return max(min(potential, left), ZERO)


def monthly_value(price: Decimal, interval: Interval) -> Decimal:
    """Return what a price per interval is worth per month, in a year of 365 days.

    >>> monthly_value(Decimal(600), Interval(1, "year"))
    Decimal('50')
    """
    if months := interval.months:
        return scaled(price, Fraction(1, months))
    return scaled(price, Fraction(DAYS_PER_YEAR, MONTHS_PER_YEAR * interval.days))

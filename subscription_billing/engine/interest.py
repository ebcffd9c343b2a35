"""Interest on what is overdue, by days and base rate of each half-year (§ 288 BGB)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .period import ONE_DAY


@dataclass(frozen=True, slots=True)
class Interest:
    """Simple interest, not rounded, and the half-years no rate is known of."""

    amount: Fraction
    missing: tuple[date, ...] = ()


def half_year(day: date) -> date:
    """First day of the half-year for which a base rate holds (§ 247 BGB).

    >>> half_year(date(2025, 9, 30))
    datetime.date(2025, 7, 1)
    """
    return date(day.year, 1 if day.month < 7 else 7, 1)


def _next_half_year(half: date) -> date:
    return date(half.year, 7, 1) if half.month == 1 else date(half.year + 1, 1, 1)


def interest(
    balances: Sequence[tuple[date, Decimal]],
    last: date,
    rates: Mapping[date, Decimal],
    points: Decimal,
) -> Interest:
    """Interest on what was open each day; for a half-year without a rate there is none.

    >>> rates = {date(2025, 1, 1): Decimal("2.27")}
    >>> balances = [(date(2025, 1, 2), Decimal(1000)), (date(2025, 2, 1), Decimal(800))]
    >>> found = interest(balances, date(2025, 2, 28), rates, Decimal(9))
    >>> round(float(found.amount), 2)
    16.18

    :param balances: (first day, amount open from it on), ascending; interest runs from
        the first of these days
    :param last: last day that counts
    :param rates: base rate in percent by first day of its half-year
    :param points: percentage points above the base rate
    """
    stop = last + ONE_DAY
    total, missing = Fraction(0), []
    for number, (start, amount) in enumerate(balances):
        following = balances[number + 1][0] if number + 1 < len(balances) else stop
        until = min(following, stop)
        while start < until:
            half = half_year(start)
            piece = min(until, _next_half_year(half))
            if half not in rates:
                missing += [half] if half not in missing and amount > 0 else []
            elif amount > 0:
                days = (piece - start).days
                year = (date(half.year + 1, 1, 1) - date(half.year, 1, 1)).days
                percent = max(Fraction(rates[half] + points), Fraction(0))
                total += Fraction(amount) * percent / 100 * Fraction(days, year)
            start = piece
    return Interest(total, tuple(missing))

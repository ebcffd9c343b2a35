"""Proration: what a part of a period costs, so that all parts add up (M2, M3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from .errors import InvalidPeriod
from .money import EXACT, ZERO, Rounding
from .period import Period

MONTH_OF_30 = 30
# A month between clamped ends, such as 31 January to 28 February, is up to two
# days off its 30 days.
MONTH_SLACK = 2
SECOND = timedelta(seconds=1)


class Proration(str, Enum):
    """How the length of a part is compared with the length of the whole (M3)."""

    DAY = "day"
    SECOND = "second"
    DAY_FIXED_30 = "day_fixed_30"
    NONE = "none"


def measure(period: Period, rule: Proration) -> int | Fraction:
    """Return the length of a period: days, seconds, or days of 30-day months.

    A period of dates has days of 24 hours; pass instants for true seconds. The
    30-day rule counts the 31st of a month as its 30th. NONE knows one length, 1.

    >>> february = Period(date(2024, 2, 1), date(2024, 3, 1))
    >>> measure(february, Proration.DAY), measure(february, Proration.DAY_FIXED_30)
    (29, 30)
    """
    if rule is Proration.NONE:
        return 1
    if rule is Proration.SECOND:
        return Fraction(*_ratio(period.stop - period.start, SECOND))
    if rule is Proration.DAY_FIXED_30:
        return _days_360(period.start, period.stop)
    return period.days


def fraction(part: Period, whole: Period, rule: Proration = Proration.DAY) -> Fraction:
    """Return length(part) / length(whole), exactly.

    More than 1 if the part is longer, as for an extension; NONE always gives 1.
    By 30-day months a whole month counts 30 days even where clamped ends make it
    28 to 32, because a full period costs the full price.

    >>> may = Period(date(2023, 5, 15), date(2023, 6, 15))
    >>> fraction(Period(date(2023, 5, 23), may.stop), may, Proration.DAY_FIXED_30)
    Fraction(11, 15)
    """
    if rule is Proration.NONE:
        return Fraction(1)
    if rule is Proration.DAY_FIXED_30:
        length = _fixed_30_length(whole)
        before, after = (
            _fixed_30_rest(end, whole, length) for end in (part.start, part.stop)
        )
        return Fraction(before - after, length)
    return Fraction(measure(part, rule), measure(whole, rule))


def share(
    amount: Decimal,
    part: Period,
    whole: Period,
    rounding: Rounding,
    rule: Proration = Proration.DAY,
) -> Decimal:
    """Return the rounded amount of `part` if the whole period costs `amount` (M2).

    R(part.start) - R(part.stop), where R(t) is the rounded amount of what is left of
    the whole from t on. So the parts of any split add up to the rounded whole, and a
    rest (late start, credit of what is left) is exactly round(amount x fraction).
    Raises `InvalidPeriod` if the part does not lie inside the whole.

    >>> may = Period(date(2024, 5, 1), date(2024, 6, 1))
    >>> cut, cents = date(2024, 5, 11), Rounding.from_digits(2)
    >>> share(Decimal(10), Period(may.start, cut), may, cents)
    Decimal('3.23')
    >>> share(Decimal(10), Period(cut, may.stop), may, cents)
    Decimal('6.77')
    """
    if rule is Proration.NONE:
        return rounding.round(amount)
    if not whole.covers(part):
        raise InvalidPeriod(f"{part} is no part of {whole}", part=part, whole=whole)

    def rest(start: date) -> Decimal:
        if start == whole.stop:
            return ZERO
        if start == whole.start:
            return rounding.round(amount)
        left = Period(start, whole.stop)
        return rounding.round(Fraction(amount) * fraction(left, whole, rule))

    return EXACT.subtract(rest(part.start), rest(part.stop))


def _ratio(length: timedelta, unit: timedelta) -> tuple[int, int]:
    tick = timedelta.resolution
    return length // tick, unit // tick


def _days_360(start: date, stop: date) -> int:
    if isinstance(start, datetime):
        raise InvalidPeriod("days are counted between dates", start=start, stop=stop)
    months = (stop.year - start.year) * 12 + stop.month - start.month
    return months * MONTH_OF_30 + min(stop.day, 30) - min(start.day, 30)


def _fixed_30_length(whole: Period) -> int:
    days = _days_360(whole.start, whole.stop)
    off = (days + MONTH_SLACK) % MONTH_OF_30 - MONTH_SLACK
    return days - off if off <= MONTH_SLACK and days > off else max(days, 1)


def _fixed_30_rest(start: date, whole: Period, length: int) -> int:
    if start <= whole.start:
        return length
    return min(_days_360(start, whole.stop), length)

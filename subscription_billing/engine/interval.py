"""Intervals: lengths of time as people agree on them, such as 1 month or 2 weeks."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from enum import Enum
from fractions import Fraction

from .errors import InvalidInterval

MONTHS_PER_YEAR = 12


class Unit(str, Enum):
    """Units an interval is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_IN_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_IN_MONTHS = {Unit.MONTH: 1, Unit.YEAR: MONTHS_PER_YEAR}
_SYNONYMS = {"quarter": (3, Unit.MONTH), "half_year": (6, Unit.MONTH)}


def clamped_day(year: int, months: int, day: int) -> date:
    """Return `day` of the month that lies `months` after January of `year` (T1).

    A day the month does not have becomes its last one. What lies outside the
    calendar becomes its first or last day.

    >>> clamped_day(2024, 1, 31), clamped_day(2024, 14, 31)
    (datetime.date(2024, 2, 29), datetime.date(2025, 3, 31))
    """
    years, month = divmod(months, MONTHS_PER_YEAR)
    year += years
    if year > MAXYEAR:
        return date.max
    if year < MINYEAR:
        return date.min
    month += 1
    if day > 28:
        day = min(day, monthrange(year, month)[1])
    return date(year, month, day)


def shifted_days(day: date, days: int) -> date:
    """Return the date `days` later, held inside the calendar.

    >>> shifted_days(date.max, 1) == date.max
    True
    """
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


@dataclass(frozen=True, slots=True)
class Interval:
    """A whole number of days, weeks, months or years, at least one.

    Raises `InvalidInterval` for any other count or an unknown unit.

    >>> Interval(1, Unit.MONTH).add(date(2024, 1, 31))
    datetime.date(2024, 2, 29)
    """

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if type(self.count) is not int or self.count < 1:
            raise InvalidInterval(
                f"interval count {self.count!r} is not a whole number from 1",
                count=self.count,
                unit=self.unit,
            )
        if not isinstance(self.unit, Unit):
            object.__setattr__(self, "unit", _unit(self.unit))

    @classmethod
    def parse(cls, count: int, unit: str) -> Interval:
        """Return the interval for a unit's name, "quarter" and "half_year" included.

        >>> Interval.parse(2, "quarter") == Interval(6, Unit.MONTH)
        True
        """
        if unit in _SYNONYMS and type(count) is int:
            factor, unit = _SYNONYMS[unit]
            count *= factor
        return cls(count, _unit(unit))

    @property
    def months(self) -> int:
        """Length in months, 0 if it is counted in days."""
        return self.count * _IN_MONTHS.get(self.unit, 0)

    @property
    def days(self) -> int:
        """Length in days, 0 if it is counted in months."""
        return self.count * _IN_DAYS.get(self.unit, 0)

    def add(self, day: date, times: int = 1) -> date:
        """Return `day` plus `times` intervals in one step, clamped (T1, § 188 III BGB).

        `times` may be 0 or negative. Adding twice is not adding two: use `times`.

        >>> month = Interval(1, Unit.MONTH)
        >>> month.add(date(2023, 1, 31), 2), month.add(month.add(date(2023, 1, 31)))
        (datetime.date(2023, 3, 31), datetime.date(2023, 3, 28))
        """
        if months := self.months:
            return clamped_day(day.year, day.month - 1 + months * times, day.day)
        return shifted_days(day, self.days * times)

    def count_in(self, start: date, stop: date) -> Fraction:
        """Return how many intervals from `start` fit before `stop`, the last in part.

        >>> Interval(1, Unit.MONTH).count_in(date(2024, 1, 1), date(2024, 3, 11))
        Fraction(72, 31)
        """
        times, since, until = 0, start, self.add(start)
        while since < until <= stop:
            times += 1
            since, until = until, self.add(start, times + 1)
        days = max((until - since).days, 1)
        return times + Fraction(max((stop - since).days, 0), days)


def _unit(name: str) -> Unit:
    try:
        return Unit(name)
    except ValueError:
        raise InvalidInterval(f"unknown unit {name!r}", unit=name) from None

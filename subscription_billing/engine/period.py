"""Periods: half-open stretches of time, and what is left of them (T2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from .errors import InvalidPeriod

ONE_DAY = timedelta(days=1)
# An open end. No contract reaches it, and it compares like any other day.
FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Period:
    """The time from `start` (included) to `stop` (excluded), never empty (T2).

    Both ends are dates, or both are instants with a time zone. Instants are kept
    in UTC, since two instants of one zone compare by the wall clock and a day of
    25 hours would count 24.
    Raises `InvalidPeriod` for mixed or naive ends and for start >= stop.

    >>> Period(date(2024, 2, 1), date(2024, 3, 1)).days
    29
    """

    start: date
    stop: date

    def __post_init__(self) -> None:
        if type(self.start) is not date or type(self.stop) is not date:
            self._normalise()
        if self.start >= self.stop:
            raise InvalidPeriod(
                f"period from {self.start} to before {self.stop} is empty",
                start=self.start,
                stop=self.stop,
            )

    def _normalise(self) -> None:
        facts = {"start": self.start, "stop": self.stop}
        instants = [isinstance(end, datetime) for end in facts.values()]
        if not all(isinstance(end, date) for end in facts.values()):
            raise InvalidPeriod("a period needs two dates", **facts)
        if any(instants) and not all(instants):
            raise InvalidPeriod("a period cannot mix a date and an instant", **facts)
        for name, end in facts.items():
            if isinstance(end, datetime):
                if end.tzinfo is None:
                    raise InvalidPeriod(f"instant {end} has no time zone", **facts)
                object.__setattr__(self, name, end.astimezone(timezone.utc))

    @property
    def days(self) -> int:
        """Number of days. Raises `InvalidPeriod` between instants."""
        self._require_dates()
        return (self.stop - self.start).days

    @property
    def last_day(self) -> date:
        """The last day included. Raises `InvalidPeriod` between instants."""
        self._require_dates()
        return self.stop - ONE_DAY

    def contains(self, day: date) -> bool:
        """Tell whether the day (or instant) lies inside; `stop` does not."""
        return self.start <= day < self.stop

    def covers(self, other: Period) -> bool:
        """Tell whether the other period lies inside or is the same."""
        return self.start <= other.start and other.stop <= self.stop

    def overlaps(self, other: Period) -> bool:
        """Tell whether both have time in common; to touch is not enough."""
        return self.start < other.stop and other.start < self.stop

    def overlap(self, other: Period) -> Period | None:
        """Return the time both have in common, None if they only touch.

        >>> may, june = date(2024, 5, 1), date(2024, 6, 1)
        >>> Period(may, june).overlap(Period(june, FOREVER)) is None
        True
        """
        start = max(self.start, other.start)
        stop = min(self.stop, other.stop)
        return Period(start, stop) if start < stop else None

    def _require_dates(self) -> None:
        if isinstance(self.start, datetime):
            raise InvalidPeriod(
                "days are counted between dates", start=self.start, stop=self.stop
            )


def merge(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return the same time as sorted periods that neither overlap nor touch.

    >>> days = [date(2024, 5, day) for day in (1, 2, 3)]
    >>> len(merge([Period(days[1], days[2]), Period(days[0], days[1])]))
    1
    """
    merged: list[Period] = []
    start = stop = None
    for period in sorted(periods, key=lambda period: period.start):
        if stop is not None and period.start <= stop:
            stop = max(stop, period.stop)
            continue
        if stop is not None:
            merged.append(Period(start, stop))
        start, stop = period.start, period.stop
    if stop is not None:
        merged.append(Period(start, stop))
    return tuple(merged)


def subtract(periods: Iterable[Period], minus: Iterable[Period]) -> tuple[Period, ...]:
    """Return the time of `periods` that is in none of `minus`, sorted and merged.

    >>> may, june = date(2024, 5, 1), date(2024, 6, 1)
    >>> [p.stop for p in subtract([Period(may, FOREVER)], [Period(june, FOREVER)])]
    [datetime.date(2024, 6, 1)]
    """
    rest: list[Period] = []
    holes = merge(minus)
    for period in merge(periods):
        start = period.start
        for hole in holes:
            if hole.stop <= start:
                continue
            if hole.start >= period.stop:
                break
            if start < hole.start:
                rest.append(Period(start, hole.start))
            start = hole.stop
        if start < period.stop:
            rest.append(Period(start, period.stop))
    return tuple(rest)

"""Recurrences: the periods of a contract, each computed from its anchor (T1, T5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from .errors import InvalidInterval, InvalidPeriod
from .interval import MONTHS_PER_YEAR, Interval, Unit, clamped_day, shifted_days
from .period import FOREVER, Period

# Calendar grids of months count from this January: a year of 12 months, and every
# divisor of it, then begins in January of each year.
CALENDAR_YEAR = 2000


class Alignment(str, Enum):
    """What the boundaries of a recurrence are aligned to (T5)."""

    ANNIVERSARY = "anniversary"
    CALENDAR = "calendar"
    BILLING_DAY = "billing_day"


@dataclass(frozen=True, slots=True)
class Grid:
    """All boundaries origin + j intervals, for every whole j, negative too (T1).

    The origin is a year, a month and a day 1..31; the day is remembered even where
    the month has fewer days, so a grid of the 31st returns to the 31st.

    >>> grid = Grid(2023, 1, 31, Interval(1, "month"))
    >>> [str(grid.boundary(j)) for j in (0, 1, 2, -2)]
    ['2023-01-31', '2023-02-28', '2023-03-31', '2022-11-30']
    """

    year: int
    month: int
    day: int
    interval: Interval

    @classmethod
    def at(cls, origin: date, interval: Interval) -> Grid:
        """Return the grid with a boundary on `origin`."""
        return cls(origin.year, origin.month, origin.day, interval)

    def boundary(self, index: int) -> date:
        """Return boundary number `index`; 0 is the origin, clamped."""
        if months := self.interval.months:
            return clamped_day(self.year, self.month - 1 + index * months, self.day)
        return shifted_days(self._origin(), index * self.interval.days)

    def index(self, day: date) -> int:
        """Return the j with boundary(j) <= day < boundary(j + 1)."""
        if months := self.interval.months:
            passed = (day.year - self.year) * MONTHS_PER_YEAR + day.month - self.month
            index = passed // months
            return index - 1 if self.boundary(index) > day else index
        return (day - self._origin()).days // self.interval.days

    def cell(self, day: date) -> Period:
        """Return the period between the two boundaries around `day`."""
        return self.nth(self.index(day))

    def nth(self, index: int) -> Period:
        """Return the period from boundary `index` to the next one."""
        return Period(self.boundary(index), self.boundary(index + 1))

    def _origin(self) -> date:
        return clamped_day(self.year, self.month - 1, self.day)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """The cells of a grid, cut to the time from `start` to `stop` (excluded).

    - anniversary: boundaries from `anchor`, or from `start` without one. An anchor
      before or after the start leaves a stub as first period.
    - calendar: boundaries on Mondays, on the 1st of a month, quarter, half-year or
      year. Several weeks count from the Monday of the week of anchor or start, days
      from anchor or start, months from January 2000.
    - billing day: boundaries on `billing_day` (1..31); the origin is that day in the
      month of the start.

    Raises `InvalidInterval` for a billing day outside 1..31 or missing, and
    `InvalidPeriod` for a stop before the start.

    >>> monthly = Recurrence(date(2024, 1, 31), Interval(1, "month"))
    >>> [str(monthly.nth(n).start) for n in (1, 2, 3)]
    ['2024-01-31', '2024-02-29', '2024-03-31']
    """

    start: date
    interval: Interval
    alignment: Alignment = Alignment.ANNIVERSARY
    anchor: date | None = None
    billing_day: int | None = None
    stop: date | None = None
    grid: Grid = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "alignment", Alignment(self.alignment))
        if self.stop is not None and self.stop < self.start:
            raise InvalidPeriod(
                f"end {self.stop} lies before start {self.start}",
                start=self.start,
                stop=self.stop,
            )
        object.__setattr__(self, "grid", self._grid())

    def _grid(self) -> Grid:
        origin = self.anchor or self.start
        if self.alignment is Alignment.BILLING_DAY:
            if self.billing_day not in range(1, 32):
                raise InvalidInterval(
                    f"billing day {self.billing_day!r} is not a day from 1 to 31",
                    billing_day=self.billing_day,
                )
            start = self.start
            return Grid(start.year, start.month, self.billing_day, self.interval)
        if self.alignment is Alignment.CALENDAR:
            if self.interval.months:
                return Grid(CALENDAR_YEAR, 1, 1, self.interval)
            if self.interval.unit is Unit.WEEK:
                origin -= timedelta(days=origin.weekday())
        return Grid.at(origin, self.interval)

    def nth(self, number: int) -> Period:
        """Return period `number`, counted from 1; the first may be a stub.

        Raises `InvalidPeriod` for a number below 1 or a period after the stop.
        """
        cell = self.grid.nth(self.grid.index(self.start) + number - 1)
        if number < 1 or cell.start >= (self.stop or FOREVER):
            raise InvalidPeriod(f"there is no period {number}", number=number)
        return self._cut(cell)

    def period_at(self, day: date) -> Period:
        """Return the period that contains `day`, cut to start and stop.

        Raises `InvalidPeriod` for a day before the start or from the stop on.
        """
        if not self.start <= day < (self.stop or FOREVER):
            raise InvalidPeriod(f"{day} lies outside of the recurrence", day=day)
        return self._cut(self.grid.cell(day))

    def whole_at(self, day: date) -> Period:
        """Return the aligned period around `day`, uncut: M3's denominator."""
        return self.grid.cell(day)

    def number_at(self, day: date) -> int:
        """Return the number of the period around `day`, counted from 1 (see `nth`)."""
        return self.grid.index(day) - self.grid.index(self.start) + 1

    def periods(self, since: date, until: date) -> Iterator[Period]:
        """Yield, in order, the cut periods that share time with [since, until)."""
        since = max(since, self.start)
        until = min(until, self.stop or FOREVER)
        while since < until:
            period = self.period_at(since)
            yield period
            since = period.stop

    def boundary_at_or_after(self, day: date) -> date:
        """Return the first boundary from `day` on; start and stop are boundaries.

        A day after the stop gives the stop: what is settled at boundaries is
        settled there at the latest.

        >>> Recurrence(date(2024, 1, 31), Interval(1, "month")).boundary_at_or_after(
        ...     date(2024, 3, 1)
        ... )
        datetime.date(2024, 3, 31)
        """
        if day <= self.start:
            return self.start
        cell = self.grid.cell(day)
        boundary = day if cell.start == day else cell.stop
        return min(boundary, self.stop or FOREVER)

    def _cut(self, cell: Period) -> Period:
        start = max(cell.start, self.start)
        stop = min(cell.stop, self.stop or FOREVER)
        if start == cell.start and stop == cell.stop:
            return cell
        return Period(start, stop)

"""Local time: instants become dates once, at the edge, in a named zone (T3, T4)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from .errors import InvalidTimezone
from .period import ONE_DAY, Period

ONE_SECOND = timedelta(seconds=1)


def get_zone(name: str) -> ZoneInfo:
    """Return the zone of that name. Raises `InvalidTimezone` for an unknown one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # An impossible name is a ValueError, a name such as "Europe" an OSError.
        raise InvalidTimezone(f"unknown time zone {name!r}", timezone=name) from None


def local_date(instant: datetime, zone: str) -> date:
    """Return the date a clock on the wall shows at that instant (T3).

    Raises `InvalidTimezone` for an unknown zone or an instant without zone.

    >>> local_date(datetime(2012, 7, 16, 21, tzinfo=timezone.utc), "Asia/Tokyo")
    datetime.date(2012, 7, 17)
    """
    if instant.tzinfo is None:
        raise InvalidTimezone(f"instant {instant} has no time zone", instant=instant)
    return instant.astimezone(get_zone(zone)).date()


@lru_cache(maxsize=10_000)  # ten thousand lines of a month share a few days
def day_start_utc(day: date, zone: str) -> datetime:
    """Return the first instant of a local day, in UTC.

    Where the clock is set forward at midnight, that is the instant of the change.

    >>> day_start_utc(date(2022, 1, 1), "America/New_York").isoformat()
    '2022-01-01T05:00:00+00:00'
    """
    midnight = datetime.combine(day, time.min, tzinfo=get_zone(zone))
    return midnight.astimezone(timezone.utc)


@lru_cache(maxsize=10_000)
def utc_window(period: Period, zone: str) -> Period:
    """Return the instants of a period of local days, as a half-open period in UTC."""
    return Period(day_start_utc(period.start, zone), day_start_utc(period.stop, zone))


def next_window(previous_stop: datetime, stop: date, zone: str) -> Period:
    """Return the usage window that follows the one rated last (T4).

    It starts at the instant the last one stopped (excluded there), in whatever zone
    that was computed, and runs to the start of the local day `stop`. So a customer
    who moves loses no hour and pays none twice.
    Raises `InvalidPeriod` if that day begins before the last window stopped.
    """
    return Period(previous_stop, day_start_utc(stop, zone))


def last_second(period: Period) -> datetime:
    """Return the last whole second inside a period of instants, as others show it."""
    return period.stop - ONE_SECOND


def falls_on(instant: datetime, day: date, zone: str) -> bool:
    """Tell whether an instant belongs to the local day (T3).

    A run may come at any hour: what is due on a local day is due at each of its
    instants and at none of the neighbours'.
    """
    begin = day_start_utc(day, zone)
    return begin <= instant < day_start_utc(day + ONE_DAY, zone)


def days_between(start: datetime, stop: datetime, zone: str) -> int:
    """Return how many local midnights lie between two instants.

    26 hours over one midnight are one day; a day of 23 hours is one day as well.
    """
    return (local_date(stop, zone) - local_date(start, zone)).days

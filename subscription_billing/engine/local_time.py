"""Local time: instants become dates once, at the edge, in a named zone (T3, T4)."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from .errors import InvalidTimezone
from .period import Period


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

    Where the clock is set forward at midnight, that is the instant of the change. It
    is held inside the calendar.

    >>> day_start_utc(date(2022, 1, 1), "America/New_York").isoformat()
    '2022-01-01T05:00:00+00:00'
    """
    midnight = datetime.combine(day, time.min, tzinfo=get_zone(zone))
    try:
        return midnight.astimezone(timezone.utc)
    except OverflowError:
        return midnight.replace(tzinfo=timezone.utc)


@lru_cache(maxsize=10_000)
def utc_window(period: Period, zone: str) -> Period:
    """Return the instants of a period of local days, as a half-open period in UTC."""
    return Period(day_start_utc(period.start, zone), day_start_utc(period.stop, zone))

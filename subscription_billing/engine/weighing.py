"""Weighing: values that count for the time they were there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from .event import Event
from .local_time import local_date
from .money import EXACT
from .period import Period

TICK = timedelta.resolution


def weighted_sum(
    events: Iterable[Event], opening: Decimal, window: Period, whole: Period
) -> Fraction:
    """Return the sum of all changes, each by the share of `whole` that is left of
    `window` after it; `opening` is what the window begins with."""
    area = EXACT.multiply(opening, _ticks(window.start, window.stop))
    for event in events:
        area = EXACT.fma(event.value, _ticks(event.instant, window.stop), area)
    return Fraction(area) / Fraction(_ticks(whole.start, whole.stop))


def prorated_sum(
    events: Iterable[Event],
    opening: Decimal,
    window: Period,
    whole: Period,
    zone: str,
) -> Fraction:
    """Return the sum of all changes by whole local days.

    The day something is added counts, and so does the day it is taken away.
    """
    start, stop = _days(window, zone)
    area = EXACT.multiply(opening, Decimal((stop - start).days))
    for event in events:
        days = (stop - local_date(event.instant, zone)).days - (event.value < 0)
        area = EXACT.fma(event.value, Decimal(days), area)
    return Fraction(area) / _length(whole, zone)


def prorated_unique(
    events: Iterable[Event],
    opening: Collection[str],
    window: Period,
    whole: Period,
    zone: str,
) -> Fraction:
    """Return how many different values there were, by whole local days.

    `opening` are those the window begins with, `events` come in order of time. A day
    on which a value was there for a moment counts, and counts once.
    """
    start, stop = _days(window, zone)
    since = dict.fromkeys(opening, start)
    counted: dict[str, date] = {}
    total = 0
    for event in events:
        day, name = local_date(event.instant, zone), event.unique
        if not event.is_removal:
            since.setdefault(name, max(day, counted.get(name, day)))
        elif name in since:
            total += (day - since.pop(name)).days + 1
            counted[name] = day + timedelta(1)
    total += sum((stop - day).days for day in since.values())
    return Fraction(total) / _length(whole, zone)


def present(events: Iterable[Event], opening: Collection[str]) -> frozenset[str]:
    """Return the values that are there after these events, in order of time."""
    names = set(opening)
    for event in events:
        (names.discard if event.is_removal else names.add)(event.unique)
    return frozenset(names)


def _ticks(start: datetime, stop: datetime) -> Decimal:
    return Decimal((stop - start) // TICK)


def _days(window: Period, zone: str) -> tuple[date, date]:
    """Return the first local day of a window, and the one after its last."""
    last = local_date(window.stop - TICK, zone)
    return local_date(window.start, zone), last + timedelta(1)


def _length(whole: Period, zone: str) -> int:
    start, stop = _days(whole, zone)
    return (stop - start).days

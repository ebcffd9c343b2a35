"""Metering: from the events of a window to one quantity."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from .errors import InvalidMeter
from .event import BY_TIME, UNIQUE_KINDS, Aggregation, Event, distinct
from .local_time import get_zone
from .money import EXACT, ONE, ZERO, Rounding, check_finite, exact_sum, scaled
from .period import Period
from .weighing import present, prorated_sum, prorated_unique, weighted_sum

# What a window begins with: a number or the names that are there, None if unknown.
Opening = Decimal | Collection[str] | None
LEVELS = (Aggregation.MAX, Aggregation.LAST)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a window comes to: `raw` as aggregated, `quantity` never below zero.

    `count`, `first` and `last` are of the events of the window itself.
    """

    quantity: Decimal
    raw: Decimal
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None


def aggregate(
    kind: str,
    events: Iterable[Event],
    window: Period,
    whole: Period | None = None,
    opening: Opening | None = None,
    is_carry_over: bool = False,
    zone: str = "UTC",
) -> Measured:
    """Return what the events of `window` (instants) come to.

    `whole` is the full period that values by time are compared with, the window
    without one. `opening` is what the window begins with: a number, or the names that
    are there for the unique kinds. With `is_carry_over`, what the events before the
    window leave behind is added to it. `zone` says which days are counted.
    Events without a value do not count, except where events are counted.
    Raises `InvalidMeter` for an unknown kind.

    >>> from datetime import timezone
    >>> may, june = (datetime(2024, month, 1, tzinfo=timezone.utc) for month in (5, 6))
    >>> events = [Event(may, Decimal(5), "a"), Event(may, Decimal(5), "a")]
    >>> aggregate("sum", events, Period(may, june)).quantity
    Decimal('5')
    """
    kind, whole = _kind(kind), whole or window
    known = [event for event in distinct(events) if _counts(kind, event)]
    own = [event for event in known if window.contains(event.instant)]
    if opening is None:
        opening = _nothing(kind)
    if is_carry_over:
        before = [event for event in known if event.instant < window.start]
        opening = carried_over(kind, before, opening)
    if kind in BY_TIME:
        raw = scaled(ONE, _by_time(kind, own, opening, window, whole, zone))
    else:
        raw = _plain(kind, own, opening)
    return Measured(
        quantity=max(raw, ZERO),
        raw=raw,
        count=len(own),
        first=own[0].instant if own else None,
        last=own[-1].instant if own else None,
    )


def carried_over(kind: str, events: Sequence[Event], opening: Opening) -> Opening:
    """Return what events in order of time leave behind for the time after them.

    Sums go on, of levels the last one stays; what was counted is over.
    """
    kind = Aggregation(kind)
    if kind in UNIQUE_KINDS:
        return present(events, opening)
    if kind is Aggregation.COUNT:
        return opening
    if kind in LEVELS:
        return events[-1].value if events else opening
    return exact_sum([opening, *(event.value for event in events)])


def buckets(
    events: Iterable[Event], zone: str, unit: str, kind: str
) -> tuple[Decimal, ...]:
    """Return the quantity of each local hour, day or month that has events, in order.

    Raises `InvalidMeter` for another unit, and for kinds that are weighed by time.
    """
    kind = _kind(kind)
    if kind in BY_TIME or unit not in ("hour", "day", "month"):
        raise InvalidMeter(
            f"{kind.value} is not measured by {unit}", kind=kind.value, unit=unit
        )
    groups: dict[tuple[object, ...], list[Event]] = {}
    tz = get_zone(zone)
    for event in distinct(events):
        if _counts(kind, event):
            local = event.instant.astimezone(tz)
            # The hour that comes twice when the clock is set back is two hours.
            key = {
                "hour": (local.date(), local.hour, local.utcoffset()),
                "day": (local.date(),),
                "month": (local.year, local.month),
            }[unit]
            groups.setdefault(key, []).append(event)
    return tuple(
        max(_plain(kind, group, _nothing(kind)), ZERO) for group in groups.values()
    )


def round_quantity(quantity: Decimal, mode: str, digits: int = 0) -> Decimal:
    """Return a quantity rounded to so many decimals; -2 is to whole hundreds.

    The mode is "none", "half_up", "up" or "down" (as ceil and floor do it).
    Raises `InvalidMeter` for another one.

    >>> [round_quantity(Decimal("1.25"), mode, 1) for mode in ("half_up", "down")]
    [Decimal('1.3'), Decimal('1.2')]
    """
    check_finite(quantity)
    rounding = Rounding.from_digits(digits)
    if mode == "none":
        return quantity
    if mode == "half_up":
        return rounding.round(quantity)
    if mode not in ("up", "down"):
        raise InvalidMeter(f"unknown rounding {mode!r}", mode=mode)
    steps = Fraction(quantity) / Fraction(rounding.step)
    count = -(-steps // 1) if mode == "up" else steps // 1
    return EXACT.multiply(rounding.step, Decimal(count))


def _kind(name: str) -> Aggregation:
    try:
        return Aggregation(name)
    except ValueError:
        raise InvalidMeter(f"unknown aggregation {name!r}", kind=name) from None


def _counts(kind: Aggregation, event: Event) -> bool:
    if kind in UNIQUE_KINDS:
        return event.unique is not None
    return kind is Aggregation.COUNT or event.value is not None


def _nothing(kind: Aggregation) -> Opening:
    if kind in UNIQUE_KINDS:
        return frozenset()
    return None if kind in LEVELS else ZERO


def _plain(kind: Aggregation, events: Sequence[Event], opening: Opening) -> Decimal:
    if kind is Aggregation.UNIQUE:
        return Decimal(len(present(events, opening)))
    if kind is Aggregation.COUNT:
        # A counter-event takes one back.
        signs = (-1 if event.is_removal else 1 for event in events)
        return EXACT.add(opening, Decimal(sum(signs)))
    if kind is Aggregation.SUM:
        return exact_sum([opening, *(event.value for event in events)])
    values = [event.value for event in events]
    if opening is not None:
        values.insert(0, opening)
    if kind is Aggregation.LAST:
        return values[-1] if values else ZERO
    return max(values, default=ZERO)


def _by_time(
    kind: Aggregation,
    events: Sequence[Event],
    opening: Opening,
    window: Period,
    whole: Period,
    zone: str,
) -> Fraction:
    if kind is Aggregation.WEIGHTED:
        return weighted_sum(events, opening, window, whole)
    weigh = prorated_sum if kind is Aggregation.PRORATED_SUM else prorated_unique
    return weigh(events, opening, window, whole, zone)

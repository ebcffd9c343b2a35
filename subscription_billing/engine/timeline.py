"""Timeline: what is booked when, cut by the phases of the contract."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from .errors import InvalidAmount, InvalidItem, InvalidPeriod
from .period import FOREVER, Period, merge, subtract
from .price import Price
from .proration import Proration
from .recurrence import Recurrence


class ItemKind(str, Enum):
    """Whether an item costs its price once or every fee period, or what was used in
    it."""

    RECURRING = "recurring"
    ONE_OFF = "one_off"
    METERED = "metered"


class Mode(str, Enum):
    """Whether a fee period is billed when it begins or when it is over."""

    ADVANCE = "advance"
    ARREARS = "arrears"


class PhaseKind(str, Enum):
    """What a contract goes through. SETTLED days were billed elsewhere: a one-off item
    that begins in them is paid for. An ANNULLED contract never was."""

    ACTIVE = "active"
    TRIAL = "trial"
    SETTLED = "settled"
    PAUSED = "paused"
    ANNULLED = "annulled"


ALL_ITEMS = frozenset(ItemKind)
FEES = ALL_ITEMS - {ItemKind.METERED}


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the contract's life, `stop` excluded, None for an open end.

    `items` are the kinds of items it is about: a trial may be free of fees, and not of
    what is used in it.
    """

    start: date
    stop: date | None = None
    is_billed: bool = True
    kind: PhaseKind = PhaseKind.ACTIVE
    items: frozenset[ItemKind] = ALL_ITEMS

    def __post_init__(self) -> None:
        _check_order(self.start, self.stop)


@dataclass(frozen=True, slots=True)
class Item:
    """One booked contract line as a value.

    Valid from `start` to `stop` (excluded; None is open, equal to the start is never
    valid). `fees` says which fee periods exist, `billing` when they are looked at
    (T6). A one-off item costs its price once, on its first billed day. A metered one
    is billed when its period is over, whatever the mode; its price rates the events.
    Raises `InvalidPeriod` for a stop before the start and `InvalidAmount` for a
    negative quantity.
    """

    key: Hashable
    start: date
    fees: Recurrence
    billing: Recurrence
    price: Price
    quantity: Decimal = Decimal(1)
    stop: date | None = None
    kind: ItemKind = ItemKind.RECURRING
    mode: Mode = Mode.ADVANCE
    proration: Proration = Proration.DAY

    def __post_init__(self) -> None:
        _check_order(self.start, self.stop)
        if self.quantity < 0:
            raise InvalidAmount(
                f"quantity {self.quantity} is negative", quantity=self.quantity
            )

    def validity(self) -> Period | None:
        """Return the item's own time inside of both recurrences, None if empty."""
        start = max(self.start, self.fees.start, self.billing.start)
        ends = (self.stop, self.fees.stop, self.billing.stop)
        stop = min(end or FOREVER for end in ends)
        return Period(start, stop) if start < stop else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The items of a contract and the phases of its life, in its time zone.

    What is billed is the time of the billed phases, all time if none is, less the
    time of the phases that are not: where a pause overlaps, the pause wins.
    `zone` only matters for proration by seconds.
    Raises `InvalidItem` for two items with the same key.
    """

    items: tuple[Item, ...]
    phases: tuple[Phase, ...] = ()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        keys = [item.key for item in self.items]
        if len(keys) != len(set(keys)):
            raise InvalidItem("two items have the same key", keys=keys)

    def cut(self, item: Item) -> tuple[Period, ...]:
        """Return the billed time of an item: sorted periods that do not touch.

        An open end is `FOREVER`.
        """
        validity = item.validity()
        if validity is None:
            return ()
        phases = [phase for phase in self.phases if item.kind in phase.items]
        if not phases:
            return (validity,)
        billed = _time(phase for phase in phases if phase.is_billed) or (validity,)
        parts = [part for each in billed if (part := validity.overlap(each))]
        unbilled = [phase for phase in phases if not phase.is_billed]
        settled = _time(each for each in unbilled if each.kind is PhaseKind.SETTLED)
        parts = subtract(
            parts,
            _time(each for each in unbilled if each.kind is not PhaseKind.SETTLED),
        )
        if item.kind is ItemKind.ONE_OFF and parts:
            first = parts[0].start
            if any(period.contains(first) for period in settled):
                return ()
        return subtract(parts, settled)


def _time(phases: Iterable[Phase]) -> tuple[Period, ...]:
    return merge(
        Period(phase.start, phase.stop or FOREVER)
        for phase in phases
        if phase.start != phase.stop
    )


def _check_order(start: date, stop: date | None) -> None:
    if stop is not None and stop < start:
        raise InvalidPeriod(
            f"end {stop} lies before start {start}", start=start, stop=stop
        )

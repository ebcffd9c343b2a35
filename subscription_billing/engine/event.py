"""Events of usage: what was reported, each once, and which of them count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from .errors import InvalidTimezone
from .money import check_finite


class Aggregation(str, Enum):
    """How many events become one number."""

    COUNT = "count"
    SUM = "sum"
    MAX = "max"
    LAST = "last"
    UNIQUE = "unique"
    WEIGHTED = "weighted"
    PRORATED_SUM = "prorated_sum"
    PRORATED_UNIQUE = "prorated_unique"


UNIQUE_KINDS = (Aggregation.UNIQUE, Aggregation.PRORATED_UNIQUE)
BY_TIME = (
    Aggregation.WEIGHTED,
    Aggregation.PRORATED_SUM,
    Aggregation.PRORATED_UNIQUE,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One reported event.

    `value` is None if it reports none. `key` names it: of several events with one
    key the first to arrive counts (X4). `unique` names what is counted where
    different values are; there a negative `value` means that it is gone. `order` is
    the order of arrival, and tells events of one instant apart.
    Raises `InvalidTimezone` for an instant without zone and `InvalidAmount` for a
    value that is not finite.
    """

    instant: datetime
    value: Decimal | None = None
    key: str | None = None
    unique: str | None = None
    order: int = 0

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise InvalidTimezone(
                f"instant {self.instant} has no time zone", instant=self.instant
            )
        if self.value is not None:
            check_finite(self.value)

    @property
    def is_removal(self) -> bool:
        """Whether it says that `unique` is gone."""
        return self.value is not None and self.value < 0


def distinct(events: Iterable[Event]) -> list[Event]:
    """Return the events in order of time, of each key only the first to arrive."""
    first: dict[str | int, Event] = {}
    for number, event in enumerate(sorted(events, key=lambda each: each.order)):
        first.setdefault(number if event.key is None else event.key, event)
    return sorted(first.values(), key=lambda each: (each.instant, each.order))

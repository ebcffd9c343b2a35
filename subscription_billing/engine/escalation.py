"""What dunning does next: open items, levels and a day give one step or none (P3)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .money import ZERO


@dataclass(frozen=True, slots=True)
class Level:
    """After how many days overdue a level is reached, and from what amount on."""

    days: int
    minimum: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something open of one debtor; a credit has a negative amount.

    ``reached`` is the level it has reached, from 1; 0 = none yet, and ``reached_on`` is
    then the day on which dunning begins anew. A claim is a fee or interest of dunning
    itself.
    """

    key: Hashable
    due: date
    amount: Decimal
    reached: int = 0
    reached_on: date | None = None
    is_held: bool = False
    is_claim: bool = False


@dataclass(frozen=True, slots=True)
class Escalation:
    """One letter: the level it speaks of, and what reaches which level by it."""

    level: int
    reached: tuple[tuple[Hashable, int], ...]
    amount: Decimal


def set_off(items: Sequence[OpenItem]) -> list[OpenItem]:
    """What is left of each item when all credits are set against the oldest ones.

    >>> old = OpenItem("old", date(2026, 1, 1), Decimal(50))
    >>> new = OpenItem("new", date(2026, 5, 1), Decimal(9))
    >>> credit = OpenItem("credit", date(2026, 5, 1), Decimal(-55))
    >>> [(item.key, item.amount) for item in set_off([new, old, credit])]
    [('new', Decimal('4'))]
    """
    credit = -sum((item.amount for item in items if item.amount < 0), ZERO)
    left = []
    for item in sorted((it for it in items if it.amount > 0), key=lambda it: it.due):
        part = min(credit, item.amount)
        credit -= part
        if item.amount > part:
            left.append(replace(item, amount=item.amount - part))
    return left


def next_level(item: OpenItem, levels: Sequence[Level], day: date) -> int:
    """The level an item reaches on ``day``, or 0: one after the other, each after its
    days and as long after its predecessor as the plan says."""
    if item.is_held or item.reached >= len(levels):
        return 0
    level = levels[item.reached]
    if (day - item.due).days < level.days:
        return 0
    if item.reached_on:
        before = levels[item.reached - 1].days if item.reached else 0
        if (day - item.reached_on).days < level.days - before:
            return 0
    return item.reached + 1


def escalate(
    items: Sequence[OpenItem],
    levels: Sequence[Level],
    day: date,
    minimum: Decimal = ZERO,
) -> Escalation | None:
    """What is to be sent to one debtor on ``day``; None for nothing.

    Claims go along with what they came from, and are dunned by themselves only when
    nothing else is overdue.

    :param minimum: below it, all that is overdue taken together, nothing is sent
    """
    left = [item for item in set_off(items) if item.due < day and not item.is_held]
    if sum((item.amount for item in left), ZERO) < minimum:
        return None
    principal = [item for item in left if not item.is_claim]
    reaching = _reaching(principal or left, levels, day)
    if not reaching:
        return None
    top = max(reaching.values())
    if principal:
        reaching |= {
            item.key: top for item in left if item.is_claim and item.reached < top
        }
    amount = sum((item.amount for item in left if item.key in reaching), ZERO)
    return Escalation(top, tuple(reaching.items()), amount)


def _reaching(
    items: Sequence[OpenItem], levels: Sequence[Level], day: date
) -> dict[Hashable, int]:
    """Level by item, without levels that what reaches them is too little for."""
    found = {item.key: next_level(item, levels, day) for item in items}
    sums: dict[int, Decimal] = {}
    for item in items:
        reached = found[item.key]
        sums[reached] = sums.get(reached, ZERO) + item.amount
    return {
        key: reached
        for key, reached in found.items()
        if reached and sums[reached] >= levels[reached - 1].minimum
    }

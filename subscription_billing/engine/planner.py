"""Planner: what is due and not charged, what is charged and not due (X2, T6, T7)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import date

from .charge import Charged, ChargeKind, DueCharge, Plan
from .errors import InvalidItem, TooManyCharges
from .item_planner import ItemPlanner
from .money import Rounding
from .period import Period
from .timeline import Item, ItemKind, Timeline

# Periods of a contract that are billed at once: 27 years of days.
MAX_OPEN = 10_000


def plan(
    timeline: Timeline,
    charged: Iterable[Charged],
    until: date,
    rounding: Rounding,
    interim: bool = False,
) -> Plan:
    """Return the charges due by `until` (included) and the credits due at all.

    A difference, not a step: `charged` is everything in the ledger that is not void,
    in any order. Charges are all that the timeline bills and the ledger lacks,
    however many periods are open (T7); credits are all that the ledger holds and the
    timeline does not bill, whenever it lies. Putting both into the ledger and
    planning again yields nothing. With `interim`, usage of the open periods is due as
    well, up to `until` (excluded).
    Raises `InvalidItem` for a charge whose item the timeline does not have, and
    `TooManyCharges` for more than 10,000 open periods, before it looks at them.
    """
    rows: dict[Hashable, list[Charged]] = {item.key: [] for item in timeline.items}
    for row in charged:
        if row.item_key not in rows:
            raise InvalidItem(
                f"charge {row.key!r} is of unknown item {row.item_key!r}",
                charge=row.key,
                item=row.item_key,
            )
        rows[row.item_key].append(row)
    count = sum(
        _count_open(item, len(rows[item.key]), until) for item in timeline.items
    )
    if count > MAX_OPEN:
        raise TooManyCharges(f"{count} periods are open", count=count, limit=MAX_OPEN)
    charges: list[DueCharge] = []
    credits: list[DueCharge] = []
    upcoming: list[date] = []
    for item in timeline.items:
        planner = ItemPlanner(item, timeline, rows[item.key], rounding)
        credits += planner.credits()
        for charge in planner.charges():
            if charge.due > until:
                upcoming.append(charge.due)
                is_open = planner.is_metered and charge.period.start < until
                if not (interim and is_open):
                    break
                charge = _cut(charge, until)
            charges.append(charge)
    charges.sort(key=_order)
    credits.sort(key=_order)
    return Plan(tuple(charges), tuple(credits), min(upcoming, default=None))


def _count_open(item: Item, charged: int, until: date) -> int:
    """About how many periods are open, reckoned without walking through them."""
    valid = item.validity()
    if item.kind is ItemKind.ONE_OFF or not valid or until < valid.start:
        return 0
    last = min(until, valid.last_day)
    periods = item.fees.number_at(last) - item.fees.number_at(valid.start) + 1
    return max(periods - charged, 0)


def _cut(charge: DueCharge, day: date) -> DueCharge:
    """Return the part of a charge before `day`, due on it.

    A period that is over is billed to its end, however far its regular bill is.
    """
    if charge.period.stop <= day:
        return replace(charge, due=day)
    period = Period(charge.period.start, day)
    return replace(charge, kind=ChargeKind.INTERIM, period=period, due=day)


def _order(charge: DueCharge) -> tuple[date, date]:
    return charge.due, charge.period.start

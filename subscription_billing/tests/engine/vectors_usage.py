"""Replay of aggregation cases: events become one quantity."""

from datetime import timedelta

from ...engine.event import UNIQUE_KINDS, Aggregation, Event
from ...engine.metering import aggregate, round_quantity
from ...engine.money import check_count
from ...engine.period import Period
from .usage import matches
from .vector_values import decimal, moment, optional_decimal

NAMES = {"weighted_sum": "weighted", "latest": "last", "unique_count": "unique"}
ROUNDINGS = {"half_up": "half_up", "round": "half_up", "ceil": "up", "up": "up"}
ROUNDINGS |= {"floor": "down", "down": "down", "none": "none"}
OPERATIONS = {None: 1, "add": 1, "remove": -1}


def replay_aggregation(case):
    """Return the rounded quantity of a case."""
    name = case["aggregation"]
    kind = Aggregation(NAMES.get(name, name))
    window = Period(moment(case["period_start"]), moment(case["period_end_exclusive"]))
    measured = aggregate(
        kind,
        _events(case, kind),
        window,
        whole=_whole(case, window),
        opening=_opening(case, kind),
        is_carry_over=bool(case.get("recurring")),
        zone=case.get("timezone") or "UTC",
    )
    quantity = measured.quantity
    if rounding := case.get("rounding"):
        mode = ROUNDINGS[rounding["mode"]]
        quantity = round_quantity(quantity, mode, rounding.get("digits") or 0)
    return {"expected_value": quantity}


def _whole(case, window):
    """The aligned period has as many days as the case says, and ends with its own."""
    days = case.get("period_days")
    return Period(window.stop - timedelta(days), window.stop) if days else window


def _opening(case, kind):
    value = optional_decimal(case, "initial_value")
    if value is None or kind not in UNIQUE_KINDS:
        return value
    return frozenset(f"before {number}" for number in range(check_count(int(value))))


def _events(case, kind):
    include = {
        name: values if isinstance(values, list) else [values]
        for name, values in (case.get("filter") or {}).items()
    }
    return [
        _event(row, kind, order)
        for order, row in enumerate(case["events"])
        if matches(row, include)
    ]


def _event(row, kind, order):
    sign, value = OPERATIONS[row.get("op")], row.get("value")
    options = {"key": row.get("idempotency_key"), "order": order}
    if kind in UNIQUE_KINDS:
        return Event(moment(row["ts"]), decimal(sign), unique=value, **options)
    if kind is Aggregation.COUNT or value is None:
        return Event(moment(row["ts"]), **options)
    return Event(moment(row["ts"]), sign * decimal(value), **options)

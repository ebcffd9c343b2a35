"""Replay of vector files: each case becomes a call of what the product calls.

Knows the shapes of cases, which `tests/vectors/conventions.json` describes, and no
case by its name. Used by the tests in Odoo and by `scripts/check_vectors` without it,
hence only relative imports and the standard library.
"""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ...engine import local_time
from ...engine.errors import EngineError
from ...engine.interval import Interval, Unit
from ...engine.period import ONE_DAY, Period
from ...engine.price import PerUnit
from ...engine.recurrence import Alignment, Recurrence
from ...engine.timeline import Item
from .common import Ledger
from .vector_values import MalformedError, moment, optional_moment
from .vectors_credit import CREDIT_KINDS
from .vectors_pricing import replay_pricing
from .vectors_proration import replay_proration
from .vectors_usage import replay_aggregation

FOLDER = Path(__file__).parent.parent / "vectors"
DESCRIPTION = "conventions.json"
ONE_SECOND = timedelta(seconds=1)
MODES = {
    "anniversary": Alignment.ANNIVERSARY,
    "calendar": Alignment.CALENDAR,
    "anchor_day": Alignment.BILLING_DAY,
}


@dataclass
class Failure:
    """A case that came out differently, field by field."""

    case_id: str
    expected: dict
    actual: dict


@dataclass
class FileResult:
    """What became of the cases of one file."""

    passed: int = 0
    failures: list[Failure] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)


def read_cases(path):
    """Return the cases of a file. Raises `MalformedError` if it is none."""
    try:
        cases = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MalformedError(f"cannot be read: {error}") from error
    if not isinstance(cases, list):
        raise MalformedError("is not a list of cases")
    return cases


def replay_file(path):
    """Return the result of all cases of a file."""
    result = FileResult()
    for number, case in enumerate(read_cases(path), 1):
        name = case.get("id", number) if isinstance(case, dict) else number
        try:
            failure = replay(case)
        except MalformedError as error:
            result.malformed.append(f"{name}: {error}")
        else:
            if failure is None:
                result.passed += 1
            else:
                result.failures.append(failure)
    return result


def replay(case):
    """Return None if the engine gives what the case expects, else the `Failure`.

    Raises `MalformedError` for a case that cannot be understood.
    """
    handler = _find_handler(case)
    expected = {
        key: value
        for key, value in case.items()
        if key.startswith("expected") and value is not None
    }
    try:
        if not expected:
            raise MalformedError("expects nothing")
        try:
            actual = handler(case)
        except EngineError as error:
            actual = dict.fromkeys(expected, error)
        wrong = {
            key for key, value in expected.items() if not _agree(value, actual[key])
        }
    except KeyError as error:
        raise MalformedError(f"field {error} is missing or unknown") from error
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise MalformedError(str(error)) from error
    if not wrong:
        return None
    return Failure(
        str(case.get("id")),
        {key: expected[key] for key in sorted(wrong)},
        {key: _show(actual[key]) for key in sorted(wrong)},
    )


def _find_handler(case):
    if not isinstance(case, dict):
        raise MalformedError("is no object")
    kind = case.get("kind")
    if "nth" in case:
        return _replay_period
    if "change_date" in case:
        return replay_proration
    if "model" in case:
        return replay_pricing
    if "aggregation" in case:
        return replay_aggregation
    if kind in _KINDS:
        return _KINDS[kind]
    raise MalformedError(f"unknown kind of case {kind!r}")


def _agree(expected, actual):
    """Tell whether a value is the expected one; an impossible date never is."""
    try:
        if isinstance(actual, Decimal):
            return Decimal(expected) == actual
        if isinstance(actual, date):
            return moment(expected) == actual
    except (ValueError, InvalidOperation):
        return False
    return type(expected) is type(actual) and expected == actual


def _show(actual):
    if isinstance(actual, EngineError):
        return f"{type(actual).__name__}: {actual}"
    return actual.isoformat() if isinstance(actual, date) else str(actual)


# ----------------------------------------------------------------- billing periods


def _replay_period(case):
    recurrence = Recurrence(
        start=moment(case["start"]),
        interval=Interval.parse(case["interval_count"], case["interval_unit"]),
        alignment=MODES[case["mode"]],
        anchor=optional_moment(case, "anchor"),
        billing_day=case.get("anchor_day"),
        stop=optional_moment(case, "contract_end"),
    )
    period = recurrence.nth(case["nth"])
    return {
        "expected_start": period.start,
        "expected_end": period.last_day,
        "expected_end_exclusive": period.stop,
    }


# ----------------------------------------------------------------------- local time


def _replay_local_date(case):
    day = local_time.local_date(moment(case["instant"]), case["timezone"])
    return {"expected_local_date": day}


def _replay_billing_due(case):
    """A run at that instant bills what is due on the local day, and what it bills was
    not due the day before."""
    day = moment(case["billing_day_local"])
    today = local_time.local_date(moment(case["instant"]), case["timezone"])
    fees = Recurrence(day, Interval(1, Unit.MONTH))
    item = Item("fee", day, fees, fees, PerUnit(Decimal(1)))
    ledger = Ledger()
    ledger.bill(item, until=today - ONE_DAY)
    return {"expected_due": bool(ledger.bill(item, until=today).charges)}


def _replay_utc_bounds(case):
    stop = moment(case["local_end"]) + ONE_DAY
    period = Period(moment(case["local_start"]), stop)
    window = local_time.utc_window(period, case["timezone"])
    return {
        "expected_from_utc": window.start,
        "expected_to_utc_inclusive": window.stop - ONE_SECOND,
    }


def _replay_timezone_change(case):
    """The next calendar period after the last rated one, now in the new zone."""
    rated_until = moment(case["previous_usage_to_utc"]) + ONE_SECOND
    day = local_time.local_date(rated_until, case["old_timezone"])
    interval = Interval.parse(1, case.get("interval", "month"))
    period = Recurrence(day, interval, Alignment.CALENDAR).nth(1)
    stop = local_time.day_start_utc(period.stop, case["new_timezone"])
    window = Period(rated_until, stop)
    return {
        "expected_usage_from_utc": window.start,
        "expected_usage_to_utc_inclusive": window.stop - ONE_SECOND,
    }


def _replay_days_between(case):
    start, stop = (
        local_time.local_date(moment(case[name]), case["timezone"])
        for name in ("start", "end")
    )
    return {"expected_days": (stop - start).days}


_KINDS = {
    **CREDIT_KINDS,
    "local_date": _replay_local_date,
    "billing_due": _replay_billing_due,
    "utc_bounds": _replay_utc_bounds,
    "timezone_change": _replay_timezone_change,
    "days_between": _replay_days_between,
}

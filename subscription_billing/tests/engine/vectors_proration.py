"""Replay of cases of proration: one side was billed, another takes its place."""

from dataclasses import replace
from datetime import datetime, time
from fractions import Fraction
from zoneinfo import ZoneInfo, available_timezones

from ...engine.interval import Interval, Unit
from ...engine.money import ZERO, Rounding
from ...engine.period import ONE_DAY, Period
from ...engine.price import PerUnit
from ...engine.proration import Proration, fraction
from ...engine.recurrence import Recurrence
from ...engine.timeline import Item
from .common import Ledger
from .vector_values import decimal, moment, optional_moment


def replay_proration(case):
    """Bill the old side, then end it and book the new one, both from the same day."""
    zone = _find_zone(case)
    if zone is None:
        return _replay_within_days(case)
    rule, day = Proration(case["rule"]), _day(case["change_date"])
    old = _booking(case, "old", "", rule)
    has_own = case.get("new_period_start") is not None
    new = _booking(case, "new", "new_" if has_own else "", rule)
    ledger = Ledger(Rounding.from_digits(case["currency_digits"]))
    items = []
    if old:
        ledger.bill(old, until=old.start, zone=zone)
        items.append(replace(old, stop=max(day, old.start)))
    stop = day
    if new:
        stop = new.stop or new.fees.nth(1).stop
        items.append(replace(new, start=max(day, new.start)))
    due = ledger.bill(*items, until=max(day, stop - ONE_DAY), zone=zone)
    credit = -sum((each.amount for each in due.credits), ZERO)
    # What begins after the periods of the case is not its business.
    charges = [each.amount for each in due.charges if each.period.start < stop]
    charge = sum(charges, ZERO)
    return {
        "expected_credit": credit,
        "expected_charge": charge,
        "expected_net": charge - credit,
    }


def _booking(case, side, prefix, rule):
    """One side of a change as an item whose fee period is the whole of the case."""
    if case[f"{side}_price"] is None:
        return None
    start = _day(case[f"{prefix}period_start"])
    stop = _day(case[f"{prefix}period_end_exclusive"])
    until = case.get("charge_until_exclusive") if side == "new" else None
    until = _day(until) if until else None
    if rule is Proration.DAY_FIXED_30:
        # These cases give a stub as its own period. The fee is monthly: days / 30.
        until = until or stop
        stop = max(stop, Interval(1, Unit.MONTH).add(start))
    whole = Recurrence(start, Interval((stop - start).days, Unit.DAY))
    return Item(
        key=side,
        start=start,
        stop=until,
        fees=whole,
        billing=whole,
        price=PerUnit(decimal(case[f"{side}_price"])),
        quantity=decimal(case[f"{side}_quantity"]),
        proration=rule,
    )


def _day(text):
    """The day of a text that is a date, or the first instant of one."""
    at = moment(text)
    return at.date() if isinstance(at, datetime) else at


def _find_zone(case):
    """A time zone in which all instants of a case are midnights, or None."""
    instants = [
        moment(text)
        for key, text in case.items()
        if key.endswith(("_date", "_start", "_exclusive")) and "T" in str(text)
    ]
    for name in ("UTC", *sorted(available_timezones() if instants else ())):
        zone = ZoneInfo(name)
        if all(at.astimezone(zone).time() == time.min for at in instants):
            return name
    return None


def _replay_within_days(case):
    """What changes within a day is nothing a contract can do: the bare proration."""
    rule, at = Proration(case["rule"]), moment(case["change_date"])
    rounding = Rounding.from_digits(case["currency_digits"])
    amounts = {}
    for side in ("old", "new"):
        has_own = side == "new" and case.get("new_period_start") is not None
        prefix = "new_" if has_own else ""
        start, stop = (
            moment(case[f"{prefix}period_{name}"])
            for name in ("start", "end_exclusive")
        )
        until = side == "new" and optional_moment(case, "charge_until_exclusive")
        until = until or stop
        if case[f"{side}_price"] is None or until <= at:
            amounts[side] = ZERO
            continue
        price = decimal(case[f"{side}_price"]) * decimal(case[f"{side}_quantity"])
        part = fraction(Period(at, until), Period(start, stop), rule)
        amounts[side] = rounding.round(Fraction(price) * part)
    return {
        "expected_credit": amounts["old"],
        "expected_charge": amounts["new"],
        "expected_net": amounts["new"] - amounts["old"],
    }

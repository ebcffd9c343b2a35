"""Deferred revenue: what of a prepaid amount belongs to the time after a day.

Amounts are net, in the company's currency, signed as revenue; days are inclusive. The
balance asked for on the last day of a month is a function of the amount, its period and
its credits, so an entry is always the difference to what is booked already: it may be
late, missing or shortened, and the next one sets it right.

Source: § 250 Abs. 2 HGB (deferred income).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from .money import ZERO, Rounding
from .period import ONE_DAY


class Method(Enum):
    """How revenue spreads over its period: by its days, or by months of 30 days."""

    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Prepaid:
    """An amount that was invoiced for a period.

    :ivar booked: date of the invoice in the books
    :ivar credits: (booking date, amount given back), in the order of the dates
    """

    amount: Decimal
    first: date
    last: date
    booked: date
    credits: tuple[tuple[date, Decimal], ...] = ()


def month_end(day: date) -> date:
    """Last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_ends(first: date, last: date) -> Iterator[date]:
    """Last day of each month from that of `first` to that of `last`."""
    day = month_end(first)
    while day <= month_end(last):
        yield day
        day = month_end(day + ONE_DAY)


def share_after(first: date, last: date, day: date, method: Method) -> Fraction:
    """Part of the period after a day, 0 to 1.

    >>> first, last = date(2026, 10, 1), date(2027, 9, 30)
    >>> share_after(first, last, date(2026, 12, 31), Method.MONTHS)
    Fraction(3, 4)
    >>> share_after(first, last, date(2026, 12, 31), Method.DAYS)
    Fraction(273, 365)
    """
    if day < first:
        return Fraction(1)
    if day >= last:
        return Fraction(0)
    count = _count_days if method is Method.DAYS else _count_thirtieths
    whole, gone = count(first, last), count(first, day)
    return Fraction(max(whole - gone, 0), whole)


def _count_days(first: date, last: date) -> int:
    return (last - first).days + 1


def _count_thirtieths(first: date, last: date) -> int:
    """Days of which each month has 30, both ends included."""
    months = (last.year - first.year) * 12 + last.month - first.month
    start = min(first.day, 30)
    end = 30 if last == month_end(last) else min(last.day, 30)
    return max(months * 30 + end - start + 1, 1)


def deferred(
    prepaid: Prepaid, day: date, method: Method, rounding: Rounding
) -> Decimal:
    """What is to be deferred on the last day of a month.

    A credit goes against what is still deferred at the end of its month first; what
    is left of that shrinks evenly. Credits are in the order of their dates.
    """
    if day < month_end(prepaid.booked):
        return ZERO
    ratio = Fraction(1)
    for credited, amount in prepaid.credits:
        end = month_end(credited)
        if end > day:
            break
        before = rounding.round(_unearned(prepaid, end, method, rounding) * ratio)
        if before:
            ratio *= Fraction(_reduce(before, amount)) / Fraction(before)
    return rounding.round(_unearned(prepaid, day, method, rounding) * ratio)


def _unearned(
    prepaid: Prepaid, day: date, method: Method, rounding: Rounding
) -> Fraction:
    """Before credits; what is earned is rounded, so that the months add up."""
    share = 1 - share_after(prepaid.first, prepaid.last, day, method)
    return Fraction(prepaid.amount - rounding.round(Fraction(prepaid.amount) * share))


def _reduce(balance: Decimal, credit: Decimal) -> Decimal:
    """A balance less a credit, never beyond nothing; both have their sign."""
    if balance > 0:
        return max(balance - max(credit, ZERO), ZERO)
    return min(balance - min(credit, ZERO), ZERO)


def plan_entries(
    prepaid: Prepaid,
    booked: Mapping[date, Decimal],
    method: Method,
    rounding: Rounding,
    begin: date,
    locked: date | None = None,
) -> list[tuple[date, Decimal]]:
    """The entries that are missing: (last day of a month, more or less deferred).

    :param booked: what is booked already, by the last day of its month
    :param begin: no entry before this day
    :param locked: no entry up to this day; its part is in the next month's
    """
    after = [day for day in (locked, max(booked, default=None)) if day]
    balance = sum(booked.values(), ZERO)
    entries = []
    last = max(prepaid.last, *(day for day, _amount in prepaid.credits), prepaid.booked)
    for day in month_ends(prepaid.booked, max([last, *after]) + ONE_DAY):
        if day < begin or any(day <= limit for limit in after):
            continue
        asked = deferred(prepaid, day, method, rounding)
        if asked != balance:
            entries.append((day, asked - balance))
            balance = asked
    return entries

"""How vector files write values, shared by the modules that replay them."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation


class MalformedError(ValueError):
    """A file or case that does not follow the conventions."""


def moment(text):
    """Return the date or the instant a text stands for."""
    if "T" in text:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    return date.fromisoformat(text)


def optional_moment(case, key):
    """Return the same for a field that may be missing or null."""
    return moment(case[key]) if case.get(key) else None


def decimal(text):
    """Return the number a text stands for."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise MalformedError(f"{text!r} is no number") from None


def optional_decimal(case, key, default=None):
    """Return the same for a field that may be missing or null."""
    return default if case.get(key) is None else decimal(case[key])


def settled(amount, expected, rounding):
    """Return the amount; rounded, if that is what a source which rounds expects."""
    rounded = rounding.round(amount)
    return rounded if rounded == decimal(expected) else amount


def refuse_unknown(fields, known):
    """Raise `MalformedError` for a field nobody reads: it may change the result."""
    if unknown := fields.keys() - known:
        raise MalformedError(f"unknown fields {sorted(unknown)}")

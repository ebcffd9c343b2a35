"""Shared by the tests of usage: events and windows from short texts."""

from datetime import datetime, timezone
from decimal import Decimal

from ...engine.event import Event
from ...engine.period import Period


def at(text):
    """Return an instant in UTC: "05-31" or "05-31T22:30" of 2024, or with a year."""
    if len(text.split("T")[0]) == 5:
        text = f"2024-{text}"
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def period(start, stop):
    """Return the period between two such instants, the second excluded."""
    return Period(at(start), at(stop))


def happened(text):
    """Return the events of a text such as "05-01 3, 05-02 -, 05-03 a, 05-04 a!".

    A number is a value, "-" is none, a word is a name that is there, and with an
    exclamation mark one that is gone.
    """
    rows = [each.split() for each in text.split(",") if each.strip()]
    return [_event(*row, order) for order, row in enumerate(rows)]


def _event(instant, what, order):
    if what == "-":
        return Event(at(instant), order=order)
    if what.strip("!").isalpha():
        value = Decimal(-1) if what.endswith("!") else None
        return Event(at(instant), value, unique=what.strip("!"), order=order)
    return Event(at(instant), Decimal(what), order=order)


def matches(properties, include, exclude=None):
    """Tell whether an event with these properties passes a filter: the reference for
    the product, which filters in SQL.

    It has to have one of the values of each property in `include`, and none of those
    in `exclude`. Values are compared as JSON writes them; a property that is missing
    or null has no value.
    """
    found = {name: _text(value) for name, value in properties.items()}
    return all(
        found.get(name) in values for name, values in include.items()
    ) and not any(found.get(name) in values for name, values in (exclude or {}).items())


def _text(value):
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)

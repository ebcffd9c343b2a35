"""One usage event as others send it: a dict of JSON values in, checked values out.

Everything that can be said about an event without looking at records is said here, so
that the API, the imports, the loader and the form follow the same rules.
"""

from __future__ import annotations

import json
import math
import re
import reprlib
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import NamedTuple

FIELDS = frozenset(
    ("contract", "line", "meter", "quantity", "instant", "key", "properties")
)
MAX_KEY = 128
MAX_LINE = 2**31
MAX_PROPERTIES = 50
MAX_PROPERTIES_BYTES = 4096
# What numeric(24, 8) holds with room to spare: no rounding, no overflow when summed.
QUANTITY_LIMIT = Decimal(10**15)
QUANTITY_DECIMALS = 8
NUMBER = re.compile(
    r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII
)

_shortened = reprlib.Repr()
_shortened.maxstring = _shortened.maxother = 60


class EventError(ValueError):
    """An event cannot be taken; ``code`` says why, ``facts`` about what."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(f"{code}: {facts}")
        self.code = code
        self.facts = facts


class UsageEvent(NamedTuple):
    """A well-formed event. One of ``contract`` (its reference) and ``line`` (an id) is
    set; ``quantity`` is None where the event says none; ``instant`` is UTC without
    zone; ``properties`` is JSON text or None."""

    contract: str | None
    line: int | None
    meter: str
    quantity: Decimal | None
    instant: datetime
    key: str
    properties: str | None


def shown(value: object) -> str:
    """A value as messages show it: short, and free of invisible characters.

    >>> shown("a" * 100)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
    """
    try:
        return _shortened.repr(value)
    except ValueError:  # a whole number too long to be written down
        return type(value).__name__


def parse(event: object) -> UsageEvent:
    """Check the form of an event.

    :raise EventError: ``not_a_dict``, ``unknown_field``, and those of the parsers below

    >>> parse({"contract": "S1", "meter": "api", "quantity": "2.50", "key": "k",
    ...        "instant": "2025-01-31T23:30:00+01:00"}).instant
    datetime.datetime(2025, 1, 31, 22, 30)
    """
    if not isinstance(event, dict):
        raise EventError("not_a_dict", value=shown(event))
    get = event.get
    key = parse_key(get("key"))
    if not event.keys() <= FIELDS:
        unknown = sorted(map(shown, event.keys() - FIELDS))
        raise EventError("unknown_field", field=", ".join(unknown))
    contract, line = _parse_target(get("contract"), get("line"))
    properties = get("properties")
    return UsageEvent(
        contract,
        line,
        _parse_name("meter", get("meter")),
        parse_quantity(event["quantity"]) if "quantity" in event else None,
        parse_instant(get("instant")),
        key,
        None if properties is None else parse_properties(properties),
    )


def parse_key(key: object) -> str:
    """:raise EventError: ``no_key``, ``bad_key`` or ``long_key``"""
    if not isinstance(key, str) or not key.strip():
        raise EventError("no_key", value=shown(key))
    if len(key) > MAX_KEY:
        raise EventError("long_key", value=shown(key), limit=MAX_KEY)
    if not key.isprintable():
        raise EventError("bad_text", field="key", value=shown(key))
    return key


def _parse_target(contract: object, line: object) -> tuple[str | None, int | None]:
    if line is None:
        return _parse_name("contract", contract), None
    if contract is not None:
        raise EventError("two_targets", value=shown(line))
    if not isinstance(line, int) or isinstance(line, bool) or not 0 < line < MAX_LINE:
        raise EventError("unknown_line", value=shown(line))
    return None, line


def _parse_name(field: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise EventError("empty", field=field, value=shown(value))
    if not value.isprintable():
        raise EventError("bad_text", field=field, value=shown(value))
    return value


def parse_quantity(value: object) -> Decimal:
    """An exact number, from a number or its text with a decimal point.

    :raise EventError: ``no_number``, ``too_large`` or ``too_precise``

    >>> parse_quantity(0.1), parse_quantity("1e3")
    (Decimal('0.1'), Decimal('1E+3'))
    """
    number = _as_decimal(value)
    if number is None:
        raise EventError("no_number", value=shown(value))
    if not abs(number) < QUANTITY_LIMIT:
        raise EventError("too_large", value=shown(value))
    if _has_more_decimals(number):
        raise EventError("too_precise", value=shown(value), limit=QUANTITY_DECIMALS)
    return number


def _as_decimal(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def _has_more_decimals(number: Decimal) -> bool:
    _sign, digits, exponent = number.as_tuple()
    extra = -exponent - QUANTITY_DECIMALS
    return extra > 0 and any(digits[-extra:])


def parse_instant(value: object) -> datetime:
    """ISO 8601 text with a zone, or a datetime with one, as UTC without zone.

    :raise EventError: ``no_instant`` or ``no_zone``
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise EventError("no_instant", value=shown(value)) from None
    elif not isinstance(value, datetime):
        raise EventError("no_instant", value=shown(value))
    if value.tzinfo is None:
        raise EventError("no_zone", value=value.isoformat())
    try:
        return value.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError:
        raise EventError("no_instant", value=value.isoformat()) from None


def parse_properties(properties: object) -> str | None:
    """A flat dict as JSON text, None for an empty one.

    :raise EventError: ``no_properties``, ``bad_property`` or ``many_properties``
    """
    if not isinstance(properties, Mapping):
        raise EventError("no_properties", value=shown(properties))
    if not properties:
        return None
    if len(properties) > MAX_PROPERTIES:
        raise EventError("many_properties", limit=MAX_PROPERTIES)
    for name, value in properties.items():
        if not isinstance(name, str) or not name or not name.isprintable():
            raise EventError("bad_property", name=shown(name), value=shown(value))
        if not _is_plain(value):
            raise EventError("bad_property", name=name, value=shown(value))
    text = json.dumps(properties, ensure_ascii=False)
    if len(text) > MAX_PROPERTIES_BYTES:
        raise EventError("large_properties", limit=MAX_PROPERTIES_BYTES)
    return text


def _is_plain(value: object) -> bool:
    """Text PostgreSQL can keep, a finite number, true or false."""
    if isinstance(value, str):
        return value.isprintable()
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) < 10**100

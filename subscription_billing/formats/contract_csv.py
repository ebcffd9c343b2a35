"""CSV file of contracts to import: UTF-8, comma or semicolon, one header line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from .file_error import FileError

COLUMNS = (
    "reference",
    "customer",
    "plan",
    "variant",
    "start",
    "end",
    "billed_until",
    "currency",
    "quantities",
    "discounts",
    "customer_reference",
)
REQUIRED = ("reference", "customer", "plan", "variant", "start")
MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 60
# Numbers lie below it.
LIMIT = 1e9


def read(content: bytes) -> list[dict]:
    """Rows as dicts of stripped text by column name, plus ``row``, the line number.

    :raise FileError: ``too_large``, ``encoding`` (``position`` of the byte),
        ``columns`` (``missing``), ``many_columns``, ``malformed`` (``line``),
        ``too_many_rows`` or ``no_rows``
    """
    if len(content) > MAX_BYTES:
        raise FileError("too_large", limit=MAX_BYTES // 1024**2)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError("encoding", position=error.start) from error
    if "\0" in text:
        raise FileError("encoding", position=content.index(b"\0"))
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True
    )
    try:
        rows = list(_rows(reader))
    except csv.Error as error:
        raise FileError("malformed", line=reader.line_num) from error
    if not rows:
        raise FileError("no_rows")
    return rows


def _rows(reader: csv.DictReader) -> Iterator[dict]:
    if len(reader.fieldnames or ()) > MAX_COLUMNS:
        raise FileError("many_columns", limit=MAX_COLUMNS)
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise FileError("columns", missing=missing)
    for count, raw in enumerate(reader):
        if count == MAX_ROWS:
            raise FileError("too_many_rows", limit=MAX_ROWS)
        values = {name: (raw.get(name) or "").strip() for name in COLUMNS}
        yield {"row": reader.line_num, **values}


def parse_quantities(text: str) -> dict[str, tuple[float, float | None]]:
    """Quantity and own price by code; None for the price of the plan.

    :raise ValueError: with the part that is no ``code=number`` or
        ``code=number@price``, both from 0 up to 1e9, or whose code stood before

    >>> parse_quantities("seats=5@3.50 support=1")
    {'seats': (5.0, 3.5), 'support': (1.0, None)}
    """
    result = {}
    for part in text.split():
        code, _sign, rest = part.partition("=")
        quantity, sign, price = rest.partition("@")
        try:
            numbers = float(quantity), float(price) if sign else None
        except ValueError:
            numbers = (-1.0, None)
        if not all(0 <= it < LIMIT for it in numbers if it is not None):
            raise ValueError(part)
        if not code or code in result:
            raise ValueError(part)
        result[code] = numbers
    return result


def parse_discounts(text: str) -> dict[str, int | None]:
    """Billing periods that are left by code; None where no number is given.

    :raise ValueError: with the part that is no ``code`` or ``code=number`` from 1 on,
        or whose code stood before

    >>> parse_discounts("WELCOME=2 PARTNER")
    {'WELCOME': 2, 'PARTNER': None}
    """
    result = {}
    for part in text.split():
        code, sign, number = part.partition("=")
        is_number = number.isascii() and number.isdigit() and 0 < int(number) < LIMIT
        if not code or code in result or (sign and not is_number):
            raise ValueError(part)
        result[code] = int(number) if sign else None
    return result

"""CSV file of a usage statement: all events, then what they come to.

UTF-8 with a byte order mark, comma, one header line. The first column says what a row
is: `opening`, `event`, `measured`, `quantity`, a kind of slice, `rounding` or `total`.
Instants carry the offset of the contract's time zone; numbers have a decimal point.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Context, Decimal
from typing import BinaryIO

from .spreadsheet import safe_cell

COLUMNS = (
    "row",
    "instant",
    "meter",
    "quantity",
    "key",
    "properties",
    "level",
    "document",
    "text",
    "price_unit",
    "amount",
)
# More come from a division without end, and spreadsheets do not keep them.
MAX_DECIMALS = 12
# Python's own context refuses numbers of more than 28 digits.
EXACT = Context(prec=100)


class StatementWriter:
    """Writes rows to a binary file as they come, so that no file is ever in memory.

    >>> file = io.BytesIO()
    >>> writer = StatementWriter(file)
    >>> writer.write_amount("total", Decimal("1.50"), "=Total")
    >>> file.getvalue().decode("utf-8-sig").splitlines()[1]
    "total,,,,,,,,'=Total,,1.5"
    """

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(
            file, encoding="utf-8-sig", newline="", write_through=True
        )
        self._writer = csv.DictWriter(self._text, COLUMNS, lineterminator="\r\n")
        self._writer.writeheader()

    def close(self) -> None:
        """Write what is buffered and leave the binary file open."""
        self._text.detach()

    def write_opening(
        self, instant: datetime, meter: str, level: Decimal, text: str
    ) -> None:
        """Write the level a period begins with."""
        self._write(
            row="opening",
            instant=instant.isoformat(),
            meter=meter,
            level=number(level),
            text=text,
        )

    def write_event(
        self,
        instant: datetime,
        meter: str,
        quantity: Decimal,
        key: str,
        properties: str,
        level: Decimal | None,
        document: str,
    ) -> None:
        """Write one event; `level` is what there is after it."""
        self._write(
            row="event",
            instant=instant.isoformat(),
            meter=meter,
            quantity=number(quantity),
            key=key,
            properties=properties,
            level="" if level is None else number(level),
            document=document,
        )

    def write_quantity(self, row: str, quantity: Decimal, text: str) -> None:
        """Write what the events come to."""
        self._write(row=row, quantity=number(quantity), text=text)

    def write_slice(self, part: Mapping[str, str], text: str) -> Decimal:
        """Write one step of the arithmetic, as charges keep it; return its amount as
        written."""
        amount = cut(Decimal(part["amount"]))
        self._write(
            row=part["kind"],
            quantity=number(cut(Decimal(part["quantity"]))),
            price_unit=number(Decimal(part["price_unit"])),
            amount=number(amount),
            text=text,
        )
        return amount

    def write_amount(self, row: str, amount: Decimal, text: str) -> None:
        """Write a sum of money."""
        self._write(row=row, amount=number(amount), text=text)

    def _write(self, **cells: str) -> None:
        for name in ("meter", "key", "properties", "document", "text"):
            if name in cells:
                cells[name] = safe_cell(cells[name])
        self._writer.writerow(cells)


def cut(value: Decimal) -> Decimal:
    """Return a number without digits that come from a division without end.

    >>> cut(Decimal(100) / 3), cut(Decimal("0.1"))
    (Decimal('33.333333333333'), Decimal('0.1'))
    """
    if value.as_tuple().exponent >= -MAX_DECIMALS:
        return value
    return value.quantize(Decimal(1).scaleb(-MAX_DECIMALS), context=EXACT)


def number(value: Decimal) -> str:
    """Return the digits of a number without exponent or trailing zeros.

    >>> number(Decimal("1E+3")), number(Decimal("-0.500")), number(Decimal("0.0"))
    ('1000', '-0.5', '0')
    """
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text

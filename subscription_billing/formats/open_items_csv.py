"""CSV file of open items for whoever collects them: UTF-8 with a byte order mark,
comma, one header line; days as YYYY-MM-DD, amounts with a decimal point."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from .spreadsheet import safe_cell

COLUMNS = (
    "debtor",
    "street",
    "zip",
    "city",
    "country",
    "document",
    "kind",
    "date",
    "due",
    "amount",
    "open",
    "currency",
    "level",
)


def write_open_items(rows: Iterable[Mapping[str, str]]) -> bytes:
    """One row per open item, with the columns of ``COLUMNS``.

    >>> row = dict.fromkeys(COLUMNS, "") | {"debtor": "=Ada", "open": "1.50"}
    >>> write_open_items([row]).decode("utf-8-sig").splitlines()[1]
    "'=Ada,,,,,,,,,,1.50,,"
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: cell if name in ("amount", "open") else safe_cell(cell)
                for name, cell in row.items()
            }
        )
    return text.getvalue().encode("utf-8-sig")

"""Tables of usage events, CSV (UTF-8, comma or semicolon) or Excel: rows in, events
out. A bad row is handed on with its error; only a bad file as a whole raises."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .file_error import FileError
from .spreadsheet import is_formula, safe_cell
from .usage_event import EventError, shown
from .workbook import check_workbook

COLUMNS = ("contract", "meter", "quantity", "instant", "key")
REQUIRED = ("contract", "meter", "instant", "key")
PREFIX = "properties."
# What the report of rejected rows adds; left out when it is mended and read again.
REPORT_COLUMNS = ("rejected_row", "rejected_reason")
MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
# Rows of a file that are looked at, empty ones too.
MAX_SEEN = 5 * MAX_ROWS
MAX_COLUMNS = 60
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


class Row(NamedTuple):
    """``event`` is what the row says, as far as it can be read; ``error`` is why it
    cannot be taken, or None. ``cells`` is its text, for the next report."""

    number: int
    event: dict
    error: EventError | None
    cells: tuple[str, ...]


def read(content: bytes) -> tuple[list[str], list[Row]]:
    """The header and the rows of a file.

    :raise FileError: ``too_large``, ``encoding``, ``delimiter`` (``found``),
        ``columns`` (``missing``), ``double_column`` (``name``), ``malformed``
        (``line``), ``too_many_rows``, ``too_many_cells``, ``many_columns``,
        ``no_rows`` or ``no_excel``
    """
    if len(content) > MAX_BYTES:
        raise FileError("too_large", limit=MAX_BYTES // 1024**2)
    if content[:4] == b"PK\3\4":
        lines = _excel_lines(content)
    else:
        lines = csv_lines(io.StringIO(decode(content), newline=""))
    lines = _limit(lines)
    header = read_header(lines)
    rows = []
    for row in read_rows(header, lines):
        if len(rows) == MAX_ROWS:
            raise FileError("too_many_rows", limit=MAX_ROWS)
        rows.append(row)
    if not rows:
        raise FileError("no_rows")
    return header, rows


def _limit(lines: Iterable) -> Iterator:
    for count, line in enumerate(lines):
        if count == MAX_SEEN:
            raise FileError("too_many_rows", limit=MAX_ROWS)
        yield line


def decode(content: bytes) -> str:
    """Text in which bytes that are no UTF-8 are kept as marks, see ``_is_text``."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileError("encoding")
    return content.decode("utf-8-sig", "surrogateescape")


def csv_lines(stream: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells of a CSV file, its delimiter read off the first line.

    :raise FileError: ``delimiter`` or ``malformed``
    """
    stream = iter(stream)
    head = next(stream, "")
    delimiter = _find_delimiter(head)
    reader = csv.reader(_chain(head, stream), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise FileError("malformed", line=reader.line_num) from error


def _chain(head: str, stream: Iterator[str]) -> Iterator[str]:
    yield head
    yield from stream


def _find_delimiter(head: str) -> str:
    found = max(DELIMITERS, key=head.count)
    if found in ",;" or not head.count(found):
        return found if head.count(found) else ","
    raise FileError("delimiter", found=DELIMITERS[found])


def _excel_lines(content: bytes) -> Iterator[tuple[int, list]]:
    """Row numbers and cells of the first sheet; a formula is an error."""
    try:
        check_workbook(content)
        book = load_workbook(io.BytesIO(content), read_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), 1):
            values = [_excel_value(cell) for cell in row]
            yield number, values + [None] * (MAX_COLUMNS + 1 - len(values))
    except (
        *(zipfile.BadZipFile, InvalidFileException, KeyError, IndexError),
        *(ValueError, TypeError, SyntaxError, AttributeError),
        # Damaged, cut off, encrypted, or packed in a way nobody reads.
        *(zlib.error, EOFError, OSError, RuntimeError),
    ) as error:
        if isinstance(error, FileError):
            raise
        raise FileError("no_excel") from error


def _excel_value(cell) -> object:
    if cell.value is not None and cell.data_type in ("f", "e"):
        return EventError("formula", value=shown(str(cell.value)))
    return cell.value


def read_header(lines: Iterator[tuple[int, Sequence]]) -> list[str]:
    """Names of the columns.

    :raise FileError: ``columns``, ``double_column``, ``many_columns`` or ``encoding``
    """
    _number, cells = next(lines, (0, []))
    header = ["" if cell is None else str(cell).strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise FileError("many_columns", limit=MAX_COLUMNS)
    if not all(map(_is_text, header)):
        raise FileError("encoding")
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise FileError("columns", missing=missing)
    names = [name.removeprefix(PREFIX) for name in header]
    double = next((name for n, name in enumerate(names) if name in names[:n]), None)
    if double is not None:
        raise FileError("double_column", name=double)
    return header


def read_rows(header: list[str], lines: Iterable[tuple[int, Sequence]]):
    """Yield a ``Row`` for each line that is not empty."""
    width = len(header)
    plan = [
        (place, name.removeprefix(PREFIX), name not in COLUMNS)
        for place, name in enumerate(header)
        if name and name not in REPORT_COLUMNS
    ]
    places = [n for n, name in enumerate(header) if name not in REPORT_COLUMNS]
    for number, values in lines:
        cells = [
            value.strip() if type(value) is str else _plain(value) for value in values
        ]
        while len(cells) > width and cells[-1] in ("", None):
            cells.pop()
        if not any(cell not in ("", None) for cell in cells):
            continue
        error = None
        if len(cells) != width:
            error = EventError("cells", count=len(cells), expected=width)
            cells += [""] * (width - len(cells))
        event, cell_error = _read_event(cells, plan)
        kept = [*(cells[place] for place in places), *cells[width:]]
        yield Row(number, event, error or cell_error, tuple(map(to_text, kept)))


def _read_event(cells: list, plan: list) -> tuple[dict, EventError | None]:
    """What the cells say, and the first thing that is wrong with one of them."""
    error = None
    event: dict = {}
    properties: dict = {}
    for place, name, is_property in plan:
        cell = cells[place]
        if cell is None or cell == "":
            continue
        error = error or _get_cell_error(name, cell)
        if is_property:
            properties[name] = cell
        else:
            event[name] = cell
    for name in ("contract", "meter", "key"):
        if type(event.get(name)) is int:
            event[name] = str(event[name])
    if properties:
        event["properties"] = properties
    return event, error


def _plain(value: object) -> object:
    """A cell of a spreadsheet as JSON would have it; dates as text without zone."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    return value


def _get_cell_error(name: str, cell: object) -> EventError | None:
    if isinstance(cell, EventError):
        return EventError(cell.code, column=name, **cell.facts)
    if type(cell) is not str:
        return None
    if is_formula(cell):
        return EventError("formula", column=name, value=shown(cell))
    if not cell.isascii() and not _is_text(cell):
        return EventError("not_utf8", column=name, value=to_text(cell)[:60])
    return None


def _is_text(cell: str) -> bool:
    return not any("\udc80" <= char <= "\udcff" for char in cell)


def to_text(cell: object) -> str:
    """A cell for people to read, and for a database to keep: bytes that are no UTF-8
    become question marks."""
    if cell is None:
        return ""
    if isinstance(cell, EventError):
        return str(cell.facts["value"])
    text = str(cell).replace("\0", "")
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def write_rejected(
    stream,
    header: Sequence[str] | None,
    rows: Iterable[tuple[int, str, Sequence[str]]],
) -> None:
    """Write rejected rows, (number, reason, cells), as CSV no spreadsheet computes.

    :param header: of the file the rows come from; None to append to a report
    """
    writer = csv.writer(stream)
    if header is not None:
        names = [name for name in header if name not in REPORT_COLUMNS]
        writer.writerow((*REPORT_COLUMNS, *map(safe_cell, names)))
    for number, reason, cells in rows:
        writer.writerow(map(safe_cell, (number, reason, *cells)))


def example(contract: str, meter: str, day: date, zone: tzinfo) -> str:
    """A file of two events on a day, as ``read`` takes it.

    >>> from datetime import timezone
    >>> print(example("C1", "calls", date(2026, 1, 5), timezone.utc).split()[1])
    C1,calls,120,2026-01-05T09:30:00+00:00,example-2026-01-05-1,eu
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow((*COLUMNS, "region"))
    for number, (quantity, region) in enumerate(((120, "eu"), (80, "us")), start=1):
        instant = datetime.combine(day, time(8 + number, 30), zone).isoformat()
        key = f"example-{day}-{number}"
        names = map(safe_cell, (contract, meter))
        writer.writerow((*names, quantity, instant, key, region))
    return stream.getvalue()

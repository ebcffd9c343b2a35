"""What a workbook may hold before a library builds it in memory.

An Excel file of a few kilobytes can name a row number of four million, or millions of
strings and cells. All of it is counted while it streams through, and nothing is kept.
"""

from __future__ import annotations

import io
import zipfile
from xml.parsers.expat import ExpatError, ParserCreate

from .file_error import FileError

MAX_UNZIPPED = 100 * 1024 * 1024
MAX_MEMBERS = 1000
# Cells, their values, rows and strings of all sheets: 20,000 rows of 60 columns.
MAX_ELEMENTS = 3_000_000
CHUNK = 1024 * 1024


def check_workbook(content: bytes) -> None:
    """Refuse what would eat the machine.

    :raise FileError: ``too_large`` (``limit`` in MB unpacked), ``too_many_cells``
        (``limit``) or ``no_excel``
    :raise zipfile.BadZipFile: for what is no archive
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if sum(info.file_size for info in members) > MAX_UNZIPPED:
            raise FileError("too_large", limit=MAX_UNZIPPED // 1024**2)
        if len(members) > MAX_MEMBERS:
            raise FileError("no_excel")
        count = 0
        for info in members:
            if info.filename.endswith((".xml", ".rels")):
                with archive.open(info) as stream:
                    count += _count_elements(stream, MAX_ELEMENTS - count)


def _count_elements(stream, limit: int) -> int:
    count = 0

    def start(_name: str, _attributes: list) -> None:
        nonlocal count
        count += 1
        if count > limit:
            raise FileError("too_many_cells", limit=MAX_ELEMENTS)

    def refuse(*_args: object) -> None:
        raise FileError("no_excel")

    parser = ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse  # entities
    try:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except ExpatError as error:
        raise FileError("no_excel") from error
    return count

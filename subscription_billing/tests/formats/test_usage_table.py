import io
import zipfile
from datetime import datetime

from openpyxl import Workbook

from odoo.tests import BaseCase

from ...formats.file_error import FileError
from ...formats.spreadsheet import safe_cell
from ...formats.usage_event import EventError, parse
from ...formats.usage_table import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, read

HEADER = "contract,meter,quantity,instant,key"
GOOD = "S1,api,2,2025-01-31T12:00:00Z,k1"


def excel(*rows):
    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


class TestUsageTable(BaseCase):
    """Files of usage events: bytes in, rows with their events out."""

    def rows(self, *lines, header=HEADER):
        text = "\n".join((header, *lines))
        return read(text if isinstance(text, bytes) else text.encode())[1]

    def assertFileError(self, content, code, **facts):
        with self.subTest(code=code), self.assertRaises(FileError) as caught:
            read(content)
        self.assertEqual(caught.exception.code, code)
        for name, value in facts.items():
            self.assertEqual(caught.exception.facts[name], value)

    def assertRowError(self, row, code, **facts):
        self.assertIsInstance(row.error, EventError, row)
        self.assertEqual(row.error.code, code)
        for name, value in facts.items():
            self.assertEqual(row.error.facts[name], value)

    def test_a_row_is_an_event(self):
        (row,) = self.rows(f"{GOOD},eu,7", header=f"{HEADER},properties.region,zone")
        self.assertEqual((row.number, row.error), (2, None))
        self.assertEqual(row.event["properties"], {"region": "eu", "zone": "7"})
        self.assertEqual(parse(row.event).key, "k1")

    def test_columns_stand_in_any_order_and_empty_cells_say_nothing(self):
        (row,) = self.rows(
            "k1, S1 ,2025-01-31T12:00:00Z,,api,",
            header="key,contract,instant,quantity,meter,region",
        )
        self.assertEqual(
            row.event,
            {
                "key": "k1",
                "contract": "S1",
                "instant": "2025-01-31T12:00:00Z",
                "meter": "api",
            },
        )

    def test_semicolons_a_byte_order_mark_windows_line_ends_and_empty_lines(self):
        text = f"{HEADER}\r\n\r\n{GOOD}\r\n,,,,\r\n".replace(",", ";")
        rows = read(b"\xef\xbb\xbf" + text.encode())[1]
        self.assertEqual([row.number for row in rows], [3])
        self.assertIsNone(rows[0].error)

    def test_a_wrong_delimiter_is_named(self):
        for sign, name in (("\t", "tab"), ("|", "vertical bar")):
            content = f"{HEADER}\n{GOOD}\n".replace(",", sign)
            self.assertFileError(content.encode(), "delimiter", found=name)

    def test_rows_with_another_delimiter_than_the_header_are_rejected(self):
        rows = self.rows(GOOD.replace(",", ";"), GOOD, GOOD.replace(",", "\t"))
        self.assertRowError(rows[0], "cells", count=1, expected=5)
        self.assertIsNone(rows[1].error)
        self.assertRowError(rows[2], "cells", count=1)

    def test_a_decimal_comma_splits_the_cell_and_is_rejected(self):
        (row,) = self.rows("S1,api,1,5,2025-01-31T12:00:00Z,k1")
        self.assertRowError(row, "cells", count=6, expected=5)
        (row,) = self.rows('S1,api,"1,5",2025-01-31T12:00:00Z,k1')
        self.assertIsNone(row.error)
        with self.assertRaises(EventError) as caught:
            parse(row.event)
        self.assertEqual(caught.exception.code, "no_number")

    def test_mixed_encodings_reject_only_their_rows(self):
        lines = [GOOD, GOOD.replace("S1", "Müller"), GOOD.replace("k1", "k2")]
        content = "\n".join((HEADER, *lines)).encode()
        content += b"\n" + GOOD.replace("k1", "kü").encode("latin-1")
        rows = read(content)[1]
        self.assertEqual(
            [row.error and row.error.code for row in rows], [None] * 3 + ["not_utf8"]
        )
        self.assertEqual(rows[1].event["contract"], "Müller")
        self.assertRowError(rows[3], "not_utf8", column="key", value="k\ufffd")
        self.assertEqual(rows[3].number, 5)
        self.assertEqual(rows[3].cells[4], "k\ufffd")

    def test_utf_16_and_a_header_that_is_no_text_are_refused(self):
        self.assertFileError(f"{HEADER}\n{GOOD}".encode("utf-16"), "encoding")
        self.assertFileError(f"{HEADER},größe\n".encode("latin-1"), "encoding")

    def test_formulas_are_rejected_and_numbers_with_a_sign_are_not(self):
        for cell in ("=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1", "-x", "=1", "-"):
            (row,) = self.rows(GOOD.replace("k1", cell.replace(",", "")))
            self.assertRowError(row, "formula", column="key")
        for cell in ("-2", "+2", "-0.5"):
            (row,) = self.rows(GOOD.replace(",2,", f",{cell},"))
            self.assertIsNone(row.error)
        (row,) = self.rows(f"{GOOD},=1", header=f"{HEADER},region")
        self.assertRowError(row, "formula", column="region")

    def test_files_that_are_refused_as_a_whole(self):
        self.assertFileError(b"x" * (MAX_BYTES + 1), "too_large", limit=20)
        self.assertFileError(
            b"", "columns", missing=["contract", "meter", "instant", "key"]
        )
        self.assertFileError(b"contract,meter,key\n", "columns", missing=["instant"])
        self.assertFileError(HEADER.encode(), "no_rows")
        self.assertFileError(f"{HEADER}\n\n,,,,\n".encode(), "no_rows")
        self.assertFileError(
            f"{HEADER},key\n{GOOD},x".encode(), "double_column", name="key"
        )
        doubled = f"{HEADER},a,properties.a\n{GOOD},x,y"
        self.assertFileError(doubled.encode(), "double_column", name="a")
        wide = ",".join([HEADER, *(f"c{n}" for n in range(MAX_COLUMNS))])
        self.assertFileError(wide.encode(), "many_columns", limit=MAX_COLUMNS)
        self.assertFileError(f'{HEADER}\nS1,"api,2\n'.encode(), "malformed", line=2)
        many = HEADER + f"\n{GOOD}" * (MAX_ROWS + 1)
        self.assertFileError(many.encode(), "too_many_rows", limit=MAX_ROWS)

    def test_excel(self):
        content = excel(
            [*HEADER.split(","), "region", None],
            ["S1", "api", 2, "2025-01-31T12:00:00Z", 17, "eu"],
            [None] * 6,
            ["S1", "api", 0.5, "2025-01-31T12:00:00+01:00", "k2"],
        )
        rows = read(content)[1]
        self.assertEqual([row.number for row in rows], [2, 4])
        events = [parse(row.event) for row in rows if not row.error]
        self.assertEqual([event.key for event in events], ["17", "k2"])
        self.assertEqual([str(event.quantity) for event in events], ["2", "0.5"])
        self.assertEqual(events[0].properties, '{"region": "eu"}')

    def test_excel_formulas_errors_dates_and_too_many_cells(self):
        row = ["S1", "api", 2, "2025-01-31T12:00:00Z", "k1"]
        content = excel(
            HEADER.split(","),
            [*row[:2], "=1+1", *row[3:]],
            [*row[:4], "#REF!"],
            [*row[:3], datetime.fromisoformat("2025-01-31"), row[4]],
            [*row, "stray"],
            [*row[:2], True, *row[3:]],
        )
        rows = read(content)[1]
        self.assertRowError(rows[0], "formula", column="quantity", value="'=1+1'")
        self.assertRowError(rows[1], "formula", column="key")
        self.assertRowError(rows[3], "cells", count=6, expected=5)
        for number, code in ((2, "no_zone"), (4, "no_number")):
            self.assertIsNone(rows[number].error)
            with self.assertRaises(EventError) as caught:
                parse(rows[number].event)
            self.assertEqual(caught.exception.code, code)

    def test_what_only_looks_like_excel(self):
        self.assertFileError(b"PK\3\4 no archive", "no_excel")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a.txt", "a")
        self.assertFileError(stream.getvalue(), "no_excel")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bomb", b"\0" * (MAX_BYTES * 21))
        self.assertFileError(stream.getvalue(), "too_large")

    def test_a_mended_report_is_read_again_without_its_own_columns(self):
        header = f"rejected_row,rejected_reason,{HEADER}"
        (row,) = self.rows(f"7,unknown meter,{GOOD}", header=header)
        self.assertNotIn("properties", row.event)

    def test_cells_of_the_report_are_not_computed(self):
        for value in ("=1", "+1+1", "-x", "@x", "\tx", "\rx"):
            self.assertEqual(safe_cell(value), f"'{value}")
        for value in ("-5", "+1.5", "a=1", "", 5):
            self.assertEqual(safe_cell(value), str(value))

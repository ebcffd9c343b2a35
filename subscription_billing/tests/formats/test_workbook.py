import io
import re
import zipfile

from odoo.tests import BaseCase

from ...formats import contract_csv, usage_table
from ...formats.file_error import FileError
from ...formats.usage_table import MAX_SEEN
from ...formats.workbook import MAX_ELEMENTS, MAX_MEMBERS, check_workbook
from .test_usage_table import GOOD, HEADER, excel

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'


class TestWorkbook(BaseCase):
    """Files that are small to send and huge to read: they are refused in words, before
    anything is built of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = excel(HEADER.split(","), GOOD.split(","))

    def rewrite(self, member, change, more=()):
        """The good workbook, with one member changed and others added."""
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(self.good)) as source,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for info in source.infolist():
                data = source.read(info)
                is_it = info.filename == member
                target.writestr(info.filename, change(data) if is_it else data)
            for name, data in more:
                target.writestr(name, data)
        return stream.getvalue()

    def in_sheet(self, xml):
        def change(data):
            return data.replace(b"</sheetData>", xml + b"</sheetData>")

        return self.rewrite(SHEET, change)

    def assertRefused(self, content, *codes):
        self.assertLess(len(content), usage_table.MAX_BYTES)
        with self.assertRaises(FileError) as caught:
            usage_table.read(content)
        self.assertIn(caught.exception.code, codes)

    def test_the_good_one_is_read(self):
        check_workbook(self.good)
        _header, rows = usage_table.read(self.good)
        self.assertEqual([row.error for row in rows], [None])

    def test_a_row_far_down(self):
        for number in (MAX_SEEN + 2, 4_000_000, 2**31, 10**18):
            cell = f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>'
            content = self.in_sheet(cell.encode())
            with self.subTest(row=number):
                self.assertLess(len(content), 10_000)
                self.assertRefused(content, "too_many_rows")

    def test_rows_cells_and_columns_without_end(self):
        many = MAX_ELEMENTS + 1
        for name, xml in (
            ("rows", b"<row/>" * many),
            ("cells", b'<row r="3">' + b"<c/>" * many + b"</row>"),
            ("prefixed", b'<row r="3" xmlns:n="n">' + b"<n:c/>" * many + b"</row>"),
        ):
            with self.subTest(kind=name):
                self.assertRefused(self.in_sheet(xml), "too_many_cells")
        far = b'<row r="3"><c r="XFD3"><v>1</v></c></row>'
        _header, rows = usage_table.read(self.in_sheet(far))
        self.assertEqual([row.number for row in rows], [2])

    def test_empty_rows_below_the_limit_of_cells(self):
        content = self.in_sheet(b"<row/>" * (MAX_SEEN + 1))
        self.assertRefused(content, "too_many_rows")

    def test_strings_without_end(self):
        strings = b"<sst>" + b"<si/>" * (MAX_ELEMENTS + 1) + b"</sst>"
        content = self.rewrite(SHEET, bytes, [(STRINGS, strings)])
        self.assertRefused(content, "too_many_cells")

    def test_the_same_in_another_encoding(self):
        """What counts is elements, not bytes that look like them."""
        xml = b"<row/>" * (MAX_ELEMENTS + 1)

        def change(data):
            text = data.replace(b"</sheetData>", xml + b"</sheetData>").decode()
            text = re.sub(r"^<\?xml.*?\?>", "", text)
            return text.encode("utf-16")

        content = self.rewrite(SHEET, change)
        self.assertRefused(content, "too_many_cells")

    def test_text_without_end(self):
        content = self.in_sheet(b" " * (101 * 1024 * 1024))
        self.assertRefused(content, "too_large")

    def test_members_without_end(self):
        more = [(f"x{n}.txt", b"") for n in range(MAX_MEMBERS)]
        self.assertRefused(self.rewrite(SHEET, bytes, more), "no_excel")

    def test_entities_and_damage(self):
        for change in (
            lambda data: DOCTYPE + re.sub(rb"^<\?xml.*?\?>", b"", data),
            lambda data: data[: len(data) // 2],
            lambda data: b"",
        ):
            self.assertRefused(self.rewrite(SHEET, change), "no_excel")

    def test_csv_of_columns_and_lines_without_end(self):
        wide = ",".join(f"c{n}" for n in range(1_000_000)).encode()
        for read, head in (
            (usage_table.read, HEADER.encode()),
            (contract_csv.read, b"reference,customer,plan,variant,start"),
        ):
            with self.subTest(read=read), self.assertRaises(FileError) as caught:
                read(head + b"," + wide + b"\n" * 1_000_000)
            self.assertEqual(caught.exception.code, "many_columns")
        self.assertRefused(HEADER.encode() + b"\n" * (MAX_SEEN + 5), "too_many_rows")

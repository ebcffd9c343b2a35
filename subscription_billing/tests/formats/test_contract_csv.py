from odoo.tests import BaseCase

from ...formats.contract_csv import (
    COLUMNS,
    MAX_BYTES,
    parse_discounts,
    parse_quantities,
    read,
)
from ...formats.file_error import FileError

HEADER = "reference,customer,plan,variant,start"


class TestContractCsv(BaseCase):
    """The reader of contract files: bytes in, rows of text out."""

    def assertFileError(self, content, code, **facts):
        with self.assertRaises(FileError) as caught:
            read(content)
        self.assertEqual(caught.exception.code, code)
        for name, value in facts.items():
            self.assertEqual(caught.exception.facts[name], value)

    def test_what_no_database_takes(self):
        content = f"{HEADER}\nA\0,C1,p,v,2024-01-01\n".encode()
        self.assertFileError(content, "encoding", position=len(HEADER) + 2)

    def test_rows_have_all_columns_and_their_line_number(self):
        rows = read(f"{HEADER}\nA, C1 ,p,v,2024-01-01\nB,C2,p,v,2024-01-02\n".encode())
        self.assertEqual([row["row"] for row in rows], [2, 3])
        self.assertEqual(rows[0]["customer"], "C1")
        self.assertEqual(rows[1]["end"], "")
        self.assertEqual(set(rows[0]), {"row", *COLUMNS})

    def test_semicolons_a_byte_order_mark_and_windows_line_ends(self):
        text = (HEADER + "\r\nA,C1,p,v,2024-01-01\r\n").replace(",", ";")
        rows = read(b"\xef\xbb\xbf" + text.encode())
        self.assertEqual(rows[0]["reference"], "A")
        self.assertEqual(rows[0]["start"], "2024-01-01")

    def test_quoted_values_may_hold_the_delimiter_and_line_ends(self):
        content = f'{HEADER},customer_reference\nA,C1,p,v,2024-01-01,"PO, 1\n2"\n'
        self.assertEqual(read(content.encode())[0]["customer_reference"], "PO, 1\n2")

    def test_unknown_columns_are_left_out(self):
        rows = read(f"{HEADER},password\nA,C1,p,v,2024-01-01,secret\n".encode())
        self.assertNotIn("password", rows[0])

    def test_a_short_row_has_empty_values(self):
        rows = read(f"{HEADER}\nA,C1\n".encode())
        self.assertEqual((rows[0]["plan"], rows[0]["start"]), ("", ""))

    def test_files_that_are_refused_as_a_whole(self):
        self.assertFileError(b"x" * (MAX_BYTES + 1), "too_large", limit=20)
        self.assertFileError(b"ab\xff", "encoding", position=2)
        self.assertFileError(b"", "columns", missing=list(HEADER.split(",")))
        self.assertFileError(b"reference,plan\n", "columns")
        self.assertFileError(f"{HEADER}\n".encode(), "no_rows")

    def test_quantities(self):
        self.assertEqual(parse_quantities(""), {})
        self.assertEqual(
            parse_quantities("seats=5@3.50  support=1.5 base=1@0"),
            {"seats": (5.0, 3.5), "support": (1.5, None), "base": (1.0, 0.0)},
        )

    def test_quantities_that_are_none(self):
        for part in (
            *("seats", "seats=", "=5", "seats=-1", "s=nan", "s=inf", "s=1e300"),
            *("s=1@", "s=1@x", "s=1@-1", "s=1@nan", "s=1@1e9", "s=@2", "s=1@2@3"),
        ):
            with self.subTest(part), self.assertRaisesRegex(ValueError, part):
                parse_quantities(f"ok=1 {part}")

    def test_discounts(self):
        self.assertEqual(parse_discounts(""), {})
        self.assertEqual(
            parse_discounts("WELCOME=2  PARTNER"), {"WELCOME": 2, "PARTNER": None}
        )

    def test_discounts_that_are_none(self):
        for part in ("A=", "=2", "A=0", "A=-1", "A=1.5", "A=x", "A=²", "A=9999999999"):
            with self.subTest(part), self.assertRaisesRegex(ValueError, part):
                parse_discounts(f"OK=1 {part}")
        with self.assertRaisesRegex(ValueError, "OK"):
            parse_discounts("OK=1 OK")

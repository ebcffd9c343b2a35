from odoo.tests import BaseCase

from ...formats.contract_csv import (
    COLUMNS,
    MAX_BYTES,
    FileError,
    parse_quantities,
    read,
)

HEADER = "reference,customer,plan,variant,start"


class TestContractCsv(BaseCase):
    """The reader of contract files: bytes in, rows of text out."""

    def assertFileError(self, content, code, **facts):
        with self.assertRaises(FileError) as caught:
            read(content)
        self.assertEqual(caught.exception.code, code)
        for name, value in facts.items():
            self.assertEqual(caught.exception.facts[name], value)

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
            parse_quantities("seats=5  support=1.5"), {"seats": 5.0, "support": 1.5}
        )

    def test_quantities_that_are_none(self):
        for part in ("seats", "seats=", "=5", "seats=-1", "s=nan", "s=inf", "s=1e300"):
            with self.subTest(part), self.assertRaisesRegex(ValueError, part):
                parse_quantities(f"ok=1 {part}")

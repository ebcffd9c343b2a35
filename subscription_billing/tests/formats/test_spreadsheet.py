import doctest

from odoo.tests import BaseCase

from ...formats import spreadsheet
from ...formats.spreadsheet import is_formula, safe_cell
from ...formats.usage_table import read

FORMULAS = (
    "=1+1",
    " =1+1",
    "\u00a0=cmd",
    "\u2003\u3000=cmd",
    "\ufeff=cmd",
    "\u200b=cmd",
    "\0=cmd",
    "\t=cmd",
    "\r\n=cmd",
    "\uff1dcmd",
    " \uff1dcmd",
    "\uff0bcmd",
    "\uff20SUM(A1)",
    "\ufe66cmd",
    "+49 30 1234",
    "-x",
    "@SUM(A1)",
    "\tplain",
)
PLAIN = ("", " ", "a=1", "5", "-5", "+5", "-1.5e3", "1-2", "Ada = Grace", "e@mail")


class TestSpreadsheet(BaseCase):
    """Text of a cell no spreadsheet computes."""

    def test_examples(self):
        result = doctest.testmod(spreadsheet)
        self.assertEqual((result.failed, result.attempted > 0), (0, True))

    def test_what_is_computed_is_marked_as_text(self):
        for text in FORMULAS:
            with self.subTest(text=text):
                self.assertTrue(is_formula(text))
                self.assertEqual(safe_cell(text), f"'{text}")

    def test_what_is_not_stays_as_it_is(self):
        for text in PLAIN:
            with self.subTest(text=text):
                self.assertEqual(safe_cell(text), text)
        self.assertEqual(safe_cell(7), "7")

    def test_a_formula_that_is_imported_is_a_rejected_row(self):
        head = "contract,meter,quantity,instant,key,note\n"
        for text in ("=1+1", "\uff1dcmd", "@SUM(A1)"):
            line = f"S1,api,2,2025-01-31T12:00:00Z,k1,{text}"
            _header, (row,) = read((head + line).encode())
            self.assertEqual(row.error.code, "formula")

from decimal import Decimal

from odoo.tests import BaseCase

from ..engine.common import AUTOMATIC
from ..extf_validator import faults
from ..vectors import read_golden

RATES = {**AUTOMATIC, "3": 19, "2": 7}
# What the golden file comes to, the tax taken out as DATEV does.
BALANCES = {
    "10001": "159.94",
    "10002": "0.00",
    "10003": "100.00",
    "10004": "119.00",
    "1203": "100.00",
    "8200": "-100.00",
    "8336": "-100.00",
    "8338": "-100.00",
    "8300": "0.00",
    "8400": "800.00",
    "0990": "-900.00",
    "2700": "-40.00",
    "2650": "-0.94",
    "tax": "-38.00",
}
# A file that is broken in one thing, and how the validator says it.
BROKEN = [
    (b"\r\n", b"\n", "CRLF"),
    (b"Sonderer", b"Sonder\x81", "not cp1252"),
    (b'"EXTF";700', b'"EXTF";510', "header field 2"),
    (b'"Buchungsstapel";13', b'"Buchungsstapel";12', "header field 5"),
    (b";29098;", b";0;", "header field 11"),
    (b'"";1;0;0;"EUR"', b'"";1;0;;"EUR"', "header field 21"),
    (b";20261001;20261031;", b";20261001;20270131;", "period"),
    (b'"03";;;"";""', b'"03";;;""', "header of 30 fields"),
    (b"Kurs;", b"Rate;", "names of the columns"),
    (b'226,09;"S"', b'226.09;"S"', "field 1"),
    (b'226,09;"S"', b'-226,09;"S"', "field 1"),
    (b'53,50;"S"', b'0,00;"S"', "field 1"),
    (b'226,09;"S"', b"226,09;S", "field 2: quotes"),
    (b';10001;8400;""', b';10001;8400;"3"', "key 3 on an Automatik account"),
    (b';10001;8400;""', b';10001;84000000;""', "length"),
    (b';10001;8400;""', b';1000A;8400;""', "field 7"),
    (b'"INV/2026/00012"', b'"INV 2026.00012"', "field 11"),
    (b'1,100000;119,00;"EUR"', b'1,100000;;"EUR"', "belong together"),
    (b'1,100000;119,00;"EUR"', b'0,900000;119,00;"EUR"', "field 4"),
    (b";;0;;;19102026;", b";;;;;19102026;", "lock of the row"),
    (b"900,00;", b"901,00;", "account 0990"),
    (b'8400;"40"', b'8400;""', "account 8400"),
]


class TestValidator(BaseCase):
    """The validator takes the golden file, and none that is broken."""

    def judge(self, data):
        balances = {number: Decimal(amount) for number, amount in BALANCES.items()}
        return faults(data, AUTOMATIC, RATES, balances)

    def test_the_golden_file_is_good(self):
        self.assertEqual(self.judge(read_golden()), [])

    def test_each_kind_of_broken_file_fails(self):
        for old, new, told in BROKEN:
            with self.subTest(new=new):
                self.assertIn(old, read_golden())
                found = self.judge(
                    read_golden().replace(old, new, 1 if old != b"\r\n" else -1)
                )
                self.assertRegex("; ".join(found), told)

    def test_utf_8_fails(self):
        text = read_golden().decode("cp1252")
        self.assertIn("byte order mark", self.judge(text.encode("utf-8-sig")))

import doctest
import io
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase

from ...formats import usage_statement_csv
from ...formats.usage_statement_csv import COLUMNS, StatementWriter


class TestUsageStatementCsv(BaseCase):
    """The writer of statement files: values in, rows of text out."""

    def rows(self, write):
        file = io.BytesIO()
        writer = StatementWriter(file)
        write(writer)
        writer.close()
        self.assertFalse(file.closed)
        header, *rows = file.getvalue().decode("utf-8-sig").split("\r\n")
        self.assertEqual(header, ",".join(COLUMNS))
        return rows[:-1]

    def test_examples(self):
        result = doctest.testmod(usage_statement_csv)
        self.assertEqual((result.failed, result.attempted > 0), (0, True))

    def test_event(self):
        zone = timezone(timedelta(hours=5, minutes=45))
        instant = datetime(2026, 1, 5, 10, tzinfo=zone)
        event = instant, "calls", Decimal("1E+3"), "-1", "{}", None, "=INV"
        self.assertEqual(
            self.rows(lambda writer: writer.write_event(*event)),
            ["event,2026-01-05T10:00:00+05:45,calls,1000,-1,{},,'=INV,,,"],
        )

    def test_slice_says_what_it_wrote(self):
        """A division without end is cut, and the rest can be told as rounding."""
        part = {"kind": "unit", "quantity": "1", "price_unit": "-3"}
        part["amount"] = str(Decimal(10) / 3)
        written = []
        rows = self.rows(lambda writer: written.append(writer.write_slice(part, "+")))
        self.assertEqual(written, [Decimal("3.333333333333")])
        self.assertEqual(rows, ["unit,,,1,,,,,'+,-3,3.333333333333"])

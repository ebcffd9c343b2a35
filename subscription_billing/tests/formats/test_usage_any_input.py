import io
import json
import unittest
from decimal import Decimal

from odoo.tests import BaseCase

from ...formats import usage_table
from ...formats.spreadsheet import SIGNS, safe_cell
from ...formats.usage_event import (
    FIELDS,
    QUANTITY_DECIMALS,
    QUANTITY_LIMIT,
    EventError,
    parse,
    parse_quantity,
)
from ..engine.strategies import HAS_HYPOTHESIS, NEEDED, check, st

EXAMPLES = 200
GOOD = {
    "contract": "S1",
    "meter": "api",
    "quantity": 1,
    "instant": "2025-01-31T12:00:00Z",
    "key": "k",
}
HEADER = ["contract", "meter", "quantity", "instant", "key", "region"]


def json_values():
    """Whatever a client may send: numbers, texts and what is built of them."""
    plain = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    )
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )


@unittest.skipUnless(HAS_HYPOTHESIS, NEEDED)
class TestUsageAnyInput(BaseCase):
    """What holds for any event and any file, good or not."""

    def test_any_value_in_any_field_is_taken_or_refused_with_a_reason(self):
        fields = st.sampled_from([*sorted(FIELDS), "customer"])

        @check(EXAMPLES, fields, json_values())
        def holds(field, value):
            try:
                event = parse({**GOOD, field: value})
            except EventError as error:
                self.assertTrue(str(error).isprintable() or error.facts)
                return
            # What is taken, PostgreSQL can keep.
            for text in (event.key, event.meter, event.properties or ""):
                self.assertNotIn("\0", text.encode().decode())
            self.assertLess(abs(event.quantity or 0), QUANTITY_LIMIT)
            self.assertIsNone(event.instant.tzinfo)

    def test_any_event_is_taken_or_refused_with_a_reason(self):
        @check(EXAMPLES, json_values())
        def holds(value):
            with self.assertRaises(EventError) as caught:
                parse(value)
            self.assertTrue(caught.exception.code)

    def test_quantities_lose_nothing(self):
        numbers = st.decimals(
            min_value=-(10**14),
            max_value=10**14,
            allow_nan=False,
            places=QUANTITY_DECIMALS,
        )

        @check(EXAMPLES, numbers)
        def holds(number):
            self.assertEqual(parse_quantity(f"{number:f}"), number)
            self.assertEqual(parse_quantity(number), number)

    def test_whole_numbers_and_floats_mean_what_json_writes(self):
        numbers = st.integers(-(10**14), 10**14) | st.sampled_from([0.1, 2.5, -1e-8])

        @check(EXAMPLES, numbers)
        def holds(number):
            self.assertEqual(parse_quantity(number), Decimal(json.dumps(number)))

    def test_any_bytes_are_a_table_or_refused_as_a_file(self):
        lines = st.lists(st.binary(max_size=40), max_size=4)

        @check(EXAMPLES, lines)
        def holds(lines):
            content = b"\n".join([",".join(HEADER).encode(), *lines])
            try:
                _header, rows = usage_table.read(content)
            except usage_table.FileError as error:
                self.assertTrue(error.code)
                return
            for row in rows:
                self.assertGreater(row.number, 1)
                for cell in row.cells:
                    cell.encode()

    def test_a_rejected_row_is_read_again_as_it_was(self):
        """Except for a sign in front that a spreadsheet would compute."""
        cells = st.text(
            st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=9
        ).map(str.strip)

        @check(EXAMPLES, st.lists(cells, min_size=6, max_size=6))
        def holds(cells):
            stream = io.StringIO(newline="")
            usage_table.write_rejected(stream, HEADER, [(7, "reason", cells)])
            lines = usage_table.csv_lines(io.StringIO(stream.getvalue(), newline=""))
            rows = usage_table.read_rows(usage_table.read_header(lines), lines)
            safe = tuple(safe_cell(cell) for cell in cells)
            self.assertIn([row.cells for row in rows], ([safe], []))

    def test_no_cell_of_a_report_begins_like_a_formula(self):
        @check(EXAMPLES, st.text(max_size=9))
        def holds(text):
            safe = safe_cell(text)
            if safe.startswith(SIGNS):
                self.assertEqual(safe, text)
                Decimal(safe)

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase

from ...formats.usage_event import (
    MAX_KEY,
    MAX_PROPERTIES,
    EventError,
    parse,
    parse_quantity,
    shown,
)

GOOD = {
    "contract": "SUB/1",
    "meter": "api",
    "quantity": 2,
    "instant": "2025-01-31T12:00:00Z",
    "key": "k1",
}
NOON = datetime.fromisoformat("2025-01-31T12:00:00")


class TestUsageEvent(BaseCase):
    """The form of one event of usage, before any record is looked at."""

    def assertRefused(self, code, event=None, **changes):
        with self.subTest(code=code, changes=changes):
            with self.assertRaises(EventError) as caught:
                parse({**GOOD, **changes} if event is None else event)
            self.assertEqual(caught.exception.code, code)
            return caught.exception.facts

    def test_a_good_event(self):
        event = parse({**GOOD, "properties": {"region": "eu", "n": 1, "free": True}})
        self.assertEqual(
            tuple(event),
            (
                *("SUB/1", None, "api", Decimal(2), NOON, "k1"),
                '{"region": "eu", "n": 1, "free": true}',
            ),
        )

    def test_a_line_stands_for_its_contract(self):
        event = {**GOOD, "line": 7}
        del event["contract"]
        self.assertEqual(parse(event)[:2], (None, 7))
        self.assertRefused("two_targets", line=7)
        for value in (0, -1, 2**31, 1.0, "7", True, 10**5000):
            self.assertRefused("unknown_line", {**event, "line": value})

    def test_quantities_are_exact(self):
        table = {
            5: "5",
            0: "0",
            -3: "-3",
            0.1: "0.1",
            1e-8: "1E-8",
            999999999999999: "999999999999999",
            "2.50": "2.50",
            "+1e3": "1E+3",
            "007": "7",
            "1.": "1",
            "1.000000000000": "1.000000000000",
            "999999999999999.99999999": "999999999999999.99999999",
            Decimal("1.5"): "1.5",
        }
        for value, expected in table.items():
            with self.subTest(value=value):
                self.assertEqual(str(parse_quantity(value)), expected)

    def test_no_number(self):
        values = (
            *(None, True, False, "", " ", "x", "NaN", "nan", "Infinity", "-inf", "1e"),
            *("1,5", "1.234,5", "1 000", "1'000", "1_000", " 1", "0x10", "१", "1e1000"),
            *(float("nan"), float("inf"), float("-inf"), [], [1], {}, b"1"),
            *(Decimal("NaN"), Decimal("Infinity"), "9" * 41),
        )
        for value in values:
            self.assertRefused("no_number", quantity=value)

    def test_numbers_the_column_cannot_hold(self):
        for value in (1e300, -1e300, 10**15, -(10**15), "1e15", 10**5000, 1e15):
            self.assertRefused("too_large", quantity=value)
        for value in (1e-9, "0.000000001", 0.1 + 0.2, "1.1234567890", "1e-9"):
            self.assertRefused("too_precise", quantity=value)

    def test_no_quantity_is_left_to_the_meter_but_null_is_none(self):
        event = dict(GOOD)
        del event["quantity"]
        self.assertIsNone(parse(event).quantity)

    def test_instants_become_utc(self):
        for text in (
            "2025-01-31T12:00:00Z",
            "2025-01-31T12:00:00+00:00",
            "2025-01-31T13:00+01:00",
            "2025-01-31 04:00:00-08:00",
            "2025-01-31T17:45:00.000000+05:45",
            datetime(2025, 1, 31, 14, tzinfo=timezone(timedelta(hours=2))),
        ):
            with self.subTest(text=text):
                self.assertEqual(parse({**GOOD, "instant": text}).instant, NOON)

    def test_fractions_of_a_second_are_kept(self):
        event = parse({**GOOD, "instant": "2025-01-31T12:00:00.250001Z"})
        self.assertEqual(event.instant, NOON.replace(microsecond=250001))

    def test_no_instant(self):
        values = (
            *(None, "", "x", 0, 1738324800, 1.5, True, [], {}),
            *("2025-02-30T00:00:00Z", "31.01.2025 12:00+01:00", "2025-13-01T00:00Z"),
            *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
        )
        for value in values:
            self.assertRefused("no_instant", instant=value)

    def test_no_zone(self):
        for value in ("2025-01-31T12:00:00", "2025-01-31", NOON):
            facts = self.assertRefused("no_zone", instant=value)
            self.assertIn("2025-01-31", facts["value"])

    def test_keys(self):
        for value in (None, "", "  ", 1, True, ["k"], b"k"):
            self.assertRefused("no_key", key=value)
        self.assertRefused("long_key", key="k" * (MAX_KEY + 1))
        self.assertEqual(len(parse({**GOOD, "key": "ü" * MAX_KEY}).key), MAX_KEY)
        for value in ("a\0b", "a\nb", "\ud800", "a\u200bb"):
            self.assertRefused("bad_text", key=value)

    def test_names(self):
        for field in ("contract", "meter"):
            for value in (None, "", " ", 5, True, []):
                facts = self.assertRefused("empty", **{field: value})
                self.assertEqual(facts["field"], field)
            self.assertRefused("bad_text", **{field: "a\0"})

    def test_what_is_no_event(self):
        for value in (None, "x", 1, [], [GOOD], True):
            with self.assertRaises(EventError) as caught:
                parse(value)
            self.assertEqual(caught.exception.code, "not_a_dict")
        self.assertRefused("no_key", {})
        facts = self.assertRefused("unknown_field", customer="Ada", quantiy=2)
        self.assertEqual(facts["field"], "'customer', 'quantiy'")
        self.assertRefused("unknown_field", {**GOOD, 5: "x"})

    def test_properties(self):
        for value in ("x", 5, [], True, ["region"]):
            self.assertRefused("no_properties", properties=value)
        bad = (None, [], {}, {"a": 1}, float("nan"), float("inf"), "\0", "\ud800")
        for value in (*bad, 10**5000):
            self.assertRefused("bad_property", properties={"p": value})
        for name in ("", "\0", 5, None):
            self.assertRefused("bad_property", properties={name: "x"})
        many = {f"p{n}": 1 for n in range(MAX_PROPERTIES + 1)}
        self.assertRefused("many_properties", properties=many)
        self.assertRefused("large_properties", properties={"p": "x" * 5000})
        for value in (None, {}):
            self.assertIsNone(parse({**GOOD, "properties": value}).properties)

    def test_messages_stay_short_and_printable(self):
        for value in ("x" * 10**6, "\0\ud800", 10**5000, [[[[[[1]]]]]] * 1000):
            text = shown(value)
            self.assertLess(len(text), 100)
            self.assertTrue(text.isprintable())

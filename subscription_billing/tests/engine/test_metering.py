from datetime import timedelta
from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.errors import InvalidAmount, InvalidMeter, InvalidTimezone
from ...engine.event import Event
from ...engine.metering import aggregate, buckets, carried_over, round_quantity
from ...engine.period import Period
from .usage import at, happened, matches, period

MAY = period("2024-05-01", "2024-06-01")


def measure(kind, text, window=MAY, **options):
    return aggregate(kind, happened(text), window, **options)


class TestMetering(BaseCase):
    def test_values_of_a_window(self):
        text = "05-01 3, 05-10 -1, 05-10 7, 05-31T23:59:59 2"
        for kind, expected in (
            ("count", "2"),  # three and one taken back
            ("sum", "11"),
            ("max", "7"),
            ("last", "2"),
        ):
            with self.subTest(kind=kind):
                measured = measure(kind, text)
                self.assertEqual(measured.quantity, Decimal(expected))
                self.assertEqual(measured.raw, Decimal(expected))
                self.assertEqual(measured.count, 4)
                self.assertEqual(measured.first, at("05-01"))
                self.assertEqual(measured.last, at("05-31T23:59:59"))

    def test_t2_the_window_is_half_open(self):
        for text, expected in (
            ("04-30T23:59:59 1", 0),
            ("05-01 1", 1),
            ("05-31T23:59:59.999999 1", 1),
            ("06-01 1", 0),
        ):
            for kind in ("count", "sum", "max", "last"):
                with self.subTest(kind=kind, text=text):
                    self.assertEqual(measure(kind, text).quantity, expected)
        nothing = measure("sum", "06-01 1")
        self.assertEqual((nothing.count, nothing.first, nothing.last), (0, None, None))

    def test_below_zero_is_nothing_but_stays_known(self):
        for kind, raw in (("sum", "-5"), ("last", "-3"), ("max", "-2")):
            with self.subTest(kind=kind):
                measured = measure(kind, "05-01 -2, 05-02 -3")
                self.assertEqual(measured.quantity, 0)
                self.assertEqual(measured.raw, Decimal(raw))

    def test_x4_a_key_counts_once(self):
        """Whatever the copies say and in which order they are given."""
        first = Event(at("05-03"), Decimal(5), "k", order=1)
        copy = Event(at("05-01"), Decimal(9), "k", order=2)
        other = Event(at("05-02"), Decimal(2), order=3)
        for events in ([first, copy, other], [other, copy, first]):
            for kind, expected in (("sum", 7), ("count", 2), ("max", 5), ("last", 5)):
                with self.subTest(kind=kind):
                    found = aggregate(kind, events, MAY)
                    self.assertEqual(found.quantity, expected)
        outside = Event(at("07-01"), Decimal(5), "k", order=0)
        self.assertEqual(aggregate("sum", [first, outside], MAY).quantity, 0)
        # Events without a key are events of their own, and "0" is a key.
        plain = [Event(at("05-01"), Decimal(1))] * 2
        named = [Event(at("05-01"), Decimal(1), key) for key in ("0", "1", "0")]
        self.assertEqual(aggregate("sum", plain + named, MAY).quantity, 4)

    def test_events_of_one_instant_are_ordered_by_arrival(self):
        late, early = (
            Event(at("05-01"), Decimal(order), order=order) for order in (2, 1)
        )
        for events in ([late, early], [early, late]):
            self.assertEqual(aggregate("last", events, MAY).quantity, 2)

    def test_events_without_a_value_count_where_events_are_counted(self):
        for kind, quantity, count in (
            ("count", 2, 2),
            ("sum", 4, 1),
            ("max", 4, 1),
            ("last", 4, 1),
            ("weighted", 4, 1),
            ("prorated_sum", 4, 1),
            ("unique", 0, 0),
        ):
            with self.subTest(kind=kind):
                measured = measure(kind, "05-01 4, 05-02 -")
                self.assertEqual((measured.quantity, measured.count), (quantity, count))

    def test_different_values_that_are_there_at_the_end(self):
        for text, expected in (
            ("", 0),
            ("05-01 a, 05-02 a, 05-03 b", 2),
            ("05-01 a, 05-02 a!", 0),
            ("05-01 a, 05-02 a!, 05-03 a", 1),
            ("05-01 a!, 05-02 b", 1),
            ("05-01 a, 05-01 a!", 0),
            ("04-01 a, 05-02 b", 1),
        ):
            with self.subTest(text=text):
                self.assertEqual(measure("unique", text).quantity, expected)

    def test_t4_what_lives_on_into_the_next_window(self):
        text = "04-01 5, 04-20 3, 05-10 -2"
        for kind, plain, carried in (
            ("count", -1, -1),
            ("sum", -2, 6),
            ("max", -2, 3),
            ("last", -2, -2),
        ):
            with self.subTest(kind=kind):
                self.assertEqual(measure(kind, text).raw, plain)
                measured = measure(kind, text, is_carry_over=True)
                self.assertEqual(measured.raw, carried)
                self.assertEqual(measured.count, 1)
        for kind, expected in (("last", 3), ("max", 3), ("sum", 8), ("count", 0)):
            with self.subTest(kind=kind, events="none of its own"):
                found = measure(kind, "04-01 5, 04-20 3", is_carry_over=True)
                self.assertEqual((found.quantity, found.count), (expected, 0))
                self.assertEqual(measure(kind, "", is_carry_over=True).quantity, 0)
        text = "04-01 a, 04-02 b, 04-03 a!, 05-02 c"
        self.assertEqual(measure("unique", text, is_carry_over=True).quantity, 2)

    def test_what_a_window_begins_with(self):
        for kind, opening, text, expected in (
            ("count", Decimal(3), "05-01 1", 4),
            ("sum", Decimal(3), "05-01 1", 4),
            ("max", Decimal(3), "05-01 1", 3),
            ("max", Decimal(3), "", 3),
            ("last", Decimal(3), "05-01 1", 1),
            ("last", Decimal(3), "", 3),
            ("unique", {"a", "b"}, "05-01 a!, 05-02 c", 2),
            ("weighted", Decimal(3), "", 3),
        ):
            with self.subTest(kind=kind, text=text):
                found = measure(kind, text, opening=opening)
                self.assertEqual(found.quantity, expected)
        self.assertEqual(carried_over("max", [], Decimal(3)), 3)

    def test_no_digit_is_lost(self):
        found = measure("sum", "05-01 1e300, 05-02 0.00000001").raw
        self.assertEqual(str(found), "1" + "0" * 300 + ".00000001")

    def test_rounding(self):
        for quantity, mode, digits, expected in (
            ("123.456", "none", 0, "123.456"),
            ("123.456", "half_up", 0, "123"),
            ("123.456", "half_up", 2, "123.46"),
            ("150", "half_up", -2, "200"),
            ("123.456", "up", 2, "123.46"),
            ("123.456", "up", -2, "200"),
            ("123.451", "down", 2, "123.45"),
            ("199", "down", -2, "100"),
            ("0", "up", 0, "0"),
            ("0.0000000001", "up", 0, "1"),
            ("-1.5", "up", 0, "-1"),
            ("-1.5", "down", 0, "-2"),
            ("-1.5", "half_up", 0, "-2"),
        ):
            with self.subTest(quantity=quantity, mode=mode, digits=digits):
                found = round_quantity(Decimal(quantity), mode, digits)
                self.assertEqual(found, Decimal(expected))

    def test_filters(self):
        event = {"region": "eu", "cloud": "aws", "test": True, "size": 5, "tag": None}
        for include, exclude, expected in (
            ({}, None, True),
            ({"region": ["eu", "us"]}, None, True),
            ({"region": ["us"]}, None, False),
            ({"region": ["eu"], "cloud": ["gcp"]}, None, False),
            ({"region": []}, None, False),
            ({"planet": ["earth"]}, None, False),
            ({"tag": ["None"]}, None, False),
            ({"test": ["true"], "size": ["5"]}, None, True),
            ({}, {"region": ["us"]}, True),
            ({}, {"region": ["us", "eu"]}, False),
            ({}, {"planet": ["earth"]}, True),
            ({"region": ["eu"]}, {"cloud": ["aws"]}, False),
        ):
            with self.subTest(include=include, exclude=exclude):
                self.assertIs(matches(event, include, exclude), expected)

    def test_wrong_input(self):
        with self.assertRaises(InvalidTimezone):
            Event(at("05-01").replace(tzinfo=None), Decimal(1))
        for value in (Decimal("NaN"), Decimal("Infinity"), 1.5):
            with self.subTest(value=value), self.assertRaises(InvalidAmount):
                Event(at("05-01"), value)
        with self.assertRaises(InvalidAmount):
            round_quantity(Decimal("NaN"), "up", 0)
        for call in (
            lambda: measure("median", ""),
            lambda: buckets([], "UTC", "day", "median"),
            lambda: buckets([], "UTC", "week", "sum"),
            lambda: buckets([], "UTC", "day", "weighted"),
            lambda: round_quantity(Decimal(1), "sideways"),
        ):
            with self.assertRaises(InvalidMeter):
                call()
        with self.assertRaises(InvalidTimezone):
            buckets(happened("05-01 1"), "Mars/Olympus", "day", "sum")


class TestBuckets(BaseCase):
    """M6: the quantity of each local hour, day or month, for a bucketed price."""

    def test_each_local_stretch_of_time_is_a_bucket(self):
        text = "05-31T21:59 1, 05-31T22:00 5, 05-31T22:30 2, 06-01T22:30 -4"
        for zone, unit, kind, expected in (
            ("UTC", "month", "sum", "8 0"),
            ("Europe/Berlin", "month", "sum", "1 3"),
            ("Europe/Berlin", "day", "sum", "1 7 0"),
            ("Europe/Berlin", "day", "max", "1 5 0"),
            ("Europe/Berlin", "day", "last", "1 2 0"),
            ("Europe/Berlin", "day", "count", "1 2 0"),
            ("Europe/Berlin", "hour", "sum", "1 7 0"),
            ("Asia/Kolkata", "hour", "sum", "6 2 0"),
        ):
            with self.subTest(zone=zone, unit=unit, kind=kind):
                found = buckets(reversed(happened(text)), zone, unit, kind)
                self.assertEqual(" ".join(map(str, found)), expected)

    def test_the_hour_that_comes_twice_is_two_hours(self):
        events = happened("10-27T00:30 1, 10-27T01:30 2, 10-27T01:40 3")
        found = buckets(events, "Europe/Berlin", "hour", "sum")
        self.assertEqual(found, (1, 5))

    def test_duplicates_and_events_that_do_not_count_make_no_bucket(self):
        events = [Event(at(f"05-{day}"), Decimal(4), "k") for day in ("01", "02")]
        self.assertEqual(buckets(events, "UTC", "day", "sum"), (4,))
        self.assertEqual(buckets(happened("05-01 -"), "UTC", "day", "sum"), ())
        unique = happened("05-01 a, 05-01 b, 05-02 a, 05-03 a!")
        self.assertEqual(buckets(unique, "UTC", "day", "unique"), (2, 1, 0))


class TestWindow(BaseCase):
    def test_instants_of_any_zone_are_compared_as_instants(self):
        shift = timedelta(hours=3)
        moved = Period(MAY.start.astimezone() + shift, MAY.stop.astimezone())
        self.assertEqual(measure("sum", "05-01T02 1, 05-01T03 2", moved).quantity, 2)

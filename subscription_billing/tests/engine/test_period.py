from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.tests import BaseCase

from ...engine.errors import InvalidPeriod
from ...engine.period import Period, merge, subtract
from .common import day, span

UTC = timezone.utc


class TestPeriod(BaseCase):
    def test_t2_a_period_is_half_open(self):
        february = span("2024-02-01", "2024-03-01")
        self.assertEqual(february.days, 29)
        self.assertEqual(february.last_day, day("2024-02-29"))
        self.assertTrue(february.contains(day("2024-02-01")))
        self.assertTrue(february.contains(day("2024-02-29")))
        self.assertFalse(february.contains(day("2024-03-01")))
        self.assertFalse(february.contains(day("2024-01-31")))

    def test_t2_a_kind_of_date_is_a_date(self):
        class Day(date):
            """What a library that freezes the clock puts in the place of a date."""

        self.assertEqual(Period(Day(2024, 2, 1), day("2024-02-03")).days, 2)

    def test_t2_an_empty_or_mixed_period_is_refused(self):
        first, noon = day("2024-02-01"), datetime(2024, 2, 1, 12, tzinfo=UTC)
        naive = noon.replace(tzinfo=None)
        for start, stop in (
            (first, first),
            (first, day("2024-01-31")),
            (noon, noon),
            (first, noon),
            (noon, day("2024-03-01")),
            (naive, naive + timedelta(1)),
            (first, None),
            ("2024-02-01", "2024-03-01"),
        ):
            with self.subTest(start=start, stop=stop):
                with self.assertRaises(InvalidPeriod) as caught:
                    Period(start, stop)
                self.assertEqual(caught.exception.facts["start"], start)

    def test_t3_instants_are_kept_in_utc(self):
        berlin = ZoneInfo("Europe/Berlin")
        start, stop = (datetime(2021, 3, d, tzinfo=berlin) for d in (28, 29))
        period = Period(start, stop)
        self.assertEqual(period.stop - period.start, timedelta(hours=23))
        for name in ("days", "last_day"):
            with self.subTest(name=name), self.assertRaises(InvalidPeriod):
                getattr(period, name)

    def test_t2_neighbours_touch_and_have_nothing_in_common(self):
        january = span("2024-01-01", "2024-02-01")
        for other, common in (
            (span("2024-02-01", "2024-03-01"), None),
            (span("2023-12-01", "2024-01-01"), None),
            (span("2024-01-31", "2024-03-01"), span("2024-01-31", "2024-02-01")),
            (span("2023-12-01", "2024-01-02"), span("2024-01-01", "2024-01-02")),
            (span("2024-01-05", "2024-01-06"), span("2024-01-05", "2024-01-06")),
            (span("2023-01-01", "2025-01-01"), january),
        ):
            with self.subTest(other=other):
                self.assertEqual(january.overlap(other), common)
                self.assertEqual(january.overlaps(other), common is not None)
                self.assertEqual(january.covers(other), common == other)


class TestSets(BaseCase):
    def assert_days(self, periods, expected):
        days = [(period.start.day, period.stop.day) for period in periods]
        self.assertEqual(days, expected)

    def spans(self, *days):
        return [span(f"2024-05-{a:02}", f"2024-05-{b:02}") for a, b in days]

    def test_merge_joins_what_overlaps_or_touches(self):
        for days, expected in (
            ((), []),
            (((1, 5),), [(1, 5)]),
            (((5, 9), (1, 5)), [(1, 9)]),
            (((1, 5), (7, 9)), [(1, 5), (7, 9)]),
            (((1, 9), (2, 3), (9, 10)), [(1, 10)]),
        ):
            with self.subTest(days=days):
                self.assert_days(merge(self.spans(*days)), expected)

    def test_subtract_leaves_what_is_in_none_of_the_others(self):
        for days, minus, expected in (
            (((1, 9),), (), [(1, 9)]),
            (((1, 9),), ((1, 9),), []),
            (((1, 9),), ((3, 5),), [(1, 3), (5, 9)]),
            (((3, 9),), ((1, 3), (9, 12)), [(3, 9)]),
            (((3, 9),), ((1, 4), (8, 12)), [(4, 8)]),
            (((1, 5), (7, 9)), ((4, 8),), [(1, 4), (8, 9)]),
            (((1, 9),), ((2, 3), (5, 6)), [(1, 2), (3, 5), (6, 9)]),
            ((), ((1, 2),), []),
        ):
            with self.subTest(days=days, minus=minus):
                rest = subtract(self.spans(*days), self.spans(*minus))
                self.assert_days(rest, expected)

from datetime import date

from odoo.tests import BaseCase

from ...engine.errors import InvalidInterval
from ...engine.interval import Interval, Unit
from .common import day


class TestInterval(BaseCase):
    def test_t1_adding_clamps_from_the_given_day_in_one_step(self):
        for count, unit, start, times, expected in (
            (1, "month", "2024-01-31", 1, "2024-02-29"),
            (1, "month", "2023-01-31", 1, "2023-02-28"),
            (1, "month", "2024-01-31", 2, "2024-03-31"),
            (1, "month", "2024-03-31", -1, "2024-02-29"),
            (1, "month", "2024-01-31", -2, "2023-11-30"),
            (1, "month", "2024-05-15", 0, "2024-05-15"),
            (1, "year", "2024-02-29", 1, "2025-02-28"),
            (1, "year", "2024-02-29", 4, "2028-02-29"),
            (1, "year", "2024-02-29", -4, "2020-02-29"),
            (1, "year", "1896-02-29", 4, "1900-02-28"),
            (1, "quarter", "2023-11-30", 1, "2024-02-29"),
            (2, "half_year", "2023-11-30", 1, "2024-11-30"),
            (2, "week", "2024-02-20", 1, "2024-03-05"),
            (30, "day", "2024-02-01", 2, "2024-04-01"),
            (30, "day", "2024-02-01", -1, "2024-01-02"),
        ):
            with self.subTest(start=start, count=count, unit=unit, times=times):
                interval = Interval.parse(count, unit)
                self.assertEqual(interval.add(day(start), times), day(expected))

    def test_the_calendar_ends_where_dates_end(self):
        for unit in ("day", "week", "month", "year"):
            with self.subTest(unit=unit):
                interval = Interval.parse(9999, unit)
                self.assertEqual(interval.add(day("9990-01-01"), 9999), date.max)
                self.assertEqual(interval.add(day("0010-01-01"), -9999), date.min)

    def test_synonyms_are_months(self):
        self.assertEqual(Interval.parse(1, "quarter"), Interval(3, Unit.MONTH))
        self.assertEqual(Interval.parse(3, "half_year"), Interval(18, Unit.MONTH))
        self.assertEqual(Interval(1, "week"), Interval(1, Unit.WEEK))

    def test_a_count_below_one_or_an_unknown_unit_is_refused(self):
        for count, unit in (
            (0, "month"),
            (-1, "day"),
            (1.5, "month"),
            (True, "month"),
            ("2", "quarter"),
            (1, "fortnight"),
            (1, None),
        ):
            for build in (Interval, Interval.parse):
                with self.subTest(count=count, unit=unit, build=build):
                    with self.assertRaises(InvalidInterval) as caught:
                        build(count, unit)
                    self.assertIn("unit", caught.exception.facts)

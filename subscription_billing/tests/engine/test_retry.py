from datetime import date
from unittest import TestCase

from ...engine.retry import next_try

DAYS = (0, 3, 7, 14)


class TestRetry(TestCase):
    """P1: the days of a retry plan, counted from the first try."""

    def test_p1_each_day_of_the_plan_from_the_first_one(self):
        first = date(2026, 1, 30)
        days = [next_try(first, DAYS, tried) for tried in range(5)]
        expected = ["2026-01-30", "2026-02-02", "2026-02-06", "2026-02-13"]
        self.assertEqual([*map(str, days)], [*expected, "None"])

    def test_p1_a_limit_cuts_the_plan(self):
        first = date(2026, 1, 1)
        for limit, tries in ((0, 4), (1, 1), (2, 2), (9, 4)):
            days = [next_try(first, DAYS, tried, limit) for tried in range(6)]
            self.assertEqual(sum(map(bool, days)), tries, limit)

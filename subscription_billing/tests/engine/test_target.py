from datetime import date, timedelta
from unittest import TestCase

from ...engine.target import earliest_debit, is_target_day, next_target_day

# Closing days of TARGET on weekdays, as the ECB lists them.
CLOSED = [
    "2026-01-01",
    "2026-04-03",
    "2026-04-06",
    "2026-05-01",
    "2026-12-25",
    "2027-01-01",
    "2027-03-26",
    "2027-03-29",
]


class TestTarget(TestCase):
    """The TARGET calendar, and the first day of a debit."""

    def test_closing_days_of_two_years(self):
        day, closed = date(2026, 1, 1), []
        while day.year < 2028:
            if day.weekday() < 5 and not is_target_day(day):
                closed.append(str(day))
            day += timedelta(days=1)
        self.assertEqual(closed, CLOSED)

    def test_moved_to_the_next_open_day(self):
        for due, moved in (
            ("2026-12-26", "2026-12-28"),
            ("2027-03-26", "2027-03-30"),
            ("2026-05-01", "2026-05-04"),
            ("2026-11-27", "2026-11-27"),
        ):
            self.assertEqual(str(next_target_day(date.fromisoformat(due))), moved)

    def test_made_on_a_friday_before_and_after_the_hour(self):
        for made, late, lead, first in (
            ("2026-11-27", False, 1, "2026-11-30"),
            ("2026-11-27", True, 1, "2026-12-01"),
            ("2026-11-28", False, 1, "2026-12-01"),
            ("2026-12-24", False, 1, "2026-12-28"),
            ("2026-12-24", True, 1, "2026-12-29"),
            ("2026-11-27", False, 2, "2026-12-01"),
            ("2026-11-27", False, 0, "2026-11-27"),
        ):
            day = earliest_debit(date.fromisoformat(made), late, lead)
            self.assertEqual(str(day), first, (made, late, lead))

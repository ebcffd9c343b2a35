from datetime import date
from decimal import Decimal
from unittest import TestCase

from ...engine.interest import half_year, interest
from ...engine.money import Rounding

CENT = Rounding.from_digits(2)
RATES = {
    date(2024, 1, 1): Decimal("3.62"),
    date(2024, 7, 1): Decimal("3.37"),
    date(2025, 1, 1): Decimal("2.27"),
    date(2025, 7, 1): Decimal("1.27"),
}


class TestInterest(TestCase):
    """§ 288 BGB: by days on what was open, at the rate of each half-year."""

    def reckon(self, balances, last, points=9, rates=None):
        balances = [(date.fromisoformat(day), Decimal(it)) for day, it in balances]
        found = interest(
            balances, date.fromisoformat(last), rates or RATES, Decimal(points)
        )
        return str(CENT.round(found.amount)), found.missing

    def test_two_rates(self):
        """1,000.00 due 15 June 2025, paid 20 July."""
        balances = [("2025-06-16", 1000), ("2025-07-21", 0)]
        self.assertEqual(self.reckon(balances, "2025-08-31"), ("10.26", ()))
        self.assertEqual(self.reckon(balances, "2025-08-31", 5), ("6.42", ()))

    def test_what_was_open_each_day(self):
        """9.26 + 6.92: 200.00 of 1,000.00 paid on 31 January."""
        balances = [("2025-01-02", 1000), ("2025-02-01", 800)]
        self.assertEqual(self.reckon(balances[:1], "2025-01-31")[0], "9.26")
        self.assertEqual(self.reckon(balances[1:], "2025-02-28")[0], "6.92")
        self.assertEqual(self.reckon(balances, "2025-02-28"), ("16.18", ()))

    def test_leap_years_have_366_days(self):
        self.assertEqual(self.reckon([("2024-01-01", 36600)], "2024-01-01")[0], "12.62")

    def test_a_missing_rate_is_no_interest_and_told(self):
        amount, missing = self.reckon([("2025-12-31", 1000)], "2026-01-31")
        self.assertEqual((amount, missing), ("0.28", (date(2026, 1, 1),)))
        _amount, missing = self.reckon([("2025-12-31", 0)], "2026-01-31")
        self.assertEqual(missing, ())

    def test_never_below_zero(self):
        rates = {date(2020, 1, 1): Decimal("-0.88")}
        self.assertEqual(
            self.reckon([("2020-01-01", 1000)], "2020-06-30", 0, rates)[0], "0.00"
        )

    def test_half_years(self):
        for day, start in (("2025-06-30", 1), ("2025-07-01", 7), ("2025-12-31", 7)):
            found = half_year(date.fromisoformat(day))
            self.assertEqual(found, date(2025, start, 1))

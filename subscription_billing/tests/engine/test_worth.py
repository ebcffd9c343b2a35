from datetime import date
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.interval import Interval
from ...engine.reduction import Reduction
from ...engine.worth import Fee, monthly_value, worth

MONTH = Interval(1, "month")


def percent(value, **vals):
    return Reduction("percent", "Percent", percent=Decimal(value), **vals)


def amount(value, **vals):
    return Reduction("amount", "Amount", amount=Decimal(value), **vals)


class TestWorth(BaseCase):
    def test_what_a_price_is_worth_per_month(self):
        for price, count, unit, expected in (
            ("100", 1, "month", "100"),
            ("600", 1, "year", "50"),
            ("300", 1, "quarter", "100"),
            ("300", 1, "half_year", "50"),
            ("2400", 2, "year", "100"),
            ("12", 1, "day", "365"),
            ("84", 1, "week", "365"),
            ("168", 2, "week", "365"),
            ("-600", 1, "year", "-50"),
        ):
            with self.subTest(price=price, unit=unit):
                value = monthly_value(Decimal(price), Interval.parse(count, unit))
                self.assertEqual(value, Decimal(expected))

    def test_what_fees_are_worth_less_what_is_taken_off_now(self):
        """Two fees of 30 and 50; the second one's period began on 10 January."""
        fees = (
            Fee("base", Decimal(30), date(2024, 1, 1)),
            Fee("extra", Decimal(50), date(2024, 1, 10)),
        )
        extra, later = frozenset({"extra"}), date(2024, 1, 5)
        for reductions, interval, expected in (
            ([], MONTH, 80),
            ([percent(10)], MONTH, 72),
            ([percent(10), percent(50)], MONTH, 36),
            ([percent(100)], MONTH, 0),
            ([percent(10, items=extra)], MONTH, 75),
            ([percent(10, start=later)], MONTH, 75),
            ([percent(10, stop=later)], MONTH, 77),
            ([percent(10, every=12)], MONTH, 80),
            ([percent(10, minimum=Decimal(80))], MONTH, 72),
            ([percent(10, minimum=Decimal("80.01"))], MONTH, 80),
            ([percent(10, minimum=Decimal(960))], Interval(1, "year"), 72),
            ([amount(20)], MONTH, 60),
            ([amount(20)], Interval(3, "month"), 80 - Fraction(20, 3)),
            ([amount(100)], MONTH, 0),
            ([amount(60, items=extra)], MONTH, 30),
            ([amount(20), percent(50)], MONTH, 30),
            ([percent(50, items=extra), amount(11)], MONTH, 44),
            ([amount(120, interval=Interval(1, "year"))], MONTH, 70),
        ):
            with self.subTest(reductions=reductions, interval=interval):
                found = worth(fees, reductions, interval)
                self.assertAlmostEqual(Fraction(found), Fraction(expected), 20)

    def test_nothing_is_worth_nothing(self):
        self.assertEqual(worth((), [amount(20), percent(10)], MONTH), 0)

from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.credit import capped_credit, monthly_value
from ...engine.interval import Interval
from .pricing import number


class TestCredit(BaseCase):
    def test_credits_never_exceed_what_was_paid(self):
        for potential, paid, previous, expected in (
            ("100", "200", "50", "100"),
            ("100", "200", "100", "100"),
            ("100", "200", "180", "20"),
            ("100", "200", "200", "0"),
            ("100", "200", "250", "0"),
            ("-50", "200", "50", "0"),
            ("100", "0", "0", "0"),
        ):
            with self.subTest(potential=potential, previous=previous):
                potential_, paid_, previous_ = number((potential, paid, previous))
                found = capped_credit(potential_, paid_ - previous_)
                self.assertEqual(found, Decimal(expected))

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

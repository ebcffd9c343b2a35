from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.adjustment import Adjustment
from ...engine.errors import InvalidAmount
from ...engine.money import EXACT


def adjust(price, percent="0", amount="0", step=None):
    step = step and Decimal(step)
    return Adjustment(Decimal(percent), Decimal(amount), step).apply(Decimal(price))


class TestAdjustment(BaseCase):
    """C6: the price a dated change leads to."""

    def test_new_prices(self):
        for price, percent, amount, step, expected in (
            ("30", "10", "0", None, "33"),
            ("30", "-10", "0", None, "27"),
            ("30", "0", "-2.5", None, "27.5"),
            ("29.99", "5", "0", None, "31.4895"),
            ("29.99", "5", "0", "0.01", "31.49"),
            ("29.99", "5", "0", "0.05", "31.50"),
            ("29.99", "5", "0", "1", "31"),
            ("29.50", "0", "1", "1", "31"),  # half up
            ("10", "-100", "0", "0.01", "0"),
            ("10", "0", "-12", "0.01", "-2"),
            ("10", "1000", "0", None, "110"),
        ):
            with self.subTest(price=price, percent=percent, amount=amount, step=step):
                self.assertEqual(
                    adjust(price, percent, amount, step), Decimal(expected)
                )

    def test_a_step_never_swallows_a_small_price(self):
        for price, percent, step, expected in (
            ("0.008", "5", "0.01", "0.0084"),
            ("0.001", "-20", "0.01", "0.0008"),
            ("5", "5", "1", "5.25"),
            ("9.5", "5", "1", "9.975"),
            ("9.6", "5", "1", "10"),
        ):
            with self.subTest(price=price, step=step):
                self.assertEqual(adjust(price, percent, "0", step), Decimal(expected))

    def test_back_and_forth_is_where_it_was(self):
        back = adjust(adjust("19.9", amount="2.1"), amount="-2.1")
        self.assertEqual(back, Decimal("19.9"))

    def test_every_digit_counts_before_rounding(self):
        expected = EXACT.add(Decimal("1e30"), Decimal("0.000001"))
        self.assertEqual(adjust("1e30", amount="0.000001"), expected)

    def test_wrong_input(self):
        for vals in (
            {"percent": "NaN"},
            {"amount": "Infinity"},
            {"step": "0"},
            {"step": "-0.01"},
            {"step": "NaN"},
        ):
            with self.subTest(vals), self.assertRaises(InvalidAmount):
                adjust("10", **vals)
        with self.assertRaises(InvalidAmount):
            adjust("NaN")

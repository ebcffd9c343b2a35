from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.errors import InvalidAmount
from ...engine.money import (
    Rounding,
    check_amount,
    check_count,
    check_finite,
    check_quantity,
    exact_sum,
    scaled,
    to_decimal,
)
from .common import CENTS


class TestMoney(BaseCase):
    def test_m1_floats_become_the_decimal_they_show(self):
        for value, expected in (
            (0.1, "0.1"),
            (1.005, "1.005"),
            (12, "12"),
            ("-0.0137", "-0.0137"),
            (Decimal("7.50"), "7.50"),
            (1e-7, "1E-7"),
        ):
            with self.subTest(value=value):
                self.assertEqual(to_decimal(value), Decimal(expected))

    def test_m1_what_is_no_finite_number_is_refused(self):
        for value in ("ten", "", None, "NaN", float("inf"), Decimal("-Infinity")):
            with self.subTest(value=value), self.assertRaises(InvalidAmount) as caught:
                to_decimal(value)
            self.assertIn("value", caught.exception.facts)

    def test_m1_rounding_is_half_up_to_a_step_away_from_zero(self):
        for step, amount, expected in (
            ("0.01", "224.955", "224.96"),
            ("0.01", "-224.955", "-224.96"),
            ("0.01", "0.004999999999999999999999999999999999", "0.00"),
            ("0.01", "0.005", "0.01"),
            ("0.05", "1.024", "1.00"),
            ("0.05", "1.025", "1.05"),
            ("1", "99.5", "100"),
            ("1", "-99.49", "-99"),
            ("100", "149.99", "100"),
            ("0.001", "2.0005", "2.001"),
        ):
            with self.subTest(step=step, amount=amount):
                rounded = Rounding(Decimal(step)).round(Decimal(amount))
                self.assertEqual(rounded, Decimal(expected))

    def test_m1_fractions_are_rounded_without_a_detour(self):
        self.assertEqual(CENTS.round(Fraction(1, 3)), Decimal("0.33"))
        self.assertEqual(CENTS.round(Fraction(-1, 200)), Decimal("-0.01"))
        self.assertEqual(str(CENTS.round(Fraction(-1, 300))), "0.00")
        self.assertEqual(CENTS.round(3), Decimal(3))

    def test_m1_no_digit_is_lost_in_large_numbers(self):
        """Python's own decimals keep 28 digits."""
        huge = to_decimal("1" + "0" * 300 + ".005")
        self.assertEqual(str(CENTS.round(huge)), "1" + "0" * 300 + ".01")
        self.assertEqual(CENTS.round(to_decimal(1e300)), Decimal("1e300"))
        parts = [to_decimal("1e40"), to_decimal("0.01")]
        self.assertEqual(str(exact_sum(parts)), "1" + "0" * 40 + ".01")

    def test_m1_a_share_is_a_decimal_of_60_digits(self):
        for amount, share, expected in (
            ("99.90", Fraction(1, 2), "49.95"),
            ("-10", Fraction(1, 8), "-1.25"),
            ("1", Fraction(2, 3), "0." + "6" * 59 + "7"),
            ("0", Fraction(1, 3), "0"),
        ):
            with self.subTest(amount=amount, share=share):
                found = scaled(Decimal(amount), share)
                self.assertEqual(str(found), expected)

    def test_m1_numbers_are_checked_before_they_count(self):
        bad = ("NaN", "sNaN", "Infinity", "-Infinity")
        for check in (check_finite, check_amount, check_quantity):
            for value in bad:
                with self.subTest(check=check, value=value):
                    self.assertRaises(InvalidAmount, check, Decimal(value))
        for check, value in (
            (check_finite, 1.5),
            (check_amount, Decimal("-0.01")),
            (check_count, -1),
            (check_count, True),
            (check_count, 1.0),
        ):
            with self.subTest(check=check, value=value):
                self.assertRaises(InvalidAmount, check, value)
        self.assertEqual(check_quantity(Decimal("-0.01")), 0)

    def test_m1_a_step_must_be_a_positive_number(self):
        for step in (Decimal(0), Decimal("-0.01"), Decimal("NaN"), 0.01):
            with self.subTest(step=step), self.assertRaises(InvalidAmount):
                Rounding(step)

    def test_m1_digits_are_steps(self):
        steps = [Rounding.from_digits(digits).step for digits in (0, 2, 3)]
        self.assertEqual(steps, [Decimal(1), Decimal("0.01"), Decimal("0.001")])

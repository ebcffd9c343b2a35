from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.credit import (
    Document,
    capped_credit,
    monthly_total,
    monthly_value,
    note_totals,
    split_refund,
    true_up,
)
from ...engine.errors import InvalidAmount
from ...engine.interval import Interval
from ...engine.money import Rounding
from .common import CENTS
from .pricing import number


class TestCredit(BaseCase):
    def test_m1_a_document_adds_two_rounded_amounts(self):
        for net, percent, rounding, expected in (
            ("193.333", "25", CENTS, "193.33 48.33"),
            ("25.7057", "23.33", CENTS, "25.71 6.00"),
            ("0.05", "10", CENTS, "0.05 0.01"),
            ("-0.05", "10", CENTS, "-0.05 -0.01"),
            ("10", "0", CENTS, "10.00 0.00"),
            ("1023.5", "10", Rounding(Decimal(1)), "1024 102"),
        ):
            with self.subTest(net=net):
                found = Document.of(Decimal(net), Decimal(percent), rounding)
                self.assertEqual(f"{found.net} {found.tax}", expected)
                self.assertEqual(found.total, sum(map(Decimal, expected.split())))
        with self.assertRaises(InvalidAmount):
            Document.of(Decimal(1), Decimal(-1), CENTS)

    def test_the_last_credit_note_absorbs_the_cent(self):
        for nets, percent, expected in (
            ("85 57.5 68.33 68.33", "20", "102 69 82 81.99"),
            ("0.12 0.12 0.12", "20", "0.14 0.14 0.15"),
            ("0.13 0.13 0.13", "20", "0.16 0.16 0.15"),
            ("10", "19", "11.9"),
            ("", "19", ""),
            # Each rounds up by nearly half a cent: nothing is left for the last.
            ("0.03 0.03 0.03 0.03 0.03", "20", "0.04 0.04 0.04 0.04 0.02"),
        ):
            with self.subTest(nets=nets):
                nets = number(nets.split())
                found = note_totals(nets, Decimal(percent), CENTS)
                self.assertEqual(found, number(expected.split()))

    def test_no_note_gives_back_more_than_is_left(self):
        """Not in the middle either: a negative line lowers what there is."""
        found = note_totals(number(("10", "10", "-15")), Decimal(0), CENTS)
        self.assertEqual(found, number(("5", "0", "0")))

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
                arguments = number((potential, paid, previous))
                self.assertEqual(capped_credit(*arguments), Decimal(expected))

    def test_money_goes_back_as_far_as_it_was_paid(self):
        for paid, share, expected, balance in (
            ("74.40", "1/2", "19.20", "0"),
            ("60", "1/2", "12", "7.20"),
            ("36", "1/2", "0", "19.20"),
            ("9.30", "1/2", "0", "19.20"),
            ("0", "1/2", "0", "19.20"),
            ("60", "1/3", "2", "17.20"),
            ("60.01", "1/3", "2", "17.20"),
            ("25", "1", "7", "12.20"),
        ):
            with self.subTest(paid=paid, share=share):
                creditable, paid, used = number(("19.20", paid, "18.00"))
                found = split_refund(creditable, paid, Fraction(share), used, CENTS)
                self.assertEqual(found.refund, Decimal(expected))
                self.assertEqual(found.balance, Decimal(balance))

    def test_true_up(self):
        for minimum, used, expected in (("10", "7", "3"), ("10", "12", "0")):
            self.assertEqual(true_up(*number((minimum, used))), Decimal(expected))

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
        month, year = Interval(1, "month"), Interval(1, "year")
        rows = [(*number((100, 100)), month), (*number((50, 600)), year)]
        self.assertEqual(monthly_total(rows), 12500)
        self.assertEqual(monthly_total([]), 0)

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.errors import InvalidAmount, InvalidPrice
from ...engine.tier import Tier
from ...engine.tiers import (
    DiscountScale,
    Graduated,
    GraduatedPercentage,
    Stairstep,
    Volume,
)
from .pricing import as_slices, number, percents, tiers

# Up to 10 for 5 each and 2 once, up to 20 for 3 each, beyond for 1 each and 4 once.
ROWS = tiers((10, 5, 2), (20, 3, 0), (None, 1, 4))
PERCENTS = percents((100, 5, 2), (200, 3), (None, 1, 4))


def amounts(price, *quantities):
    found = [price.rate(Decimal(each)).amount for each in quantities]
    return " ".join(f"{amount.normalize():f}" for amount in found)


class TestTiers(BaseCase):
    """M6: one inclusive upper bound per tier."""

    def test_m6_each_bound_belongs_to_the_tier_below(self):
        quantities = ("0", "9.999", "10", "10.001", "20", "20.5", "30", "-7")
        scale = DiscountScale(Decimal(10), PERCENTS)
        for price, expected in (
            (Graduated(ROWS), "2 51.995 52 52.003 82 86.5 96 2"),
            (Volume(ROWS), "2 51.995 52 30.003 60 24.5 34 2"),
            (Stairstep(ROWS), "2 2 2 0 0 4 4 2"),
            (scale, "0 94.9905 95 95.0095 190 194.75 285 0"),
        ):
            with self.subTest(price=type(price).__name__):
                self.assertEqual(amounts(price, *quantities), expected)

    def test_m6_percents_of_parts_of_an_amount(self):
        price = GraduatedPercentage(PERCENTS)
        found = amounts(price, "0", "100", "100.01", "200", "200.01", "300", "-1")
        self.assertEqual(found, "2 7 7.0003 10 14.0001 15 2")

    def test_m6_slices_are_the_arithmetic(self):
        packed = tiers((10, 5, 2), package_size=Decimal(3)) + tiers((None, 1, 0))
        capped = tiers((10, 5, 2), (None, 1, 0), amount_maximum=Decimal(20))
        scale = DiscountScale(Decimal(2), PERCENTS)
        for price, quantity, expected in (
            (Graduated(ROWS), "0", "flat 1 2 2"),
            (Graduated(ROWS), "4", "unit 4 5 20, flat 1 2 2"),
            (Graduated(ROWS), "12", "unit 10 5 50, flat 1 2 2, unit 2 3 6"),
            (Graduated(tiers((None, 0, 7))), "12", "flat 1 7 7"),
            (Graduated(tiers((None, 0, 0))), "12", "unit 12 0 0"),
            (Graduated(tiers((None, 3, 0))), "0", "unit 0 3 0"),
            (Graduated(packed), "12", "package 4 5 20, flat 1 2 2, unit 2 1 2"),
            (
                Graduated(capped),
                "15",
                "unit 10 5 50, flat 1 2 2, maximum 1 -32 -32, unit 5 1 5",
            ),
            (Volume(capped), "3", "unit 3 5 15, flat 1 2 2"),
            (Volume(capped), "30", "unit 30 1 30, maximum 1 -10 -10"),
            (Stairstep(ROWS), "15", "flat 1 0 0"),
            (Stairstep(ROWS), "25", "flat 1 4 4"),
            (scale, "50", "unit 50 2 100, discount 100 5 -5.00"),
            (DiscountScale(Decimal(2), percents((None, 0))), "5", "unit 5 2 10"),
            (
                GraduatedPercentage(PERCENTS),
                "150",
                "percent 100 5 5.00, flat 1 2 2, percent 50 3 1.50",
            ),
        ):
            with self.subTest(price=type(price).__name__, quantity=quantity):
                found = as_slices(price.rate(Decimal(quantity)))
                text = ", ".join(" ".join(map(str, each)) for each in found)
                self.assertEqual(text, expected)

    def test_m6_the_last_tier_holds_beyond_its_bound(self):
        closed, open_ = tiers((10, 5), (20, 3)), tiers((10, 5), (None, 3))
        for model in (Graduated, Volume, Stairstep):
            for quantity in ("20", "20.1", "5000"):
                with self.subTest(model=model, quantity=quantity):
                    found = amounts(model(closed), quantity)
                    self.assertEqual(found, amounts(model(open_), quantity))

    def test_m6_a_package_counts_inside_of_its_tier(self):
        """What is left of a package in one tier is none of the next tier's."""
        rows = tiers((10, 5), (None, 2), package_size=Decimal(4))
        found = amounts(Graduated(rows), "0", "4", "4.1", "10", "10.1", "14", "15")
        self.assertEqual(found, "0 5 10 15 17 17 19")
        found = amounts(Volume(rows), "10", "10.1", "12", "13")
        self.assertEqual(found, "15 6 6 8")

    def test_m6_a_cap_holds_for_units_and_flat_amount_of_its_tier(self):
        low, high = percents((100, 10, 5), (None, 10))
        low, high = (replace(tier, amount_maximum=Decimal(8)) for tier in (low, high))
        price = GraduatedPercentage((low, high))
        found = amounts(price, "20", "50", "100", "150", "500")
        self.assertEqual(found, "7 8 8 13 16")

    def test_a_shorter_period_has_a_share_of_flat_amounts_and_the_same_bounds(self):
        third = Fraction(1, 3)
        for model in (Graduated, Volume, Stairstep, GraduatedPercentage):
            with self.subTest(model=model):
                shorter = model(tiers((10, 5, 6), (None, 3, 9))).for_share(third)
                self.assertEqual(shorter, model(tiers((10, 5, 2), (None, 3, 3))))
                for quantity in number(("8", "12")):
                    self.assertEqual(
                        shorter.rate(quantity),
                        model(tiers((10, 5, 2), (None, 3, 3))).rate(quantity),
                    )
        scale = DiscountScale(Decimal(5), PERCENTS)
        self.assertEqual(scale.for_share(third), scale)

    def test_no_digit_is_lost(self):
        """1e300 units and a millionth: every slice keeps its digits."""
        quantity = Decimal("1" + "0" * 300 + ".000001")
        for price in (Graduated(ROWS), GraduatedPercentage(PERCENTS)):
            priced = price.rate(quantity)
            exact = sum(Fraction(each.amount) for each in priced.slices)
            self.assertEqual(Fraction(priced.amount), exact)
        amount = Graduated(ROWS).rate(quantity).amount
        expected = Fraction(quantity) - 20 + 4 + 82
        self.assertEqual(Fraction(amount), expected)

    def test_tiers_that_contradict_each_other_are_refused(self):
        for rows, facts in (
            ((), {}),
            (((10, 1), (10, 1)), {"number": 2, "bound": Decimal(10)}),
            (((10, 1), (20, 1), (5, 1)), {"number": 3, "bound": Decimal(5)}),
            (((10, 1), (9, 1), (None, 1)), {"number": 2, "bound": Decimal(9)}),
            (((None, 1), (10, 1)), {"number": 1}),
            (((5, 1), (None, 1), (None, 1)), {"number": 2}),
        ):
            for model in (Graduated, GraduatedPercentage, Volume, Stairstep):
                with self.subTest(model=model, rows=rows):
                    with self.assertRaises(InvalidPrice) as caught:
                        model(tiers(*rows))
                    self.assertEqual(caught.exception.facts, facts)
            with self.subTest(rows=rows), self.assertRaises(InvalidPrice):
                DiscountScale(Decimal(1), tiers(*rows))

    def test_numbers_that_are_none_are_refused(self):
        for name in (
            "up_to",
            "price_unit",
            "amount_flat",
            "percent",
            "package_size",
            "amount_maximum",
        ):
            for value in ("-0.01", "NaN", "Infinity"):
                with self.subTest(name), self.assertRaises(InvalidAmount):
                    Tier(**{name: Decimal(value)})
        with self.assertRaises(InvalidPrice):
            Tier(package_size=Decimal(0))
        with self.assertRaises(InvalidAmount):
            DiscountScale(Decimal(-1), PERCENTS)
        with self.assertRaises(InvalidPrice):
            DiscountScale(Decimal(1), percents((None, "100.1")))
        for price in (Graduated(ROWS), Volume(ROWS), Stairstep(ROWS)):
            with self.subTest(price=price), self.assertRaises(InvalidAmount):
                price.rate(Decimal("NaN"))

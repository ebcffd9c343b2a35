from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.bucketed import Bucketed
from ...engine.errors import InvalidAmount, InvalidPrice
from ...engine.limits import Limited
from ...engine.percentage import Percentage
from ...engine.price import Basis, Flat, Package, PerUnit
from ...engine.tiers import Graduated
from .pricing import as_slices, number, tiers

TWO = PerUnit(Decimal(2))


def limited(price, free="0", **options):
    nth = options.pop("nth_free", 0)
    options = {name: Decimal(value) for name, value in options.items()}
    return Limited(price, Decimal(free), nth_free=nth, **options)


class TestLimited(BaseCase):
    """M6: free quantity, minimum (true-up) and maximum on top of any price."""

    def test_m6_amounts(self):
        fee = Percentage(Decimal(10), Decimal(1))
        for price, parts, expected in (
            (limited(TWO), "10", "20"),
            (limited(TWO, "4"), "10", "12"),
            (limited(TWO, "4"), "3", "0"),
            (limited(TWO, "4"), "-3", "0"),
            (limited(TWO, nth_free=3), "10", "14"),
            (limited(TWO, nth_free=3), "2.9", "5.8"),
            (limited(TWO, nth_free=1), "5", "0"),
            (limited(TWO, "1", nth_free=3), "10", "12"),
            (limited(TWO, minimum="30"), "10", "30"),
            (limited(TWO, minimum="30"), "0", "30"),
            (limited(TWO, minimum="30"), "15", "30"),
            (limited(TWO, maximum="15"), "10", "15"),
            (limited(TWO, maximum="0"), "10", "0"),
            (limited(TWO, "4", minimum="5", maximum="6"), "10", "6"),
            (limited(TWO, "9", minimum="5", maximum="6"), "10", "5"),
            # Free units come off before packages are counted.
            (limited(Package(Decimal(10), Decimal(3)), "5"), "25", "6"),
            (limited(Graduated(tiers((10, 5, 2), (None, 1))), "10"), "10", "2"),
            (limited(Bucketed(TWO), "12"), "5 5 5", "6"),
            (limited(Bucketed(Flat(Decimal(4))), "12"), "5 5 5", "12"),
            (limited(Bucketed(TWO), nth_free=4), "3 3 3", "14"),
            (limited(Bucketed(TWO), nth_free=4), "3.9 0.2 1", "8.2"),
            (limited(Bucketed(TWO), "2"), "-5 3", "2"),
            (limited(Bucketed(TWO)), "", "0"),
            (limited(fee), "10 20 30", "9"),
            (limited(fee, "10"), "10 20 30", "7"),
            (limited(fee, "15"), "10 20 30", "6.5"),
            (limited(fee, "15"), "10 -7 20 30", "6.5"),
            (limited(fee, "60"), "10 20 30", "0"),
            (limited(fee, nth_free=2), "10 20 30", "6"),
            (limited(fee, "10", nth_free=2), "10 20 30", "3"),
            (limited(fee, minimum="2"), "", "2"),
        ):
            with self.subTest(price=price, parts=parts):
                parts = number(parts.split())
                priced = price.rate(sum(parts), parts)
                self.assertEqual(priced.amount, Decimal(expected))

    def test_m6_slices_name_what_was_given_and_what_was_lacking(self):
        for price, quantity, expected in (
            (limited(TWO, "4"), "10", "free 4 0, unit 6 12"),
            (limited(TWO, "4"), "3", "free 3 0, unit 0 0"),
            (limited(TWO, "4", nth_free=2), "10", "free 7 0, unit 3 6"),
            (limited(TWO, minimum="30"), "10", "unit 10 20, minimum 1 10"),
            (limited(TWO, maximum="15"), "10", "unit 10 20, maximum 1 -5"),
            (limited(TWO, minimum="15", maximum="25"), "10", "unit 10 20"),
        ):
            with self.subTest(price=price, quantity=quantity):
                found = as_slices(price.rate(Decimal(quantity)))
                text = ", ".join(f"{kind} {n} {sum_}" for kind, n, _, sum_ in found)
                self.assertEqual(text, expected)

    def test_a_shorter_period_has_a_share_of_all_that_is_fixed(self):
        price = limited(
            Graduated(tiers((10, 5, 8), (None, 1))),
            "40",
            minimum="100",
            maximum="300",
            nth_free=5,
        )
        quarter = price.for_share(Fraction(1, 4))
        inner = Graduated(tiers((10, 5, 2), (None, 1)))
        expected = limited(inner, "10", minimum="25", maximum="75", nth_free=5)
        self.assertEqual(quarter, expected)
        self.assertIs(price.for_share(Fraction(1)), price)
        third = limited(TWO, "1").for_share(Fraction(1, 3))
        self.assertEqual(str(third.free_quantity), "0." + "3" * 60)

    def test_variants_for_late_and_interim_usage(self):
        price = limited(TWO, "4", minimum="30", nth_free=3)
        for changed, expected in (
            (price.without_free(), replace(price, free_quantity=Decimal(0))),
            (price.without_minimum(), replace(price, minimum=None)),
            (price.with_free(Decimal(6)), replace(price, free_quantity=Decimal(10))),
        ):
            self.assertEqual(changed, expected)
        fee = Percentage(Decimal(3), free_events=2, free_amount=Decimal(5))
        for inner in (fee, Limited(fee, Decimal(9))):
            bare = Limited(inner, Decimal(4)).without_free()
            self.assertEqual(bare.rate(Decimal(100)).amount, 3)

    def test_the_parts_are_those_of_the_price_inside(self):
        for price in (TWO, Bucketed(TWO), Percentage(Decimal(1))):
            self.assertIs(Limited(Limited(price)).basis, price.basis)
        self.assertIs(limited(TWO).basis, Basis.QUANTITY)
        # A price of a quantity does not look at parts.
        self.assertEqual(limited(TWO).rate(Decimal(5), number((1, 2))).amount, 10)

    def test_wrong_input(self):
        for options in (
            {"free": "-1"},
            {"free": "NaN"},
            {"minimum": "-1"},
            {"maximum": "Infinity"},
            {"nth_free": -1},
            {"nth_free": Decimal(2)},
        ):
            with self.subTest(options), self.assertRaises(InvalidAmount):
                limited(TWO, **options)
        with self.assertRaises(InvalidPrice):
            limited(TWO, minimum="3", maximum="2")
        with self.assertRaises(InvalidAmount):
            limited(TWO).with_free(Decimal(-1))
        for price in (TWO, Bucketed(TWO), Percentage(Decimal(1))):
            with self.subTest(price=price), self.assertRaises(InvalidAmount):
                limited(price, "5").rate(Decimal("NaN"))


class TestBucketed(BaseCase):
    """M6: each time bucket priced alone."""

    def test_m6_each_bucket_has_its_own_tiers(self):
        price = Bucketed(Graduated(tiers((10, 5, 2), (None, 1))))
        for parts, expected in (
            ((), "0"),
            ((0,), "2"),
            ((9, 15), "104"),
            ((24,), "66"),
            ((-3, 1), "9"),
        ):
            with self.subTest(parts=parts):
                priced = price.rate(Decimal(0), number(parts))
                self.assertEqual(priced.amount, Decimal(expected))
        self.assertEqual(price.rate(Decimal(24)).amount, 66)

    def test_equal_steps_are_one_slice(self):
        price = Bucketed(Limited(Graduated(tiers((10, 5, 2), (None, 1))), Decimal(1)))
        self.assertEqual(
            as_slices(price.rate(Decimal(0), number((4, 13, 6)))),
            [
                ("free", "3", "0", Decimal(0)),
                ("unit", "18", "5", Decimal(90)),
                ("flat", "3", "2", Decimal(6)),
                ("unit", "2", "1", Decimal(2)),
            ],
        )

    def test_a_bucket_has_no_parts_of_its_own_and_no_shorter_period(self):
        price = Bucketed(Flat(Decimal(4)))
        self.assertEqual(price.for_share(Fraction(1, 2)), price)
        for inner in (price, Percentage(Decimal(1)), Limited(price)):
            with self.subTest(inner=inner), self.assertRaises(InvalidPrice):
                Bucketed(inner)

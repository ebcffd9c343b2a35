from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.errors import InvalidAmount, InvalidPrice
from ...engine.price import Flat, Package, PerUnit, packages
from ...engine.pricelist import PriceList
from .pricing import as_slices, number

NAN, INFINITY = Decimal("NaN"), Decimal("Infinity")


class TestPrice(BaseCase):
    def test_m6_a_flat_price_ignores_the_quantity(self):
        for quantity in ("0", "1", "7.5", "-3"):
            with self.subTest(quantity=quantity):
                priced = Flat(Decimal("49.90")).rate(Decimal(quantity))
                self.assertEqual(priced.amount, Decimal("49.90"))
                self.assertEqual(priced.slices[0].quantity, 1)
                self.assertEqual(priced.slices[0].kind, "flat")

    def test_m6_a_unit_price_is_not_rounded(self):
        for price, quantity, expected in (
            ("0.0137", "250", "3.425"),
            ("12.50", "3", "37.50"),
            ("0.005", "1", "0.005"),
            ("9.90", "0", "0"),
            ("10", "2.5", "25"),
            ("10", "-2.5", "0"),
            ("-10", "2", "-20"),
        ):
            with self.subTest(price=price, quantity=quantity):
                priced = PerUnit(Decimal(price)).rate(Decimal(quantity))
                self.assertEqual(priced.amount, Decimal(expected))

    def test_m6_slices_are_the_arithmetic(self):
        for price in (Flat(Decimal("49.90")), PerUnit(Decimal("0.0137"))):
            with self.subTest(price=price):
                priced = price.rate(Decimal(250))
                products = [each.quantity * each.price_unit for each in priced.slices]
                self.assertEqual(products, [each.amount for each in priced.slices])
                self.assertEqual(sum(products), priced.amount)

    def test_m6_a_package_is_paid_when_it_is_started(self):
        for quantity, up, down in (
            ("0", "0", "0"),
            ("0.001", "1", "0"),
            ("99.999", "1", "0"),
            ("100", "1", "1"),
            ("100.5", "2", "1"),
            ("250", "3", "2"),
            ("-250", "0", "0"),
        ):
            for round_down, expected in ((False, up), (True, down)):
                with self.subTest(quantity=quantity, round_down=round_down):
                    price = Package(Decimal(100), Decimal(5), round_down)
                    priced = price.rate(Decimal(quantity))
                    self.assertEqual(
                        as_slices(priced), [("package", expected, "5", priced.amount)]
                    )

    def test_m6_a_step_of_a_pricelist_begins_at_its_quantity(self):
        price = PriceList(number(((1, 5), (10, 4), ("10.5", 3))))
        for quantity, price_unit in (
            ("0", "5"),
            ("0.5", "5"),
            ("9.99", "5"),
            ("10", "4"),
            ("10.499", "4"),
            ("10.5", "3"),
            ("1000", "3"),
            ("-5", "5"),
        ):
            with self.subTest(quantity=quantity):
                priced = price.rate(Decimal(quantity))
                self.assertEqual(priced.slices[0].price_unit, Decimal(price_unit))
                units = max(Decimal(quantity), 0)
                self.assertEqual(priced.amount, units * Decimal(price_unit))

    def test_a_shorter_period_changes_what_is_fixed_alone(self):
        half = Fraction(1, 2)
        self.assertEqual(Flat(Decimal("9.99")).for_share(half), Flat(Decimal("4.995")))
        for price in (
            PerUnit(Decimal(3)),
            Package(Decimal(10), Decimal(3)),
            PriceList(number(((1, 5),))),
        ):
            self.assertEqual(price.for_share(half), price)

    def test_no_digit_is_lost(self):
        """M1: Python's own decimals keep 28 digits."""
        for quantity, price_unit in (
            ("1e300", "1.00000001"),
            ("1e-300", "0.00000001"),
            ("98765432109876.87654321", "123456789.12345678"),
        ):
            with self.subTest(quantity=quantity):
                priced = PerUnit(Decimal(price_unit)).rate(Decimal(quantity))
                exact = Fraction(quantity) * Fraction(price_unit)
                self.assertEqual(Fraction(priced.amount), exact)
        count = packages(Decimal("1e300"), Decimal("0.3"))
        self.assertEqual(int(count), 10**301 // 3 + 1)

    def test_what_is_no_number_has_no_price(self):
        steps = number(((1, 5),))
        for price in (
            PerUnit(Decimal(1)),
            Package(Decimal(1), Decimal(1)),
            PriceList(steps),
        ):
            for quantity in (NAN, INFINITY, -INFINITY):
                with self.subTest(price=price), self.assertRaises(InvalidAmount):
                    price.rate(quantity)

    def test_a_price_that_is_no_number_is_refused(self):
        one = Decimal(1)
        for build, arguments, error in (
            (Flat, (NAN,), InvalidAmount),
            (Flat, (1.5,), InvalidAmount),
            (PerUnit, (INFINITY,), InvalidAmount),
            (Package, (Decimal(0), one), InvalidPrice),
            (Package, (-one, one), InvalidAmount),
            (Package, (one, -one), InvalidAmount),
            (Package, (NAN, one), InvalidAmount),
            (PriceList, ((),), InvalidPrice),
            (PriceList, (number(((5, 1), (5, 2))),), InvalidPrice),
            (PriceList, (number(((5, 1), (4, 2))),), InvalidPrice),
            (PriceList, (((one, NAN),),), InvalidAmount),
            (PriceList, (((-one, one),),), InvalidAmount),
        ):
            with self.subTest(arguments=arguments), self.assertRaises(error):
                build(*arguments)

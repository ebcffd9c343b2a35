from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.price import Flat, PerUnit


class TestPrice(BaseCase):
    def test_m6_a_flat_price_ignores_the_quantity(self):
        for quantity in ("0", "1", "7.5"):
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

from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.charge import ChargeKind, DueCharge, UsageFacts
from ...engine.limits import Limited
from ...engine.money import ZERO, Rounding
from ...engine.owed import less_billed, not_below, price_of
from ...engine.price import PerUnit, PricedAmount, Slice
from ...engine.quota import Allowance
from .common import span

JANUARY = span("2024-01-01", "2024-02-01")
CENT = Rounding(Decimal("0.01"))


def due(amount=ZERO):
    return DueCharge(
        item_key="api",
        kind=ChargeKind.USAGE,
        period=JANUARY,
        whole=JANUARY,
        billing_period=JANUARY,
        due=JANUARY.stop,
        amount=amount,
        priced=PricedAmount(amount),
        fraction=Fraction(1),
        quantity=ZERO,
    )


class TestOwed(BaseCase):
    def test_a_share_cuts_the_minimum_and_not_what_is_free(self):
        price = Limited(PerUnit(Decimal(1)), Decimal(100), minimum=Decimal(8))
        for share, granted, carried, is_final, free, minimum in (
            (Fraction(1), 100, 0, True, 100, 8),
            (Fraction(1, 2), 50, 0, True, 50, 4),
            (Fraction(1, 2), 60, 30, True, 90, 4),
            (Fraction(1, 2), 60, 30, False, 90, None),
        ):
            with self.subTest(share=share, granted=granted, carried=carried):
                allowance = Allowance(Fraction(granted))
                found = price_of(price, share, allowance, Decimal(carried), is_final)
                self.assertEqual((found.free_quantity, found.minimum), (free, minimum))

    def test_a_charge_is_what_is_owed_less_what_was_billed(self):
        """X2: each is rounded, so that all charges come to the rounded whole."""
        facts = UsageFacts(JANUARY, 3, None, None, Decimal(7), Decimal(8))
        slices = (Slice(Decimal(8), Decimal("1.3"), Decimal("10.406"), "unit"),)
        priced = PricedAmount(Decimal("10.406"), slices)
        first = less_billed(due(), priced, facts, ZERO, CENT)
        self.assertEqual((first.amount, first.priced), (Decimal("10.41"), priced))
        then = less_billed(due(), priced, facts, Decimal("4.33"), CENT)
        self.assertEqual(then.amount, Decimal("6.08"))
        self.assertEqual(then.priced.amount, Decimal("6.076"))
        self.assertEqual([it.kind for it in then.priced.slices], ["unit", "billed"])
        self.assertEqual((then.quantity, then.usage), (Decimal(8), facts))

    def test_usage_gives_back_at_most_what_was_paid_for_it(self):
        for amount, paid, expected in (
            ("-5", "9", "-5"),
            ("-9", "5", "-5"),
            ("-9", "-2", "0"),
            ("4", "0", "4"),
        ):
            with self.subTest(amount=amount, paid=paid):
                found = not_below(due(Decimal(amount)), Decimal(paid), "Not paid")
                self.assertEqual(found.amount, Decimal(expected))
                self.assertEqual(found.priced.amount, Decimal(expected))
                is_held = found.amount != Decimal(amount)
                self.assertEqual(
                    found.amount_list, Decimal(amount) if is_held else None
                )

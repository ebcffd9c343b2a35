"""Rules of prices that hold for every price and quantity, tried on many of them."""

import unittest
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.bucketed import Bucketed
from ...engine.limits import Limited
from ...engine.price import Basis
from ...engine.reducing import reduce
from ...engine.reduction import Reduction
from ...engine.tier import Tier
from ...engine.tiers import Graduated, Volume
from . import strategies
from .common import CENTS, span
from .strategies import check, st
from .strategies_usage import (
    decimals,
    limited,
    money,
    parts,
    plain_prices,
    prices,
    quantities,
    tiers,
)
from .test_reduction import due

MAY = span("2024-05-01", "2024-06-01")


def exact_sum(amounts):
    return sum(map(Fraction, amounts), Fraction(0))


@unittest.skipUnless(strategies.HAS_HYPOTHESIS, strategies.NEEDED)
class TestPriceProperties(BaseCase):
    def assert_adds_up(self, priced):
        amounts = [each.amount for each in priced.slices]
        self.assertEqual(exact_sum(amounts), Fraction(priced.amount))

    def test_m6_slices_always_add_up_and_nothing_costs_less_than_nothing(self):
        @check(500, prices(), parts())
        def _(price, parts):
            quantity = sum(parts, Decimal(0))
            found = None if price.basis is Basis.QUANTITY else parts
            for shorter in (price, price.for_share(Fraction(10, 31))):
                priced = shorter.rate(quantity, found)
                self.assert_adds_up(priced)
                self.assertGreaterEqual(priced.amount, 0)

    def test_m6_each_slice_is_its_own_arithmetic(self):
        @check(300, plain_prices(), quantities())
        def _(price, quantity):
            for each in price.rate(quantity).slices:
                product = each.quantity * each.price_unit
                if each.kind in ("percent", "discount"):
                    product /= 100 if each.kind == "percent" else -100
                self.assertEqual(product, each.amount)

    def test_m6_more_usage_never_costs_less_under_graduated_prices(self):
        graduated = st.builds(Graduated, tiers())

        @check(400, graduated | limited(graduated), quantities(), quantities())
        def _(price, quantity, more):
            if isinstance(price, Limited):
                price = replace(price, nth_free=0)
            less = price.rate(quantity).amount
            self.assertGreaterEqual(price.rate(quantity + more).amount, less)

    def test_m6_graduated_is_each_unit_at_the_price_of_its_tier(self):
        @check(400, tiers(has_packages=False), st.integers(0, 60))
        def _(rows, count):
            rows = tuple(replace(row, amount_maximum=None) for row in rows)
            bounds = [count if row.up_to is None else row.up_to for row in rows]
            reached, total = {0}, Fraction(0)
            for unit in range(1, count + 1):
                fits = [n for n, bound in enumerate(bounds) if unit <= bound]
                place = min(fits, default=len(rows) - 1)
                reached |= set(range(place + 1))
                total += Fraction(rows[place].price_unit)
            total += exact_sum(rows[place].amount_flat for place in reached)
            self.assertEqual(Graduated(rows).rate(Decimal(count)).amount, total)

    def test_m6_one_tier_is_one_price_whatever_the_model(self):
        @check(200, money(), money(), quantities())
        def _(price_unit, flat, quantity):
            row = (Tier(price_unit=price_unit, amount_flat=flat),)
            found = {model(row).rate(quantity).amount for model in (Graduated, Volume)}
            self.assertEqual(found, {quantity * price_unit + flat})

    def test_m6_limits_hold(self):
        @check(300, limited(plain_prices()), quantities())
        def _(price, quantity):
            priced = price.rate(quantity)
            if price.minimum is not None:
                self.assertGreaterEqual(priced.amount, price.minimum)
            if price.maximum is not None:
                self.assertLessEqual(priced.amount, price.maximum)
            free = exact_sum(e.quantity for e in priced.slices if e.kind == "free")
            self.assertLessEqual(free, quantity)
            bare = price.without_free().without_minimum()
            self.assertEqual(bare.free_quantity, 0)
            self.assertEqual(price.with_free(quantity).rate(quantity),
                             price.with_free(quantity + 9).rate(quantity))  # fmt: skip

    def test_m6_buckets_cost_what_each_costs_alone(self):
        @check(400, plain_prices() | limited(plain_prices()), parts())
        def _(inner, parts):
            found = Bucketed(inner).rate(Decimal(0), parts).amount
            self.assertEqual(found, exact_sum(inner.rate(e).amount for e in parts))

    def test_m6_reductions_add_up_and_never_go_below_zero(self):
        percent = decimals(0, 100, 2)
        reductions = st.lists(
            st.builds(lambda value: (value, None), percent)
            | st.builds(lambda value: (None, value), money(80)),
            max_size=3,
        )

        @check(400, reductions, st.lists(money(), max_size=3))
        def _(found, amounts):
            found = [
                Reduction(number, "off", *pair) for number, pair in enumerate(found)
            ]
            charges = [due(amount, part=span("2024-05-11", "2024-06-01"))
                       for amount in amounts]  # fmt: skip
            for charge in reduce(charges, found, (), CENTS, "UTC"):
                self.assert_adds_up(charge.priced)
                self.assertGreaterEqual(charge.amount, 0)
                if charge.amount_list is not None:
                    self.assertLessEqual(charge.amount, charge.amount_list)

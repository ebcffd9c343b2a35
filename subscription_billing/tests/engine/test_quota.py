from datetime import date
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.limits import Limited
from ...engine.percentage import Percentage
from ...engine.price import PerUnit
from ...engine.quota import NOTHING, Allowance, Quota
from .common import span

JUNE = span("2024-06-01", "2024-07-01")
OTHER = span("2024-06-11", "2024-07-11")


def quota(size, start=1, whole=JUNE, stop=None, before=None, is_prorated=True):
    day = date(2024, 6, start)
    size = Allowance(Fraction(size))
    return Quota(size, whole, day, stop or whole.stop, is_prorated, before)


class TestQuota(BaseCase):
    """X2: a change takes nothing back that was granted and grants nothing twice."""

    def free(self, quota, left=0):
        return quota.granted(Allowance(Fraction(left))).quantity

    def test_the_first_booking_has_its_days(self):
        self.assertEqual(self.free(quota(1000)), 1000)
        self.assertEqual(self.free(quota(900, start=11)), 600)
        self.assertEqual(self.free(quota(900, stop=date(2024, 6, 11))), 300)
        self.assertEqual(self.free(quota(900, start=11, is_prorated=False)), 900)
        self.assertEqual(self.free(quota(900, stop=date(2024, 6, 1))), 0)

    def test_only_what_is_new_is_granted(self):
        old = quota(900)
        for size, left, free in (
            (900, 100, 100),  # the same size: what is left
            (900, 0, 0),
            (1800, 100, 700),  # 900 more for 20 of 30 days
            (300, 100, 100),  # nothing is taken back
            (0, 100, 100),
        ):
            with self.subTest(size=size, left=left):
                new = quota(size, start=11, before=old)
                self.assertEqual(self.free(new, left), free)

    def test_smaller_and_back_grants_nothing(self):
        small = quota(300, start=11, before=quota(900))
        back = quota(900, start=21, before=small)
        self.assertEqual(self.free(back, 40), 40)
        self.assertEqual(self.free(quota(1200, start=21, before=small), 40), 140)

    def test_the_end_of_the_contract_cuts_what_both_granted(self):
        end = date(2024, 6, 16)
        for size, left, free in ((900, 700, 250), (900, 100, 0), (1800, 700, 400)):
            with self.subTest(size=size, left=left):
                new = quota(size, start=11, stop=end, before=quota(900))
                self.assertEqual(self.free(new, left), free)

    def test_a_new_rhythm_grants_the_days_that_were_not(self):
        """20 of the 30 days from 11 June on are granted already."""
        new = quota(900, start=11, whole=OTHER, before=quota(900))
        self.assertEqual(self.free(new, 100), 400)

    def test_whole_quotas_are_granted_once(self):
        old = quota(900, is_prorated=False)
        new = quota(1000, start=11, before=old, is_prorated=False)
        self.assertEqual(self.free(new, 50), 150)

    def test_kinds_a_price_does_not_limit(self):
        events = Allowance(events=Fraction(10))
        amount = Allowance(amount=Fraction(100))
        self.assertEqual(events.plus(amount), events)
        self.assertEqual(events.minus(NOTHING), events)
        self.assertEqual(amount.times(Fraction(1, 2)).amount, 50)
        self.assertIsNone(amount.at_least(events).events)

    def test_what_a_price_has_left(self):
        price = Limited(PerUnit(Decimal(2)), Decimal(10))
        self.assertEqual(price.allowance, Allowance(Fraction(10)))
        self.assertEqual(price.left(Decimal(4)).quantity, 6)
        self.assertEqual(price.left(Decimal(40)).quantity, 0)
        given = price.with_allowance(Allowance(Fraction(5, 2)))
        self.assertEqual(given.rate(Decimal(3)).amount, 1)

    def test_what_a_percentage_has_left(self):
        price = Limited(Percentage(Decimal(1), free_events=3, free_amount=Decimal(500)))
        parts = (Decimal(100), Decimal(200))
        left = price.left(Decimal(300), parts)
        self.assertEqual(left, Allowance(Fraction(0), Fraction(1), Fraction(200)))
        given = price.with_allowance(left)
        self.assertEqual(given.rate(Decimal(500), (Decimal(500),)).amount, 3)
        self.assertEqual(given.with_allowance(NOTHING).allowance, NOTHING)
        self.assertEqual(price.left(Decimal(50)).amount, 450)

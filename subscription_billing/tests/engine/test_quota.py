from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine import quota
from ...engine.errors import InvalidAmount


class TestQuota(BaseCase):
    def test_what_is_left_overused_and_carried_over(self):
        for granted, used, cap, left, over, carried in (
            ("100", "30", None, "70", "0", "70"),
            ("100", "30", "50", "70", "0", "50"),
            ("100", "30", "70", "70", "0", "70"),
            ("100", "30", "0", "70", "0", "0"),
            ("100", "100", "50", "0", "0", "0"),
            ("100", "130.5", "50", "0", "30.5", "0"),
            ("100", "-30", None, "100", "0", "100"),
            ("0", "5", None, "0", "5", "0"),
        ):
            with self.subTest(granted=granted, used=used, cap=cap):
                granted, used = Decimal(granted), Decimal(used)
                cap = cap and Decimal(cap)
                self.assertEqual(quota.left(granted, used), Decimal(left))
                self.assertEqual(quota.overused(granted, used), Decimal(over))
                self.assertEqual(quota.carried(granted, used, cap), Decimal(carried))

    def test_share_of_the_quota_that_is_used(self):
        for granted, used, expected in (
            ("100", "0", "0"),
            ("100", "80", "4/5"),
            ("3", "1", "1/3"),
            ("100", "250", "5/2"),
            ("100", "-1", "0"),
            ("0", "0", "1"),
            ("0", "9", "1"),
        ):
            with self.subTest(granted=granted, used=used):
                found = quota.used_share(Decimal(granted), Decimal(used))
                self.assertEqual(found, Fraction(expected))

    def test_wrong_input(self):
        one, nan = Decimal(1), Decimal("NaN")
        for call in (
            lambda: quota.left(-one, one),
            lambda: quota.left(one, nan),
            lambda: quota.overused(nan, one),
            lambda: quota.used_share(-one, one),
            lambda: quota.carried(one, one, cap=-one),
        ):
            with self.assertRaises(InvalidAmount):
                call()

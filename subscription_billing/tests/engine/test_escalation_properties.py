"""Rules of dunning that hold for every debtor, tried on many of them."""

import unittest
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.allocation import Claim, allocate
from ...engine.escalation import Level, OpenItem, escalate, set_off
from ...engine.interest import half_year, interest
from . import strategies
from .strategies import check, days, st

CENT = Decimal("0.01")


def amounts(low=1, high=100_000):
    return st.integers(low, high).map(lambda cents: cents * CENT)


def levels():
    steps = st.lists(st.integers(1, 30), min_size=1, max_size=6)

    def ascend(gaps):
        return [Level(sum(gaps[: number + 1])) for number in range(len(gaps))]

    return steps.map(ascend)


def items():
    one = st.builds(
        OpenItem,
        key=st.integers(),
        due=days(),
        amount=st.one_of(amounts(), amounts(-50_000, -1)),
        reached=st.integers(0, 3),
        reached_on=st.one_of(st.none(), days()),
        is_held=st.booleans(),
        is_claim=st.booleans(),
    )
    return st.lists(one, max_size=6, unique_by=lambda it: it.key)


def rates(low=-1, high=6):
    halves = [date(year, month, 1) for year in (2023, 2024, 2025) for month in (1, 7)]
    values = st.integers(low * 100, high * 100).map(lambda it: it * CENT)
    return st.lists(values, min_size=6, max_size=6).map(
        lambda found: dict(zip(halves, found, strict=True))
    )


@unittest.skipUnless(strategies.HAS_HYPOTHESIS, strategies.NEEDED)
class TestEscalationProperties(BaseCase):
    def test_p3_one_level_at_a_time_and_never_what_is_held(self):
        @check(300, items(), levels(), days())
        def _(open_, plan, day):
            found = escalate(open_, plan, day)
            by_key = {item.key: item for item in open_}
            for key, level in found.reached if found else ():
                item = by_key[key]
                self.assertFalse(item.is_held)
                self.assertGreater(item.amount, 0)
                self.assertGreater(level, item.reached)
                if not item.is_claim:
                    self.assertEqual(level, item.reached + 1)
                    self.assertGreaterEqual((day - item.due).days, plan[level - 1].days)

    def test_p3_the_letter_speaks_of_the_highest_level_and_asks_for_no_more(self):
        @check(300, items(), levels(), days())
        def _(open_, plan, day):
            found = escalate(open_, plan, day)
            if found:
                self.assertEqual(found.level, max(it for _key, it in found.reached))
                keys = {key for key, _level in found.reached}
                owed = sum(it.amount for it in open_ if it.key in keys)
                self.assertLessEqual(found.amount, owed)
                self.assertGreater(found.amount, 0)

    def test_p3_the_order_of_the_items_does_not_matter(self):
        @check(200, items(), levels(), days())
        def _(open_, plan, day):
            # Of equal days the first one is set off first.
            spread = [
                replace(it, due=it.due + timedelta(days=number * 1000))
                for number, it in enumerate(open_)
            ]
            late = day + timedelta(days=5000)
            one = escalate(spread, plan, late)
            other = escalate(spread[::-1], plan, late)
            self.assertEqual(
                one and (one.level, set(one.reached), one.amount),
                other and (other.level, set(other.reached), other.amount),
            )

    def test_p3_more_credit_never_asks_for_more(self):
        @check(200, items(), levels(), days(), amounts())
        def _(open_, plan, day, amount):
            credit = OpenItem("credit", day, -amount)
            before, after = (
                escalate(some, plan, day) for some in (open_, [*open_, credit])
            )
            if after:
                self.assertLessEqual(after.amount, before.amount)

    def test_setting_off_keeps_the_sum(self):
        @check(300, items())
        def _(open_):
            left = sum((it.amount for it in set_off(open_)), Decimal(0))
            total = sum((it.amount for it in open_), Decimal(0))
            self.assertEqual(left, max(total, 0))
            self.assertTrue(all(it.amount > 0 for it in set_off(open_)))


@unittest.skipUnless(strategies.HAS_HYPOTHESIS, strategies.NEEDED)
class TestInterestProperties(BaseCase):
    def test_interest_adds_up_over_any_day(self):
        @check(200, days(), st.integers(0, 400), st.integers(0, 400), rates(0))
        def _(start, first, second, known):
            middle = start + timedelta(days=first)
            last = middle + timedelta(days=1 + second)
            if half_year(last) not in known:
                return
            amount = Decimal(1234)
            nine = Decimal(9)
            whole = interest([(start, amount)], last, known, nine)
            parts = [
                interest([(start, amount)], middle, known, nine),
                interest([(middle + timedelta(days=1), amount)], last, known, nine),
            ]
            self.assertEqual(whole.amount, sum(it.amount for it in parts))

    def test_interest_is_linear_in_what_is_open_and_never_negative(self):
        @check(200, days(), st.integers(0, 300), amounts(), rates())
        def _(start, length, amount, known):
            last = start + timedelta(days=length)
            one, ten = (
                interest([(start, amount * times)], last, known, Decimal(0)).amount
                for times in (1, 10)
            )
            self.assertGreaterEqual(one, 0)
            self.assertEqual(ten, one * 10)

    def test_a_year_bears_the_rate(self):
        @check(100, st.integers(2023, 2025), amounts(), rates(0))
        def _(year, amount, known):
            known = dict.fromkeys(known, Decimal(3))
            last = date(year, 12, 31)
            found = interest([(date(year, 1, 1), amount)], last, known, Decimal(9))
            self.assertEqual(found.amount, Fraction(amount) * 12 / 100)

    def test_what_is_missing_is_told_and_costs_nothing(self):
        @check(100, days(), st.integers(0, 400), amounts())
        def _(start, length, amount):
            last = start + timedelta(days=length)
            found = interest([(start, amount)], last, {}, Decimal(9))
            self.assertEqual(found.amount, 0)
            self.assertEqual(found.missing[0], half_year(start))
            self.assertEqual(found.missing[-1], half_year(last))
            self.assertEqual(list(found.missing), sorted(set(found.missing)))


@unittest.skipUnless(strategies.HAS_HYPOTHESIS, strategies.NEEDED)
class TestAllocationProperties(BaseCase):
    def test_costs_come_before_interest_and_interest_before_principal(self):
        claims = st.lists(
            st.builds(
                Claim,
                key=st.integers(),
                rank=st.integers(0, 2),
                due=days(),
                amount=amounts(),
            ),
            max_size=6,
            unique_by=lambda it: it.key,
        )

        @check(300, amounts(), claims)
        def _(amount, open_):
            parts = dict(allocate(amount, open_))
            owed = sum((it.amount for it in open_), Decimal(0))
            self.assertEqual(sum(parts.values(), Decimal(0)), min(amount, owed))
            for claim in open_:
                part = parts.get(claim.key, Decimal(0))
                self.assertLessEqual(part, claim.amount)
                # Nothing of a later rank while something of an earlier one is open.
                if part < claim.amount:
                    later = [it for it in open_ if it.rank > claim.rank]
                    self.assertFalse([it for it in later if it.key in parts])

"""Rules of the planner that hold for every contract, tried on many of them."""

import unittest
from dataclasses import replace
from datetime import date, timedelta

from odoo.tests import BaseCase

from ...engine.price import Flat
from ...engine.timeline import ItemKind, Mode
from . import strategies
from .common import Ledger
from .strategies import (
    HORIZON,
    amounts,
    check,
    contracts,
    days,
    ended,
    ends,
    pauses,
    roundings,
    st,
)


@unittest.skipUnless(strategies.HAS_HYPOTHESIS, strategies.NEEDED)
class TestPlannerProperties(BaseCase):
    """The ledger of these tests refuses overlap, and credits above their charge."""

    def test_x2_planning_twice_yields_nothing(self):
        @check(100, contracts(), pauses(), days(last=HORIZON))
        def _(items, phases, until):
            ledger = Ledger()
            first = ledger.bill(*items, until=until, phases=phases)
            again = ledger.bill(*items, until=until, phases=phases)
            self.assertEqual((again.charges, again.credits), ((), ()))
            self.assertEqual(again.next_due, first.next_due)
            self.assertTrue(all(each.due <= until for each in first.charges))

    def test_t7_billing_day_by_day_is_billing_once(self):
        @check(60, contracts(), pauses(), st.integers(1, 400))
        def _(items, phases, length):
            once, daily = Ledger(), Ledger()
            at = items[0].fees.start
            until = at + timedelta(length)
            expected = once.bill(*items, until=until, phases=phases).charges
            while at <= until:
                due = daily.bill(*items, until=at, phases=phases)
                self.assertTrue(all(each.due == at for each in due.charges))
                at = max(at + timedelta(1), min(due.next_due or date.max, until))
            found = sorted(daily.entries(), key=str)
            self.assertEqual(found, sorted(expected, key=str))

    def test_m3_change_and_change_back_cost_nothing(self):
        changes = st.lists(st.tuples(st.integers(0, 2), ends()), min_size=1, max_size=4)

        @check(100, contracts(), changes, days(last=HORIZON))
        def _(items, changes, until):
            ledger = Ledger()
            ledger.bill(*items, until=until)
            before = ledger.by_fee_period()
            for index, length in changes:
                changed = list(items)
                index %= len(items)
                changed[index] = ended(items[index], length)
                ledger.bill(*changed, until=until)
                ledger.bill(*items, until=until)
                self.assertEqual(ledger.by_fee_period(), before)

    def test_m3_replaced_and_replaced_back_on_one_day_costs_nothing(self):
        @check(100, contracts(), st.integers(0, 200), amounts(), days(last=HORIZON))
        def _(items, length, amount, until):
            item = replace(items[0], kind=ItemKind.RECURRING)
            ledger = Ledger()
            ledger.bill(item, until=until)
            before = ledger.total()
            old = ended(item, length)
            new = replace(item, key="new", start=old.stop, price=Flat(abs(amount)))
            ledger.bill(old, new, until=until)
            back = replace(item, key="back", start=old.stop)
            ledger.bill(old, ended(new, 0), back, until=until)
            self.assertEqual(ledger.total("new"), 0)
            if old.stop <= until and item.mode is Mode.ADVANCE:
                self.assertEqual(ledger.total(), before)

    def test_x2_any_order_of_the_same_changes_yields_the_same_charges(self):
        steps = st.lists(st.tuples(st.integers(0, 2), ends()), max_size=4)
        orders = st.permutations(range(4))

        @check(100, contracts(), steps, orders, pauses(), days(last=HORIZON))
        def _(items, steps, order, phases, until):
            final = list(items)
            for index, length in dict(steps).items():
                final[index % len(items)] = ended(items[index % len(items)], length)
            winding, current = Ledger(), list(items)
            winding.bill(*current, until=until)
            for index in order:
                if index < len(items):
                    current[index] = final[index]
                    winding.bill(*current, until=until, phases=phases[: index + 1])
            # What was charged ahead is no excess, so compare when all of it is due.
            ledgers = winding, Ledger()
            for ledger in ledgers:
                ledger.bill(*final, until=HORIZON + timedelta(500), phases=phases)
            self.assert_same_recurring(*ledgers, items)

    def assert_same_recurring(self, one, other, items):
        """Compare all but one-off items: those are not given back by themselves."""
        keys = {item.key for item in items if item.kind is ItemKind.RECURRING}
        balances = [
            {
                key: amount
                for key, amount in each.by_fee_period().items()
                if key[0] in keys
            }
            for each in (one, other)
        ]
        self.assertEqual(*balances)

    def test_x1_credits_never_exceed_their_charge(self):
        shrinking = st.lists(st.integers(0, 400), min_size=1, max_size=5)

        @check(100, contracts(), shrinking, roundings(), days(last=HORIZON))
        def _(items, lengths, rounding, until):
            ledger = Ledger(rounding)
            ledger.bill(*items, until=until)
            for length in sorted(lengths, reverse=True):
                ledger.bill(*(ended(item, length) for item in items), until=until)
            for row in ledger.rows():
                credited = sum(period.days for period in row.credited)
                self.assertLessEqual(credited, row.period.days)
            ledger.bill(*(ended(item, 0) for item in items), until=until)
            for item in items:
                if item.kind is ItemKind.RECURRING:
                    self.assertEqual(ledger.total(item.key), 0)

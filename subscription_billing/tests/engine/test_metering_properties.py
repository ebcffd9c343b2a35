"""Rules of metering that hold for every set of events, tried on many of them."""

import unittest
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.event import UNIQUE_KINDS, Aggregation, distinct
from ...engine.metering import BY_TIME, aggregate, buckets, carried_over
from ...engine.period import Period
from . import strategies
from .strategies import check, st
from .strategies_usage import MAY, START, events, kinds_and_events

CARRIED = [
    Aggregation.SUM,
    Aggregation.LAST,
    Aggregation.UNIQUE,
    *BY_TIME,
]


@unittest.skipUnless(strategies.HAS_HYPOTHESIS, strategies.NEEDED)
class TestMeteringProperties(BaseCase):
    def test_x4_any_split_into_batches_in_any_order_gives_the_same(self):
        @check(150, kinds_and_events(), st.randoms(use_true_random=False))
        def _(case, random):
            kind, found = case
            expected = aggregate(kind, found, MAY, is_carry_over=True)
            batches = [[] for _number in range(3)]
            for event in found:
                random.choice(batches).append(event)
            random.shuffle(batches)
            shuffled = [event for batch in batches for event in batch]
            again = aggregate(kind, shuffled, MAY, is_carry_over=True)
            self.assertEqual(again, expected)

    def test_x4_replaying_any_subset_changes_nothing(self):
        @check(150, kinds_and_events(), st.sets(st.integers(0, 7)), st.booleans())
        def _(case, again, is_carry_over):
            kind, found = case
            found = [
                replace(event, key=event.key or f"own {number}")
                for number, event in enumerate(found)
            ]
            repeated = [
                replace(event, order=100 + number)
                for number, event in enumerate(found)
                if number in again
            ]
            self.assertEqual(
                aggregate(kind, found + repeated, MAY, is_carry_over=is_carry_over),
                aggregate(kind, found, MAY, is_carry_over=is_carry_over),
            )

    def test_m3_a_window_cut_in_two_comes_to_the_same(self):
        """What lives on goes on; shares of the whole add up."""

        @check(150, st.sampled_from(CARRIED), st.data(), st.integers(1, 30))
        def _(kind, data, days):
            found = data.draw(events(kind))
            cut = START + timedelta(days)
            first, second = (
                aggregate(kind, found, window, MAY, is_carry_over=True).raw
                for window in (Period(MAY.start, cut), Period(cut, MAY.stop))
            )
            expected = aggregate(kind, found, MAY, is_carry_over=True).raw
            if kind in BY_TIME:
                total = Fraction(first) + Fraction(second) - Fraction(expected)
                self.assertLess(abs(total), Fraction(1, 10**50))
            else:
                self.assertEqual(second, expected)

    def test_m3_by_time_there_is_never_more_than_was_ever_there(self):
        @check(150, events(Aggregation.PRORATED_UNIQUE))
        def _(found):
            measured = aggregate("prorated_unique", found, MAY, is_carry_over=True)
            names = {event.unique for event in found}
            self.assertLessEqual(measured.quantity, len(names))
            self.assertGreaterEqual(measured.raw, 0)

    def test_t2_every_event_lies_in_exactly_one_bucket(self):
        units = st.sampled_from(["hour", "day", "month"])

        @check(100, events(Aggregation.COUNT), units)
        def _(found, unit):
            # A counter-event takes one back, and may be alone in its bucket.
            found = [event for event in distinct(found) if not event.is_removal]
            counts = buckets(found, "Europe/Berlin", unit, "count")
            self.assertEqual(sum(counts), len(found))
            self.assertNotIn(0, counts)

    def test_t4_what_is_carried_over_can_be_carried_over_in_steps(self):
        @check(150, kinds_and_events(), st.integers(0, 8))
        def _(case, place):
            kind, found = case
            counted = [
                event
                for event in distinct(found)
                if event.value is not None or kind in UNIQUE_KINDS
            ]
            empty = frozenset() if kind in UNIQUE_KINDS else 0
            step = carried_over(kind, counted[:place], empty)
            self.assertEqual(
                carried_over(kind, counted[place:], step),
                carried_over(kind, counted, empty),
            )

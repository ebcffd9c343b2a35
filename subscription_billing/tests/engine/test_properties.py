"""Rules of time and money that hold for every input, tried on many of them."""

import unittest
from dataclasses import replace
from datetime import date, timedelta

from odoo.tests import BaseCase

from ...engine.interval import Interval, Unit
from ...engine.period import Period
from ...engine.proration import share
from ...engine.recurrence import Recurrence
from ...engine.term import Term
from . import strategies
from .strategies import PARTIAL_RULES, amounts, check, days, recurrences, roundings, st


@unittest.skipUnless(strategies.HAS_HYPOTHESIS, strategies.NEEDED)
class TestProperties(BaseCase):
    def test_t1_periods_tile_time_without_gap_or_overlap(self):
        @check(300, recurrences(), st.integers(1, 200), st.integers(1, 40))
        def _(recurrence, days_open, count):
            cut = replace(
                recurrence, stop=recurrence.start + timedelta(days_open * count)
            )
            tiles = list(cut.periods(date.min, date.max))
            self.assertEqual(tiles[0].start, cut.start)
            self.assertEqual(tiles[-1].stop, cut.stop)
            for left, right in zip(tiles, tiles[1:], strict=False):
                self.assertEqual(left.stop, right.start)
            for number, tile in enumerate(tiles, 1):
                self.assertEqual(cut.nth(number), tile)
                self.assertTrue(cut.whole_at(tile.start).covers(tile))

    def test_t1_each_day_lies_in_exactly_the_period_that_is_named_for_it(self):
        @check(300, recurrences(), st.integers(0, 3000))
        def _(recurrence, offset):
            at = recurrence.start + timedelta(offset)
            period = recurrence.period_at(at)
            self.assertTrue(period.contains(at))
            self.assertEqual(recurrence.boundary_at_or_after(period.stop), period.stop)
            boundary = recurrence.boundary_at_or_after(at)
            self.assertIn(boundary, (period.start, period.stop))
            self.assertEqual(boundary == at, period.start == at)

    def test_t1_boundaries_keep_the_day_of_the_anchor(self):
        monthly = st.builds(
            Interval, st.integers(1, 6), st.sampled_from([Unit.MONTH, Unit.YEAR])
        )

        @check(200, days(), monthly, st.integers(-30, 30))
        def _(start, interval, index):
            grid = Recurrence(start, interval).grid
            boundary = grid.boundary(index)
            is_last = (boundary + timedelta(1)).day == 1
            self.assertTrue(
                boundary.day == start.day or (is_last and boundary.day < start.day)
            )

    def test_c2_notice_ends_a_contract_at_the_first_end_it_reaches(self):
        lengths = st.none() | st.builds(
            Interval, st.integers(1, 5), st.sampled_from(Unit)
        )

        @check(300, st.builds(Term, *[lengths] * 4), days(), days(date(2022, 6, 1)))
        def _(term, start, on):
            end = term.earliest_end(start, on)
            later = term.earliest_end(start, on + timedelta(1))
            self.assertGreaterEqual(end, start)
            first_end = term.first_end(start)
            self.assertGreaterEqual(end, first_end or start)
            self.assertGreaterEqual(later, end)
            notice = term.notice_first if end == first_end else term.notice_later
            self.assertGreater(end, notice.add(on) if notice else on)

    def test_m2_the_parts_of_any_split_add_up_to_the_whole(self):
        rules = st.sampled_from(PARTIAL_RULES)
        cuts = st.lists(st.floats(0, 1), max_size=6)

        @check(400, amounts(), recurrences(), cuts, roundings(), rules)
        def _(amount, recurrence, cuts, rounding, rule):
            whole = recurrence.whole_at(recurrence.start)
            inner = {whole.start + timedelta(int(cut * whole.days)) for cut in cuts}
            ends = sorted(inner | {whole.start, whole.stop})
            parts = [
                share(amount, Period(*pair), whole, rounding, rule)
                for pair in zip(ends, ends[1:], strict=False)
            ]
            self.assertEqual(sum(parts), rounding.round(amount))
            self.assertTrue(all(part * amount >= 0 for part in parts))

    def test_m1_rounding_is_to_the_nearest_step_and_symmetrical(self):
        @check(200, st.decimals(-1000, 1000, places=6), roundings())
        def _(amount, rounding):
            rounded = rounding.round(amount)
            self.assertLessEqual(2 * abs(rounded - amount), rounding.step)
            self.assertEqual(rounded % rounding.step, 0)
            self.assertEqual(rounding.round(-amount), -rounded)

from datetime import date

from odoo.tests import BaseCase

from ...engine.errors import InvalidInterval, InvalidPeriod
from ...engine.interval import Interval, Unit
from ...engine.period import FOREVER
from ...engine.recurrence import Alignment, Grid
from .common import day, every, span

ISO = "%Y-%m-%d"


class TestGrid(BaseCase):
    def test_t1_boundaries_run_both_ways_from_the_origin(self):
        grid = Grid.at(day("2024-01-31"), Interval(1, Unit.MONTH))
        for index, expected in (
            (-11, "2023-02-28"),
            (-1, "2023-12-31"),
            (0, "2024-01-31"),
            (1, "2024-02-29"),
            (2, "2024-03-31"),
            (13, "2025-02-28"),
        ):
            with self.subTest(index=index):
                self.assertEqual(grid.boundary(index), day(expected))
                self.assertEqual(grid.index(day(expected)), index)

    def test_t1_every_day_lies_in_the_cell_its_index_names(self):
        for count, unit in ((1, "month"), (5, "month"), (2, "week"), (30, "day")):
            grid = Grid(2023, 2, 31, Interval.parse(count, unit))
            for number in range(day("2022-01-01").toordinal(), 738_900, 3):
                at = date.fromordinal(number)
                with self.subTest(unit=unit, at=at):
                    cell = grid.cell(at)
                    self.assertTrue(cell.start <= at < cell.stop)
                    self.assertEqual(grid.cell(cell.stop).start, cell.stop)
                    self.assertEqual(grid.boundary(grid.index(at)), cell.start)


class TestRecurrence(BaseCase):
    def assert_boundaries(self, recurrence, expected):
        starts = [recurrence.nth(n + 1).start for n in range(len(expected.split()))]
        self.assertEqual([f"{start:%y%m%d}" for start in starts], expected.split())

    def test_t1_boundaries_come_from_the_anchor_never_from_the_last_one(self):
        for start, unit, expected in (
            ("2024-01-31", "month", "240131 240229 240331 240430 240531 240630"),
            ("2023-12-30", "month", "231230 240130 240229 240330 240430"),
            ("2023-02-28", "month", "230228 230328 230428 230528"),
            ("2024-02-29", "year", "240229 250228 260228 270228 280229"),
            ("2023-02-28", "year", "230228 240228 250228"),
            ("2023-11-30", "quarter", "231130 240229 240530 240830 241130"),
            ("2023-08-31", "half_year", "230831 240229 240831 250228"),
        ):
            with self.subTest(start=start, unit=unit):
                self.assert_boundaries(every(1, unit, start), expected)

    def test_t5_alignments_leave_a_stub_and_then_keep_their_boundaries(self):
        for options, count, unit, start, expected in (
            ({"anchor": "2023-07-19"}, 1, "year", "2023-11-19", "231119 240719 250719"),
            (
                {"anchor": "2024-07-31"},
                1,
                "month",
                "2024-02-10",
                "240210 240229 240331",
            ),
            ({"anchor": "2024-01-31"}, 2, "week", "2024-01-01", "240101 240103 240117"),
            (
                {"alignment": "calendar"},
                1,
                "week",
                "2024-03-06",
                "240306 240311 240318",
            ),
            (
                {"alignment": "calendar"},
                2,
                "week",
                "2024-03-06",
                "240306 240318 240401",
            ),
            (
                {"alignment": "calendar"},
                1,
                "month",
                "2024-01-31",
                "240131 240201 240301",
            ),
            (
                {"alignment": "calendar"},
                2,
                "month",
                "2024-02-15",
                "240215 240301 240501",
            ),
            ({"alignment": "calendar"}, 1, "quarter", "2024-02-15", "240215 240401"),
            ({"alignment": "calendar"}, 1, "half_year", "2024-07-01", "240701 250101"),
            ({"alignment": "calendar"}, 1, "year", "2024-05-10", "240510 250101"),
            ({"alignment": "calendar"}, 10, "day", "2024-05-10", "240510 240520"),
            ({"alignment": "calendar"}, 7, "day", "2024-05-10", "240510 240517"),
        ):
            with self.subTest(options=options, start=start, unit=unit, count=count):
                recurrence = every(count, unit, start, **options)
                self.assert_boundaries(recurrence, expected)

    def test_t5_a_billing_day_lies_in_the_month_of_the_start(self):
        for number, unit, start, expected in (
            (15, "month", "2012-07-16", "120716 120815 120915"),
            (17, "month", "2012-07-16", "120716 120717 120817"),
            (16, "month", "2012-07-16", "120716 120816"),
            (31, "month", "2024-04-01", "240401 240430 240531 240630"),
            (31, "month", "2024-04-30", "240430 240531 240630"),
            (30, "year", "2012-01-31", "120131 130130"),
            (1, "quarter", "2021-01-10", "210110 210401 210701"),
            (10, "quarter", "2021-01-01", "210101 210110 210410"),
        ):
            with self.subTest(number=number, start=start, unit=unit):
                options = {"alignment": Alignment.BILLING_DAY, "billing_day": number}
                recurrence = every(1, unit, start, **options)
                self.assert_boundaries(recurrence, expected)

    def test_t5_a_billing_day_must_exist(self):
        for number in (None, 0, 32, -1):
            with self.subTest(number=number), self.assertRaises(InvalidInterval):
                every(1, "month", alignment="billing_day", billing_day=number)

    def test_t1_a_contract_end_cuts_the_last_period(self):
        recurrence = every(1, "month", "2024-01-15", stop="2024-03-01")
        self.assertEqual(recurrence.nth(2), span("2024-02-15", "2024-03-01"))
        self.assertEqual(
            recurrence.whole_at(day("2024-02-20")), span("2024-02-15", "2024-03-15")
        )
        for number in (3, 4, 0, -1):
            with self.subTest(number=number), self.assertRaises(InvalidPeriod):
                recurrence.nth(number)

    def test_t1_an_end_before_the_start_is_refused(self):
        with self.assertRaises(InvalidPeriod) as caught:
            every(1, "month", "2024-01-15", stop="2024-01-14")
        self.assertEqual(caught.exception.facts["stop"], day("2024-01-14"))

    def test_t2_a_day_outside_has_no_period(self):
        recurrence = every(1, "month", "2024-01-15", stop="2024-03-01")
        at = recurrence.period_at(day("2024-02-29"))
        self.assertEqual(at, span("2024-02-15", "2024-03-01"))
        for outside in ("2024-01-14", "2024-03-01"):
            with self.subTest(outside=outside), self.assertRaises(InvalidPeriod):
                recurrence.period_at(day(outside))

    def test_t7_periods_are_those_that_share_time_with_the_window(self):
        recurrence = every(1, "month", "2024-01-15", stop="2024-04-01")
        for since, until, starts in (
            ("2023-01-01", "2024-01-15", []),
            ("2023-01-01", "2024-01-16", ["2024-01-15"]),
            ("2024-02-14", "2024-02-15", ["2024-01-15"]),
            ("2024-02-15", "2024-03-16", ["2024-02-15", "2024-03-15"]),
            ("2024-03-15", "2030-01-01", ["2024-03-15"]),
            ("2024-04-01", "2030-01-01", []),
        ):
            with self.subTest(since=since, until=until):
                found = recurrence.periods(day(since), day(until))
                self.assertEqual([f"{each.start:{ISO}}" for each in found], starts)

    def test_the_next_boundary_is_capped_at_the_end(self):
        recurrence = every(1, "month", "2024-01-31", stop="2024-04-15")
        for at, expected in (
            ("2023-12-01", "2024-01-31"),
            ("2024-01-31", "2024-01-31"),
            ("2024-02-01", "2024-02-29"),
            ("2024-02-29", "2024-02-29"),
            ("2024-04-01", "2024-04-15"),
            ("2024-04-16", "2024-04-15"),
        ):
            with self.subTest(at=at):
                self.assertEqual(
                    recurrence.boundary_at_or_after(day(at)), day(expected)
                )

    def test_an_open_recurrence_reaches_the_end_of_the_calendar(self):
        last = every(1, "month").period_at(day("9999-12-30"))
        self.assertEqual(last.stop, FOREVER)

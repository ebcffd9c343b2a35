from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.errors import InvalidAmount, InvalidItem, InvalidPeriod
from ...engine.period import FOREVER
from ...engine.timeline import (
    ALL_ITEMS,
    FEES,
    ItemKind,
    Phase,
    PhaseKind,
    Timeline,
)
from .common import book, day, every


def phase(start, stop=None, is_billed=True):
    return Phase(day(start), stop and day(stop), is_billed)


class TestTimeline(BaseCase):
    def assert_cut(self, item, phases, expected):
        parts = Timeline((item,), tuple(phases)).cut(item)
        ends = [
            (str(part.start), "" if part.stop == FOREVER else str(part.stop))
            for part in parts
        ]
        self.assertEqual(ends, expected)

    def test_without_phases_all_of_the_validity_is_billed(self):
        for options, expected in (
            ({}, [("2024-01-01", "")]),
            ({"start": "2024-02-10"}, [("2024-02-10", "")]),
            ({"stop": "2024-03-01"}, [("2024-01-01", "2024-03-01")]),
            ({"stop": "2024-01-01"}, []),
            ({"fees": every(1, "month", "2024-01-15")}, [("2024-01-15", "")]),
            (
                {"fees": every(1, "month", stop="2024-05-01"), "stop": "2024-06-01"},
                [("2024-01-01", "2024-05-01")],
            ),
            ({"billing": every(1, "year", stop="2024-01-01")}, []),
        ):
            with self.subTest(options=options):
                self.assert_cut(book(**options), (), expected)

    def test_phases_cut_the_validity_and_a_pause_wins(self):
        trial = phase("2024-01-01", "2024-01-15", is_billed=False)
        pause = phase("2024-03-01", "2024-03-10", is_billed=False)
        empty = phase("2024-02-01", "2024-02-01", is_billed=False)
        for phases, expected in (
            ([trial], [("2024-01-15", "")]),
            ([trial, phase("2024-01-15")], [("2024-01-15", "")]),
            ([pause, trial], [("2024-01-15", "2024-03-01"), ("2024-03-10", "")]),
            ([empty], [("2024-01-01", "")]),
            ([phase("2023-01-01", "2024-02-01")], [("2024-01-01", "2024-02-01")]),
            (
                [phase("2024-01-01", "2024-02-01"), phase("2024-02-01", "2024-04-01")],
                [("2024-01-01", "2024-04-01")],
            ),
            (
                [phase("2024-01-01"), pause],
                [("2024-01-01", "2024-03-01"), ("2024-03-10", "")],
            ),
            ([phase("2023-01-01", is_billed=False)], []),
        ):
            with self.subTest(phases=phases):
                self.assert_cut(book(), phases, expected)

    def test_an_end_before_the_start_is_refused(self):
        for build in (
            lambda: book(start="2024-02-01", stop="2024-01-31"),
            lambda: phase("2024-02-01", "2024-01-31"),
        ):
            with self.assertRaises(InvalidPeriod):
                build()

    def test_a_negative_quantity_is_refused(self):
        with self.assertRaises(InvalidAmount):
            book(quantity=Decimal(-1))

    def test_x1_two_items_cannot_share_a_key(self):
        with self.assertRaises(InvalidItem):
            Timeline((book(), book(start="2024-02-01")))

    def test_a_phase_may_be_about_fees_only(self):
        trial = Phase(
            day("2023-12-01"), day("2024-01-15"), False, PhaseKind.TRIAL, FEES
        )
        for kind, expected in (
            (ItemKind.RECURRING, "2024-01-15"),
            (ItemKind.ONE_OFF, "2024-01-15"),
            (ItemKind.METERED, "2024-01-01"),
        ):
            with self.subTest(kind=kind):
                self.assert_cut(book(kind=kind), [trial], [(expected, "")])

    def test_what_was_billed_elsewhere_pays_for_one_off_items_that_begin_in_it(self):
        settled = Phase(
            day("2023-12-01"), day("2024-02-01"), False, PhaseKind.SETTLED, ALL_ITEMS
        )
        trial = phase("2023-12-01", "2024-01-15", is_billed=False)
        later = phase("2023-12-01", "2024-03-01", is_billed=False)
        one_off = {"kind": ItemKind.ONE_OFF}
        for options, phases, expected in (
            ({}, [settled], [("2024-02-01", "")]),
            (one_off, [settled], []),
            (one_off, [settled, trial], []),
            (one_off, [settled, later], [("2024-03-01", "")]),
            ({**one_off, "start": "2024-02-10"}, [settled], [("2024-02-10", "")]),
        ):
            with self.subTest(options=options, phases=phases):
                self.assert_cut(book(**options), phases, expected)

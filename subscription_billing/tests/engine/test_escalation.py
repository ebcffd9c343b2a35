from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from ...engine.escalation import (
    Level,
    OpenItem,
    escalate,
    set_off,
)

DUE = date(2026, 1, 1)
LEVELS = [Level(7), Level(14, Decimal(10)), Level(28)]


def after(days):
    return DUE + timedelta(days=days)


def item(key="a", amount="100", due=0, **values):
    return OpenItem(key, after(due), Decimal(amount), **values)


class TestEscalation(TestCase):
    """P3: a level needs its predecessor and its delay; what is held stays."""

    def step(self, items, day, **kwargs):
        found = escalate(items, LEVELS, after(day), **kwargs)
        return found and (found.level, dict(found.reached))

    def test_p3_days_overdue(self):
        self.assertIsNone(self.step([item()], 6))
        self.assertEqual(self.step([item()], 7), (1, {"a": 1}))

    def test_p3_a_level_needs_its_predecessor(self):
        self.assertEqual(self.step([item()], 100), (1, {"a": 1}))

    def test_p3_a_level_needs_its_delay(self):
        late = item(reached=1, reached_on=after(40))
        self.assertIsNone(self.step([late], 46))
        self.assertEqual(self.step([late], 47), (2, {"a": 2}))

    def test_p3_beginning_anew_takes_its_time(self):
        again = item(reached_on=after(40))
        self.assertIsNone(self.step([again], 46))
        self.assertEqual(self.step([again], 47), (1, {"a": 1}))

    def test_p3_nothing_after_the_last_level(self):
        self.assertIsNone(self.step([item(reached=3, reached_on=after(28))], 400))

    def test_p3_a_letter_for_one_leaves_the_others(self):
        items = [
            item("a", reached=1, reached_on=after(7)),
            item("b", due=10),
            item("c", due=12),
        ]
        self.assertEqual(self.step(items, 17), (2, {"a": 2, "b": 1}))

    def test_p3_what_is_held_stays(self):
        self.assertEqual(
            self.step([item("a", is_held=True), item("b")], 7), (1, {"b": 1})
        )

    def test_p3_credits_count(self):
        self.assertIsNone(self.step([item(), item("c", "-100", 90)], 8))
        found = escalate([item(), item("c", "-40")], LEVELS, after(8))
        self.assertEqual(found.amount, Decimal(60))
        left = set_off([item("new", "50", 5), item("old"), item("c", "-120")])
        self.assertEqual([(it.key, it.amount) for it in left], [("new", Decimal(30))])

    def test_p3_minimums(self):
        self.assertIsNone(self.step([item(amount="4")], 7, minimum=Decimal(5)))
        self.assertEqual(
            self.step([item(amount="4"), item("b", "1")], 7, minimum=Decimal(5)),
            (1, {"a": 1, "b": 1}),
        )
        held = item("h", "100", is_held=True)
        self.assertIsNone(
            self.step([held, item(amount="4")], 7, minimum=Decimal(5)), "it is held"
        )
        small = item(amount="9.99", reached=1, reached_on=after(7))
        self.assertIsNone(self.step([small], 14))
        self.assertEqual(self.step([small, item("b")], 14), (1, {"b": 1}))

    def test_p3_claims_go_along(self):
        claim = item("fee", "40", 20, is_claim=True)
        invoice = item(reached=1, reached_on=after(7))
        self.assertEqual(self.step([invoice, claim], 21), (2, {"a": 2, "fee": 2}))
        self.assertIsNone(self.step([item(reached=2, reached_on=after(21)), claim], 27))

    def test_p3_claims_alone_are_dunned_by_themselves(self):
        claim = item("fee", "40", 20, is_claim=True)
        self.assertEqual(self.step([claim], 27), (1, {"fee": 1}))

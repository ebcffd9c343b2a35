from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.charge import Charged
from ...engine.planner import plan
from ...engine.timeline import ItemKind, Phase, Timeline
from .common import CENTS, book, day, every, span

JANUARY = ("usage", "2024-01-01", "2024-02-01", "2024-02-01")


class TestPlannerMetered(BaseCase):
    """Usage is due when its period is over, whatever the mode; priced afterwards."""

    def due(self, until, charged=(), interim=False, phases=(), **options):
        metered = book("api", kind=ItemKind.METERED, **options)
        self.plan = plan(
            Timeline((metered,), phases), charged, day(until), CENTS, interim
        )
        return [
            (each.kind, str(each.period.start), str(each.period.stop), str(each.due))
            for each in self.plan.charges
        ]

    @staticmethod
    def charged(start, stop, whole=None):
        return Charged(
            key=(start, stop),
            item_key="api",
            period=span(start, stop),
            whole=whole or span("2024-01-01", "2024-02-01"),
            amount_full=Decimal(7),
        )

    def test_due_on_the_day_after_its_period(self):
        self.assertEqual(self.due("2024-01-31"), [])
        self.assertEqual(self.due("2024-02-01"), [JANUARY])
        self.assertEqual(str(self.plan.next_due), "2024-03-01")
        self.assertEqual(self.plan.charges[0].amount, 0)

    def test_t7_each_open_period(self):
        self.assertEqual(len(self.due("2024-04-15")), 3)
        self.assertEqual([each.number for each in self.plan.charges], [1, 2, 3])

    def test_x2_charged_is_not_due_again(self):
        charged = [self.charged("2024-01-01", "2024-02-01")]
        self.assertEqual(self.due("2024-02-01", charged), [])

    def test_interim_is_up_to_the_day_before(self):
        first = ("interim", "2024-01-01", "2024-01-20", "2024-01-20")
        self.assertEqual(self.due("2024-01-20", interim=True), [first])
        self.assertEqual(str(self.plan.next_due), "2024-02-01")
        charged = [self.charged("2024-01-01", "2024-01-20")]
        self.assertEqual(self.due("2024-01-20", charged, interim=True), [])
        rest = ("usage", "2024-01-20", "2024-02-01", "2024-02-01")
        self.assertEqual(self.due("2024-02-01", charged), [rest])

    def test_interim_takes_closed_periods_along(self):
        second = ("interim", "2024-02-01", "2024-02-10", "2024-02-10")
        self.assertEqual(self.due("2024-02-10", interim=True), [JANUARY, second])

    def test_t6_interim_takes_each_period_whose_bill_is_far(self):
        """Billed once a year: January is over, so it is billed to its end."""
        due = self.due("2024-02-10", interim=True, billing=every(1, "year"))
        january = ("usage", "2024-01-01", "2024-02-01", "2024-02-10")
        self.assertEqual(
            due, [january, ("interim", "2024-02-01", "2024-02-10", "2024-02-10")]
        )
        self.assertEqual(str(self.plan.next_due), "2025-01-01")

    def test_interim_leaves_fees_alone(self):
        fee = book("fee", fees=every(1, "month"), start="2024-01-01")
        due = plan(Timeline((fee,)), [], day("2024-01-20"), CENTS, True)
        self.assertEqual([each.kind for each in due.charges], ["charge"])

    def test_end_cuts_the_last_period(self):
        last = ("usage", "2024-01-01", "2024-01-16", "2024-01-16")
        billing = every(1, "month", stop="2024-01-16")
        self.assertEqual(
            self.due("2024-02-01", stop="2024-01-16", billing=billing), [last]
        )

    def test_used_is_used(self):
        """An earlier end gives back fees, not what was used."""
        charged = [self.charged("2024-01-01", "2024-02-01")]
        self.assertEqual(self.due("2024-02-01", charged, stop="2024-01-16"), [])
        self.assertEqual(self.plan.credits, ())

    def test_pause_is_not_measured(self):
        paused = Phase(day("2024-01-10"), day("2024-01-20"), is_billed=False)
        starts = [start for _kind, start, *_ in self.due("2024-02-01", phases=[paused])]
        self.assertEqual(starts, ["2024-01-01", "2024-01-20"])

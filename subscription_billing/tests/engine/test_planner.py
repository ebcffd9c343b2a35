from dataclasses import replace
from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.charge import Charged
from ...engine.errors import InvalidItem, TooManyCharges
from ...engine.money import Rounding
from ...engine.planner import plan
from ...engine.price import PerUnit
from ...engine.proration import Proration
from ...engine.timeline import ItemKind, Mode, Phase, Timeline
from .common import CENTS, Ledger, book, day, every, lines, span

ARREARS = {"mode": Mode.ARREARS}
ONE_OFF = {"kind": ItemKind.ONE_OFF}
FULL = {"proration": Proration.NONE}


class PlannerCase(BaseCase):
    """Plans items on an empty ledger: (due, start, stop, amount) of each charge."""

    def assert_charges(self, until, expected, *items, next_due=None, phases=()):
        ledger = Ledger()
        due = ledger.bill(*items, until=until, phases=phases)
        self.assertEqual(lines(due.charges), expected)
        self.assertEqual(due.credits, ())
        self.assertEqual(due.next_due, next_due and day(next_due))
        again = ledger.bill(*items, until=until, phases=phases)
        self.assertEqual((again.charges, again.credits), ((), ()))
        self.assertEqual(again.next_due, due.next_due)


class TestLimit(PlannerCase):
    """Open periods are counted before they are walked through."""

    def plan_daily(self, start, until, charged=(), **vals):
        item = book(start=start, fees=every(1, "day", start), **vals)
        return plan(Timeline((item,)), charged, day(until), CENTS)

    def test_t7_more_than_ten_thousand_are_refused(self):
        for start in ("1970-01-01", "0001-01-01"):
            with self.assertRaises(TooManyCharges) as caught:
                self.plan_daily(start, "2190-01-01")
            self.assertEqual(caught.exception.facts["limit"], 10_000)
            self.assertGreater(caught.exception.facts["count"], 80_000)

    def test_t7_ten_thousand_are_planned(self):
        due = self.plan_daily("2000-01-01", "2027-05-18")
        self.assertEqual(len(due.charges), 10_000)
        with self.assertRaises(TooManyCharges):
            self.plan_daily("2000-01-01", "2027-05-19")

    def test_t7_what_was_charged_or_is_over_does_not_count(self):
        first = self.plan_daily("2000-01-01", "2027-05-18")
        self.assertEqual(len(first.charges), 10_000)
        over = self.plan_daily("2000-01-01", "2190-01-01", stop=day("2000-02-01"))
        self.assertEqual(len(over.charges), 31)
        ahead = self.plan_daily("2180-01-01", "2026-01-01")
        self.assertEqual(ahead.charges, ())
        once = self.plan_daily("1970-01-01", "2190-01-01", kind=ItemKind.ONE_OFF)
        self.assertEqual(len(once.charges), 1)


class TestDue(PlannerCase):
    def test_t7_all_open_periods_are_planned_each_with_its_own(self):
        monthly = every(1, "month", "2024-01-31")
        self.assert_charges(
            "2024-04-30",
            [
                ("2024-01-31", "2024-01-31", "2024-02-29", "30.00"),
                ("2024-02-29", "2024-02-29", "2024-03-31", "30.00"),
                ("2024-03-31", "2024-03-31", "2024-04-30", "30.00"),
                ("2024-04-30", "2024-04-30", "2024-05-31", "30.00"),
            ],
            book(start="2024-01-31", fees=monthly),
            next_due="2024-05-31",
        )

    def test_in_advance_is_due_when_the_period_begins(self):
        january = [("2024-01-01", "2024-01-01", "2024-02-01", "30.00")]
        for until, expected, next_due in (
            ("2023-12-31", [], "2024-01-01"),
            ("2024-01-01", january, "2024-02-01"),
            ("2024-01-31", january, "2024-02-01"),
        ):
            with self.subTest(until=until):
                self.assert_charges(until, expected, book(), next_due=next_due)

    def test_in_arrears_is_due_when_the_period_is_over(self):
        item = book(**ARREARS)
        january = [("2024-02-01", "2024-01-01", "2024-02-01", "30.00")]
        self.assert_charges("2024-01-31", [], item, next_due="2024-02-01")
        self.assert_charges("2024-02-01", january, item, next_due="2024-03-01")

    def test_in_arrears_the_end_of_the_contract_settles_the_rest(self):
        fees = every(1, "month", stop="2024-02-11")
        expected = [
            ("2024-02-01", "2024-01-01", "2024-02-01", "29.00"),
            ("2024-02-11", "2024-02-01", "2024-02-11", "10.00"),
        ]
        item = book(price="29.00", fees=fees, **ARREARS)
        self.assert_charges("2024-02-11", expected, item)

    def test_in_arrears_an_item_that_ends_waits_for_the_next_boundary(self):
        item = book(price="31.00", stop="2024-01-11", **ARREARS)
        expected = [("2024-02-01", "2024-01-01", "2024-01-11", "10.00")]
        self.assert_charges("2024-01-31", [], item, next_due="2024-02-01")
        self.assert_charges("2024-02-01", expected, item)

    def test_t6_a_yearly_fee_billed_monthly_appears_once_whole(self):
        item = book(fees=every(1, "year"), billing=every(1, "month"), price="120.00")
        expected = [("2024-01-01", "2024-01-01", "2025-01-01", "120.00")]
        self.assert_charges("2024-12-31", expected, item, next_due="2025-01-01")

    def test_t6_a_monthly_fee_billed_yearly_appears_twelve_times_at_once(self):
        item = book(billing=every(1, "year"))
        due = Ledger().bill(item, until="2024-01-01")
        self.assertEqual({each.due for each in due.charges}, {day("2024-01-01")})
        self.assertEqual(
            [each.period.start.month for each in due.charges], [*range(1, 13)]
        )
        self.assertEqual(
            {each.billing_period for each in due.charges},
            {span("2024-01-01", "2025-01-01")},
        )
        self.assertEqual(due.next_due, day("2025-01-01"))

    def test_t6_a_monthly_fee_billed_quarterly_in_arrears_waits_for_the_quarter(self):
        item = book(billing=every(1, "quarter"), **ARREARS)
        due = Ledger().bill(item, until="2024-04-01")
        self.assertEqual([each.period.start.month for each in due.charges], [1, 2, 3])
        self.assertEqual({each.due for each in due.charges}, {day("2024-04-01")})
        self.assertEqual(due.next_due, day("2024-07-01"))

    def test_t6_what_is_booked_inside_a_billing_cell_is_due_at_once(self):
        item = book(start="2024-11-16", billing=every(1, "year"))
        expected = [
            ("2024-11-16", "2024-11-16", "2024-12-01", "15.00"),
            ("2024-11-16", "2024-12-01", "2025-01-01", "30.00"),
        ]
        self.assert_charges("2024-11-16", expected, item, next_due="2025-01-01")

    def test_t5_a_stub_is_prorated_over_the_whole_aligned_period(self):
        fees = every(1, "month", "2024-01-15", alignment="calendar")
        expected = [
            ("2024-01-15", "2024-01-15", "2024-02-01", "17.00"),
            ("2024-02-01", "2024-02-01", "2024-03-01", "31.00"),
        ]
        item = book(start="2024-01-15", price="31.00", fees=fees)
        self.assert_charges("2024-02-01", expected, item, next_due="2024-03-01")

    def test_items_with_different_intervals_are_planned_by_due_date(self):
        yearly = book("yearly", fees=every(1, "year"), price="100.00")
        expected = [
            ("2024-01-01", "2024-01-01", "2025-01-01", "100.00"),
            ("2024-01-01", "2024-01-01", "2024-02-01", "30.00"),
            ("2024-02-01", "2024-02-01", "2024-03-01", "30.00"),
        ]
        self.assert_charges(
            "2024-02-01", expected, yearly, book(), next_due="2024-03-01"
        )

    def test_x1_a_charge_of_nothing_is_a_charge(self):
        expected = [("2024-01-01", "2024-01-01", "2024-02-01", "0.00")]
        self.assert_charges(
            "2024-01-01", expected, book(price="0"), next_due="2024-02-01"
        )

    def test_a_phase_that_is_not_billed_leaves_a_gap(self):
        phases = [
            Phase(day("2024-01-01"), day("2024-01-04"), False, "trial"),
            Phase(day("2024-02-11"), day("2024-02-21"), False, "paused"),
        ]
        expected = [
            ("2024-01-04", "2024-01-04", "2024-02-01", "28.00"),
            ("2024-02-01", "2024-02-01", "2024-02-11", "10.69"),
            ("2024-02-21", "2024-02-21", "2024-03-01", "9.62"),
        ]
        item, following = book(price="31.00"), {"next_due": "2024-03-01"}
        self.assert_charges("2024-02-21", expected, item, phases=phases, **following)

    def test_m1_amounts_are_multiples_of_the_currency_step(self):
        item = book(start="2024-01-12", price="10.00")
        due = plan(Timeline((item,)), (), day("2024-01-12"), Rounding(Decimal("0.05")))
        self.assertEqual(str(due.charges[0].amount), "6.45")

    def test_m3_by_second_knows_the_day_of_23_hours(self):
        fees = every(1, "month", "2021-03-01")
        options = {"price": "31.00", "fees": fees, "proration": Proration.SECOND}
        for zone, expected in (("Europe/Berlin", "3.96"), ("UTC", "4.00")):
            item = book(start="2021-03-28", **options)
            due = Ledger().bill(item, until="2021-03-28", zone=zone)
            with self.subTest(zone=zone):
                self.assertEqual(str(due.charges[0].amount), expected)

    def test_m4_a_charge_carries_its_arithmetic(self):
        item = book(start="2024-01-12", quantity=Decimal(3))
        item = replace(item, price=PerUnit(Decimal("0.333")))
        (charge,) = Ledger().bill(item, until="2024-01-12").charges
        self.assertEqual(charge.priced.amount, Decimal("0.999"))
        self.assertEqual(charge.priced.slices[0].quantity, 3)
        self.assertEqual(
            (charge.fraction.numerator, charge.fraction.denominator), (20, 31)
        )
        self.assertEqual(charge.whole, span("2024-01-01", "2024-02-01"))
        self.assertEqual(str(charge.amount), "0.64")

    def test_nothing_is_due_of_an_item_that_was_never_valid(self):
        for options in ({}, ARREARS, ONE_OFF, FULL):
            with self.subTest(options=options):
                never = book(stop="2024-01-01", **options)
                self.assert_charges("2030-01-01", [], never)

    def test_x2_a_charge_of_a_stranger_is_refused(self):
        january = span("2024-01-01", "2024-02-01")
        row = Charged(7, "stranger", january, january, Decimal(30))
        with self.assertRaises(InvalidItem) as caught:
            plan(Timeline((book(),)), [row], day("2024-01-01"), CENTS)
        self.assertEqual(caught.exception.facts, {"charge": 7, "item": "stranger"})


class TestOneOff(PlannerCase):
    def test_a_one_off_item_costs_its_price_once(self):
        expected = [("2024-01-10", "2024-01-10", "2024-01-11", "30.00")]
        item = book(start="2024-01-10", **ONE_OFF)
        self.assert_charges("2024-01-09", [], item, next_due="2024-01-10")
        self.assert_charges("2030-01-01", expected, item)

    def test_a_one_off_item_in_arrears_waits_for_the_boundary(self):
        expected = [("2024-02-01", "2024-01-10", "2024-01-11", "30.00")]
        item = book(start="2024-01-10", **ONE_OFF, **ARREARS)
        self.assert_charges("2024-02-01", expected, item)

    def test_a_one_off_item_waits_for_its_first_billed_day(self):
        trial = [Phase(day("2024-01-01"), day("2024-01-15"), False)]
        expected = [("2024-01-15", "2024-01-15", "2024-01-16", "30.00")]
        self.assert_charges("2030-01-01", expected, book(**ONE_OFF), phases=trial)

    def test_a_one_off_item_is_never_given_back_by_itself(self):
        ledger = Ledger()
        ledger.bill(book(**ONE_OFF), until="2024-01-01")
        for changed in (book(stop="2024-01-01", **ONE_OFF), book(**ONE_OFF)):
            due = ledger.bill(changed, until="2024-02-01")
            self.assertEqual((due.charges, due.credits), ((), ()))


class TestFullFee(PlannerCase):
    def test_m3_none_charges_each_touched_period_in_full_once(self):
        pause = [Phase(day("2024-01-05"), day("2024-01-20"), False)]
        expected = [
            ("2024-01-03", "2024-01-03", "2024-01-05", "30.00"),
            ("2024-02-01", "2024-02-01", "2024-02-10", "30.00"),
        ]
        item = book(start="2024-01-03", stop="2024-02-10", **FULL)
        self.assert_charges("2030-01-01", expected, item, phases=pause)

    def test_m3_none_gives_nothing_back(self):
        ledger = Ledger()
        ledger.bill(book(**FULL), until="2024-01-01")
        for stop in ("2024-01-10", "2024-01-01", "2024-01-20"):
            due = ledger.bill(book(stop=stop, **FULL), until="2024-01-31")
            with self.subTest(stop=stop):
                self.assertEqual((due.charges, due.credits), ((), ()))

    def test_m3_a_rule_that_changes_later_does_not_bill_again(self):
        for before, after in ((FULL, {}), ({}, FULL)):
            ledger = Ledger()
            ledger.bill(book(start="2024-01-10", **before), until="2024-01-10")
            due = ledger.bill(book(**after), until="2024-01-31")
            with self.subTest(before=before):
                self.assertEqual((due.charges, due.credits), ((), ()))

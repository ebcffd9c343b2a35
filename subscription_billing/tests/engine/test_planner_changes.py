from decimal import Decimal
from itertools import permutations

from odoo.tests import BaseCase

from ...engine.period import Period
from ...engine.proration import Proration, fraction
from ...engine.timeline import Mode, Phase
from .common import CENTS, Ledger, book, day, every, lines, span, stopped
from .vectors import FOLDER, read_cases

YEAR = {"billing": every(1, "year")}


class TestChanges(BaseCase):
    def setUp(self):
        super().setUp()
        self.ledger = Ledger()

    def assert_due(self, due, charges, credits):
        self.assertEqual(lines(due.charges), charges)
        self.assertEqual(lines(due.credits), credits)

    def test_x2_a_new_price_credits_the_rest_and_charges_it_anew(self):
        old = book("old", price="10.00")
        new = book("new", start="2024-01-15", price="20.00")
        self.ledger.bill(old, until="2024-01-01")
        due = self.ledger.bill(stopped(old, "2024-01-15"), new, until="2024-01-15")
        self.assert_due(
            due,
            [("2024-01-15", "2024-01-15", "2024-02-01", "10.97")],
            [("2024-01-15", "2024-01-15", "2024-02-01", "-5.48")],
        )
        (credit,) = due.credits
        self.assertEqual(
            (credit.kind, credit.credits, credit.revision), ("credit", 0, 0)
        )

    def test_x2_a_retroactive_end_credits_every_period_after_it(self):
        item = book()
        self.ledger.bill(item, until="2024-03-31")
        due = self.ledger.bill(stopped(item, "2024-02-16"), until="2024-03-31")
        self.assert_due(
            due,
            [],
            [
                ("2024-02-16", "2024-02-16", "2024-03-01", "-14.48"),
                ("2024-03-01", "2024-03-01", "2024-04-01", "-30.00"),
            ],
        )
        self.assertIsNone(due.next_due)

    def test_x2_a_retroactive_start_is_charged_at_once(self):
        self.ledger.bill(book(start="2024-02-01"), until="2024-02-01")
        due = self.ledger.bill(book(start="2024-01-16"), until="2024-02-01")
        charges = [("2024-01-16", "2024-01-16", "2024-02-01", "15.48")]
        self.assert_due(due, charges, [])

    def test_x2_an_annulled_item_is_given_back_whole(self):
        item = book()
        self.ledger.bill(item, until="2024-02-01")
        self.ledger.bill(stopped(item, "2024-01-01"), until="2024-02-01")
        self.assertEqual(self.ledger.total(), 0)

    def test_x2_a_contract_that_ends_credits_what_was_paid_ahead(self):
        self.ledger.bill(book(**YEAR), until="2024-01-01")
        ended = book(
            fees=every(1, "month", stop="2024-11-16"),
            billing=every(1, "year", stop="2024-11-16"),
        )
        due = self.ledger.bill(ended, until="2024-06-01")
        self.assert_due(
            due,
            [],
            [
                ("2024-11-16", "2024-11-16", "2024-12-01", "-15.00"),
                ("2024-12-01", "2024-12-01", "2025-01-01", "-30.00"),
            ],
        )

    def test_x2_what_is_charged_ahead_is_no_excess(self):
        item = book(**YEAR)
        self.ledger.bill(item, until="2024-01-01")
        due = self.ledger.bill(item, until="2024-01-01")
        self.assert_due(due, [], [])

    def test_m3_change_and_change_back_cost_nothing(self):
        item = book(price="9.99")
        self.ledger.bill(item, until="2024-01-01")
        paid = self.ledger.total()
        for number in range(5):
            self.ledger.bill(
                stopped(item, f"2024-01-{10 + number}"), until="2024-01-20"
            )
            self.ledger.bill(item, until="2024-01-20")
            with self.subTest(number=number):
                self.assertEqual(self.ledger.total(), paid)

    def test_x1_what_is_charged_again_gets_the_next_revision(self):
        item = book()
        self.ledger.bill(item, until="2024-01-01")
        revisions = []
        for stop in ("2024-01-20", "2024-01-10", "2024-01-25"):
            self.ledger.bill(stopped(item, stop), until="2024-01-31")
            due = self.ledger.bill(item, until="2024-01-31")
            revisions.append([each.revision for each in due.charges])
        self.assertEqual(revisions, [[1], [2], [3]])

    def test_x1_a_revision_is_free_on_each_of_its_days(self):
        item, revisions = book(), []
        self.ledger.bill(stopped(item, "2024-01-16"), until="2024-01-31")
        self.ledger.bill(item, until="2024-01-31")
        for stop in ("2024-01-01", "2024-01-21", "2024-01-10"):
            self.ledger.bill(stopped(item, stop), until="2024-01-31")
            due = self.ledger.bill(item, until="2024-01-31")
            revisions += [each.revision for each in due.charges]
        self.assertEqual(revisions, [1, 2, 3])

    def test_t6_a_fee_period_that_goes_on_after_all_is_due_at_its_own_time(self):
        fees = {"fees": every(1, "year"), "billing": every(1, "month")}
        item = book(price="366.00", **fees)
        self.ledger.bill(stopped(item, "2024-07-01"), until="2024-01-01")
        due = self.ledger.bill(item, until="2024-02-01")
        charges = [("2024-01-01", "2024-07-01", "2025-01-01", "184.00")]
        self.assert_due(due, charges, [])
        self.assertEqual(self.ledger.total(), Decimal("366.00"))

    def test_x1_a_credit_names_each_charge_it_takes_from(self):
        item = book()
        self.ledger.bill(item, until="2024-01-01")
        self.ledger.bill(stopped(item, "2024-01-20"), until="2024-01-31")
        self.ledger.bill(item, until="2024-01-31")
        due = self.ledger.bill(stopped(item, "2024-01-10"), until="2024-01-31")
        found = [(each.credits, each.period) for each in due.credits]
        first, second = (
            span("2024-01-10", "2024-01-20"),
            span("2024-01-20", "2024-02-01"),
        )
        self.assertEqual(found, [(0, first), (1, second)])
        self.assertEqual(self.ledger.total(), Decimal("8.71"))

    def test_m3_pause_and_resume_do_not_start_a_new_term(self):
        item, paused_on, resumed_on = book(price="249.95"), "2024-03-03", "2024-04-04"
        self.ledger.bill(item, until="2024-03-01")
        pause = Phase(day(paused_on), None, False)
        due = self.ledger.bill(item, until=paused_on, phases=[pause])
        credits = [(paused_on, paused_on, "2024-04-01", "-233.82")]
        self.assert_due(due, [], credits)
        pause = Phase(day(paused_on), day(resumed_on), False)
        due = self.ledger.bill(item, until=resumed_on, phases=[pause])
        charges = [(resumed_on, resumed_on, "2024-05-01", "224.96")]
        self.assert_due(due, charges, [])
        self.assertEqual(due.next_due, day("2024-05-01"))

    def test_m3_a_credit_follows_the_rule_of_its_charge(self):
        item = book(start="2024-02-01", proration=Proration.DAY_FIXED_30)
        self.ledger.bill(item, until="2024-02-01")
        by_day = book(start="2024-02-01", stop="2024-02-16")
        due = self.ledger.bill(by_day, until="2024-02-20")
        self.assertEqual(str(due.credits[0].amount), "-15.00")

    def test_x2_any_order_of_changes_gives_the_same_balance(self):
        states = {"base": None, "seats": "2024-02-11", "addon": "2024-01-20"}
        results = set()
        for order in permutations(states):
            ledger, items = Ledger(), {key: book(key, price="9.99") for key in states}
            for name in order:
                items[name] = stopped(items[name], states[name])
                ledger.bill(*items.values(), until="2024-03-01")
            results.add(tuple(sorted(ledger.by_fee_period().items(), key=str)))
        self.assertEqual(len(results), 1)

    def test_in_arrears_a_retroactive_end_is_credited_too(self):
        item = book(mode=Mode.ARREARS)
        self.ledger.bill(item, until="2024-02-01")
        due = self.ledger.bill(stopped(item, "2024-01-16"), until="2024-02-02")
        credits = [("2024-01-16", "2024-01-16", "2024-02-01", "-15.48")]
        self.assert_due(due, [], credits)


class TestPlannerAgainstPeers(BaseCase):
    def test_m3_the_planner_bills_what_peers_bill(self):
        """Changes at the vectors' dates, billed as two items of a contract."""
        tried = 0
        for case in read_cases(FOLDER / "proration.json"):
            is_plain = case["kind"] in ("change", "add", "remove", "cancel", "pause")
            if is_plain and case["rule"] == "day" and "new_period_start" not in case:
                with self.subTest(case=case["id"]):
                    self.assert_billed(case)
                    tried += 1
        self.assertGreater(tried, 10)

    def assert_billed(self, case):
        whole = span(case["period_start"], case["period_end_exclusive"])
        fees = every(whole.days, "day", case["period_start"])
        changed, ledger, items = case["change_date"], Ledger(), []
        if case["old_price"]:
            old = book("old", str(whole.start), case["old_price"], fees=fees)
            ledger.bill(old, until=whole.start)
            items.append(stopped(old, changed))
        if case["new_price"]:
            items.append(book("new", changed, case["new_price"], fees=fees))
        due = ledger.bill(*items, until=whole.last_day)
        credit = -sum(each.amount for each in due.credits)
        charge = sum(each.amount for each in due.charges)
        self.assertEqual(credit, Decimal(case["expected_credit"] or 0))
        self.assertEqual(charge, Decimal(case["expected_charge"] or 0))

    def test_m3_the_plan_agrees_with_the_bare_formula(self):
        march = span("2024-03-01", "2024-04-01")
        for at in ("2024-03-02", "2024-03-15", "2024-03-31"):
            ledger, old = Ledger(), book("old", "2024-03-01", "10.00")
            ledger.bill(old, until="2024-03-01")
            ledger.bill(stopped(old, at), book("new", at, "20.00"), until=at)
            left = fraction(Period(day(at), march.stop), march)
            expected = 10 - CENTS.round(10 * left) + CENTS.round(20 * left)
            with self.subTest(at=at):
                self.assertEqual(ledger.total(), expected)

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..dunning_common import DunningCommon
from ..formats.test_bank_answers import camt, detail, entry


@tagged("post_install", "-at_install", "dunning")
class TestDunningHolds(DunningCommon):
    """Promises, instalments, and the whole way from a debit to the resumed contract."""

    def promise(self, *parts, **vals):
        return self.env["subscription.dunning.hold"].create(
            {
                "kind": "promise",
                "partner_id": self.business.id,
                "reason": "By phone",
                "promise_ids": [
                    Command.create({"date": day, "amount": amount})
                    for day, amount in parts
                ],
                **vals,
            }
        )

    def test_a_promise_holds_until_its_day(self):
        self.owed(100.0)
        promise = self.promise(("2026-01-20", 100.0))
        self.dun("2026-01-20")
        self.assertFalse(self.steps())
        self.assertEqual(promise.state, "active")
        self.assertEqual(self.business.subscription_dunning_state, "Promise to Pay")
        self.dun("2026-01-21")
        self.assertEqual(promise.state, "broken")
        self.assertSteps([("Payment Reminder", "2026-01-21", 100.0)])

    def test_a_promise_is_kept(self):
        move = self.owed(100.0)
        promise = self.promise(("2026-01-20", 100.0))
        self.pay(move, "2026-01-19")
        self.dun("2026-01-19")
        self.assertEqual(promise.state, "kept")
        self.assertFalse(self.steps())

    def test_instalments_hold_while_each_is_paid(self):
        move = self.owed(100.0)
        plan = self.promise(("2026-01-20", 40.0), ("2026-02-20", 60.0))
        self.assertEqual(str(plan.date_until), "2026-02-20")
        self.pay(move, "2026-01-20", 40.0)
        self.dun("2026-02-20")
        self.assertEqual(plan.state, "active")
        self.assertFalse(self.steps())
        self.dun("2026-02-21")
        self.assertEqual(plan.state, "broken")
        self.assertSteps([("Payment Reminder", "2026-02-21", 60.0)])

    def test_a_promise_for_one_invoice_leaves_the_others(self):
        move, other = self.owed(100.0), self.owed(50.0)
        self.promise(("2026-03-01", 100.0), move_id=move.id)
        self.dun("2026-01-08")
        self.assertEqual(self.steps().line_ids.move_id, other)

    def test_what_a_hold_needs(self):
        holds = self.env["subscription.dunning.hold"]
        vals = {"partner_id": self.business.id, "reason": "x"}
        for kind, message in (
            ("block", "until which day"),
            ("dispute", "which invoice"),
            ("promise", "what was promised"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                holds.create({**vals, "kind": kind})
        foreign = self.owed(partner=self.customer)
        with self.assertRaisesRegex(ValidationError, "not owed by"):
            holds.create({**vals, "kind": "dispute", "move_id": foreign.id})

    def test_from_the_debit_to_the_resumed_contract(self):
        """Returned debit, entry, retry, dunning, pause, payment, resumed."""
        self.mandate(partner=self.business)
        contract = self.subscribe(
            "2026-01-01", partner_id=self.business.id, line_ids=self.priced(119.0)
        )
        move = self.invoice("2026-01-01", contract)
        for sent, booked, back in (
            ("01-05", "01-07", "01-09"),
            ("01-09", "01-12", "01-14"),
            ("01-14", "01-16", "01-20"),
        ):
            lines = self.debit(f"2026-{sent}").line_ids
            self.assertEqual(lines.move_id, move)
            self.collect(f"2026-{booked}")
            self.assertTrue(move._is_settled())
            with self.at(f"2026-{back}"):
                self.returned(lines, f"2026-{back}")
            self.assertEqual(move.amount_residual, 119.0)
            if back != "01-20":
                self.dun(f"2026-{back}")
                self.assertFalse(self.steps(), "it is tried again")
        days = ("01-20", "01-27", "02-10", "02-17")
        for day in days:
            self.dun(f"2026-{day}")
        self.assertEqual(
            [it.level_id.name for it in self.steps()],
            ["Payment Reminder", "First Dunning", "Second Dunning", "Suspension"],
        )
        self.assertEqual(contract.state, "paused")
        self.assertEqual(contract.collection_state, "returned")
        self.pay(move, "2026-02-20")
        self.dun("2026-02-20")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.case().state, "closed")
        self.assertHealthy()

    def test_what_a_mandate_is_to_pay_is_not_dunned(self):
        mandate = self.mandate(partner=self.business)
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        move = self.invoice("2026-01-01", contract)
        other = self.owed(50.0)
        self.dun("2026-01-21")
        self.assertEqual(self.steps().line_ids.move_id, other)
        mandate.action_cancel()
        self.dun("2026-01-22")
        self.assertEqual(self.steps()[-1].line_ids.move_id, move)

    def returned(self, lines, day):
        content = camt(entry(detail(lines.end_to_end_id, "AM04"), "119.00"))
        return self.answer(content, day, name=f"{day}.xml")

    def test_handed_over_and_taken_back(self):
        self.owed(100.0)
        self.dun("2026-01-08")
        with self.at("2026-01-09"):
            self.case().action_hand_over()
        self.dun("2026-01-15")
        self.assertEqual(len(self.steps()), 1)
        self.case().action_take_back()
        with self.assertRaisesRegex(UserError, "handed over"):
            self.case().action_take_back()
        self.dun("2026-01-16")
        self.assertEqual(len(self.steps()), 2)

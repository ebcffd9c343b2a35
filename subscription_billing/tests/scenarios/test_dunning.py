from odoo.tests import tagged

from ..dunning_common import DunningCommon


@tagged("post_install", "-at_install", "dunning")
class TestDunning(DunningCommon):
    """P3: per debtor over all open items, one level after the other."""

    def test_p3_the_levels_of_the_german_policy(self):
        move = self.owed(1000.0)
        for day in ("2026-01-07", "2026-01-08", "2026-01-15", "2026-01-29"):
            self.dun(day)
        self.assertSteps(
            [
                ("Payment Reminder", "2026-01-08", 1000.0),
                ("First Dunning", "2026-01-15", 1040.0),
                # In default from 16 January: 14 days at 10.27 %, and the fee is open.
                ("Second Dunning", "2026-01-29", 1043.94),
            ]
        )
        self.assertEqual(move.amount_residual, 1000.0)
        self.dun("2026-02-05")
        self.dun("2026-02-19")
        self.dun("2026-03-05")
        self.assertEqual(self.case().state, "handed_over")
        names = self.case().message_ids.attachment_ids.mapped("name")
        self.assertEqual(sorted(it[-4:] for it in names), [".csv", ".pdf"])
        self.dun("2026-04-30")
        self.assertEqual(len(self.steps()), 6)

    def test_p3_one_letter_over_all_items_contract_or_not(self):
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        self.invoice("2026-01-01", contract)
        self.owed(50.0)
        self.dun("2026-01-08")
        self.assertSteps([("Payment Reminder", "2026-01-08", 80.0)])
        self.assertEqual(contract.dunning_state, "Payment Reminder")
        self.assertEqual(self.business.subscription_dunning_state, "Payment Reminder")

    def test_p3_a_letter_for_one_leaves_the_others(self):
        first = self.owed(100.0)
        self.dun("2026-01-08")
        second = self.owed(10.0, due="2026-01-09")
        self.dun("2026-01-15")
        step = self.steps()[-1]
        self.assertEqual(step.line_ids.move_id, first)
        self.dun("2026-01-16")
        self.assertEqual(self.steps()[-1].line_ids.move_id, second)
        self.assertEqual(self.steps()[-1].level_id.name, "Payment Reminder")

    def test_p3_credits_and_parts_count_drafts_and_cancelled_do_not(self):
        move = self.owed(100.0)
        self.owed(30.0, move_type="out_refund")
        self.pay(move, "2026-01-05", 20.0)
        draft = self.owed(500.0)
        draft.button_draft()
        cancelled = self.owed(500.0)
        cancelled.button_draft()
        cancelled.button_cancel()
        self.dun("2026-01-08")
        self.assertSteps([("Payment Reminder", "2026-01-08", 50.0)])

    def test_p3_a_payment_since_the_proposal_takes_the_letter_back(self):
        move = self.owed(100.0)
        other = self.owed(40.0)
        self.dun("2026-01-08", automatic=False)
        step = self.steps()
        self.assertEqual((step.state, step.amount), ("proposed", 140.0))
        self.pay(other, "2026-01-08")
        with self.at("2026-01-08"):
            step.action_send_now()
        self.assertSteps([("Payment Reminder", "2026-01-08", 100.0)])
        self.dun("2026-01-15", automatic=False)
        step = self.steps()[-1]
        step.action_approve()
        self.pay(move, "2026-01-15")
        with self.at("2026-01-15"):
            self.env["subscription.dunning"].sudo()._send_approved(
                self.company, self.day("2026-01-15")
            )
        self.assertEqual(step.state, "dropped")

    def test_a_proposal_tells_what_it_would_charge(self):
        self.company.subscription_dunning_policy_id = self.policy_of(
            {"days": 14, "flat_fee": 40.0, "charges_interest": True}
        )
        self.owed(1000.0)
        self.dun("2026-01-15", automatic=False)
        step = self.steps()
        self.assertEqual(
            (step.amount_flat_fee, step.amount_interest, step.amount_total),
            (40.0, 3.94, 1043.94),
        )
        self.assertFalse(step.claim_move_ids)
        # A day later it is sent, with the interest of that day.
        with self.at("2026-01-16"):
            step.action_send_now()
        self.assertEqual(step.amount_interest, 4.22)

    def test_p3_paying_ends_the_case_and_lifts_the_pause(self):
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        move = self.invoice("2026-01-01", contract)
        for day in ("01-08", "01-15", "01-29", "02-05"):
            self.dun(f"2026-{day}")
        self.assertEqual(contract.state, "paused")
        self.assertEqual(self.case().paused_contract_ids, contract)
        self.pay(move, "2026-02-10")
        self.dun("2026-02-10")
        self.assertEqual(self.case().state, "closed")
        self.assertEqual(contract.state, "active")
        self.assertEqual(
            contract.change_ids.sorted("id").mapped("reason_told")[-1],
            "What was overdue is paid.",
        )

    def test_p3_paying_never_revives_an_ended_contract(self):
        policy = self.policy_of({"days": 7, "ends_contracts": True})
        contract = self.subscribe(
            "2026-01-01", partner_id=self.business.id, dunning_policy_id=policy.id
        )
        move = self.invoice("2026-01-01", contract)
        self.dun("2026-01-08")
        self.assertTrue(contract.date_end)
        self.advance("2026-03-01", contract)
        self.assertEqual(contract.state, "ended")
        self.pay(move, "2026-03-10")
        self.dun("2026-03-10")
        self.assertEqual(contract.state, "ended")

    def test_p3_what_is_held(self):
        move = self.owed(100.0)
        other = self.owed(50.0)
        holds = self.env["subscription.dunning.hold"]
        dispute = holds.create(
            {
                "kind": "dispute",
                "partner_id": self.business.id,
                "move_id": move.id,
                "reason": "Wrong quantity",
            }
        )
        self.dun("2026-01-08")
        self.assertEqual(self.steps().line_ids.move_id, other)
        block = holds.create(
            {
                "partner_id": self.business.id,
                "date_until": "2026-01-20",
                "reason": "Talks with the sales",
            }
        )
        self.assertEqual(self.business.subscription_dunning_state, "Blocked")
        self.dun("2026-01-20")
        self.assertEqual(len(self.steps()), 1)
        dispute.action_lift()
        self.dun("2026-01-21")
        self.assertEqual(block.state, "over")
        self.assertEqual(
            {it.move_id: it.level_id.name for it in self.steps()[-1].line_ids},
            {move: "Payment Reminder", other: "First Dunning"},
        )

    def test_p3_money_under_way_holds(self):
        self.token(partner=self.business)
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        self.invoice("2026-01-01", contract)
        self.collect("2026-01-01", "pending")
        self.dun("2026-01-08")
        self.assertFalse(self.steps())

    def test_p3_no_followup_is_respected(self):
        move = self.owed(100.0)
        move.no_followup = True
        self.dun("2026-01-08")
        self.assertFalse(self.steps())

    def test_p3_three_attempts_then_the_first_level(self):
        """Days 0, 3, 7; one e-mail per attempt; then level 1."""
        self.company.subscription_retry_days = "0, 3, 7"
        self.token(partner=self.business)
        contract = self.subscribe("2026-01-01", partner_id=self.business.id)
        move = self.invoice("2026-01-01", contract)
        move.invoice_date_due = "2026-01-01"
        for day in ("01", "04", "08"):
            self.collect(f"2026-01-{day}", "Insufficient funds")
            self.dun(f"2026-01-{day}")
        self.assertAttempts(
            move,
            [
                (1, "2026-01-01", "failed"),
                (2, "2026-01-04", "failed"),
                (3, "2026-01-08", "failed"),
            ],
        )
        references = move.transaction_ids.sorted("id").mapped("reference")
        self.assertEqual(references, [move.name, f"{move.name}-1", f"{move.name}-2"])
        self.assertEqual(len(self.mails("payment_failed")), 3)
        self.assertSteps([("Payment Reminder", "2026-01-08", 30.0)])

    def test_minimum_no_letter_and_no_fee(self):
        self.company.subscription_collect_minimum = 5.0
        self.owed(3.0)
        self.dun("2026-01-08")
        self.assertFalse(self.steps())
        self.owed(2.0, due="2026-02-01")
        self.dun("2026-02-08")
        self.assertSteps([("Payment Reminder", "2026-02-08", 5.0)])

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..dunning_common import DunningCommon
from ..formats.test_bank_answers import camt, detail, entry


@tagged("post_install", "-at_install", "dunning")
class TestDunningActions(DunningCommon):
    """What a level does besides its letter, and what becomes of proposals."""

    def by(self, *levels, **vals):
        policy = self.policy_of(*levels, **vals)
        self.company.subscription_dunning_policy_id = policy
        return policy

    def billed(self, amount=30.0, **vals):
        contract = self.subscribe(
            "2026-01-01",
            partner_id=self.business.id,
            line_ids=self.priced(amount),
            **vals,
        )
        return contract, self.invoice("2026-01-01", contract)

    # Collecting again

    def test_a_card_is_charged_once_more(self):
        self.by({"days": 20, "retries": True})
        self.company.subscription_retry_days = "0"
        self.token(partner=self.business)
        _contract, move = self.billed()
        self.collect("2026-01-01", "Insufficient funds")
        self.dun("2026-01-21")
        self.assertAttempts(
            move, [(1, "2026-01-01", "failed"), (2, "2026-01-21", "scheduled")]
        )
        provider = self.collect("2026-01-21")
        self.assertEqual([amount for _ref, amount in provider.calls], [30.0])
        self.assertTrue(move._is_settled())
        self.dun("2026-01-22")
        self.assertEqual(self.case().state, "closed")

    def test_the_try_of_a_level_has_no_plan_after_it(self):
        self.by({"days": 20, "retries": True})
        self.token(partner=self.business)
        self.company.subscription_retry_days = "0, 3"
        _contract, move = self.billed()
        for day in ("01", "04"):
            self.collect(f"2026-01-{day}", "Insufficient funds")
        self.dun("2026-01-21")
        self.collect("2026-01-21", "Insufficient funds")
        self.assertEqual(move.subscription_attempt_ids.mapped("state"), ["failed"] * 3)

    def test_nothing_is_charged_without_a_card(self):
        self.by({"days": 7, "retries": True})
        _contract, move = self.billed()
        self.dun("2026-01-08")
        self.assertFalse(move.subscription_attempt_ids)
        self.assertEqual(self.steps().state, "done")

    def test_an_account_is_debited_once_more(self):
        self.by({"days": 20, "retries": True})
        self.mandate(partner=self.business)
        self.company.subscription_retry_days = "0"
        _contract, move = self.billed()
        line = self.debit("2026-01-05").line_ids
        self.collect("2026-01-07")
        content = camt(entry(detail(line.end_to_end_id, "AM04"), "30.00"))
        self.answer(content, "2026-01-09")
        self.assertFalse(self.propose("2026-01-12").line_ids)
        self.dun("2026-01-21")
        self.assertAttempts(
            move, [(1, "2026-01-05", "returned"), (2, "2026-01-21", "scheduled")]
        )
        self.assertEqual(self.debit("2026-01-21").line_ids.move_id, move)

    def test_a_payment_has_dunning_look_at_once(self):
        self.by({"days": 7})
        move = self.owed()
        other = self.owed(partner=self._customer("Other"))
        self.dun("2026-01-08", automatic=False)
        cron = self.env.ref("subscription_billing.ir_cron_dun")
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self.pay(move, "2026-01-09")
        self.assertEqual(triggers.search_count([("cron_id", "=", cron.id)]), 1)
        self.dun("2026-01-09", automatic=False)
        self.assertFalse(self.steps())
        self.assertTrue(self.steps(other.partner_id))

    # Contracts

    def test_contracts_are_ended_by_term_and_notice(self):
        self.by({"days": 7, "ends_contracts": True})
        contract, _move = self.billed()
        self.dun("2026-01-08")
        self.assertTrue(contract.date_end)
        self.assertEqual(self.case().paused_contract_ids, contract.browse())

    def test_only_contracts_of_what_is_overdue_are_paused(self):
        self.by({"days": 7, "pauses_contracts": True})
        contract, _move = self.billed()
        paid, other = self.billed(10.0)
        self.pay(other, "2026-01-05")
        self.dun("2026-01-08")
        self.assertEqual((contract.state, paid.state), ("paused", "active"))

    def test_what_somebody_paused_stays_paused(self):
        self.by({"days": 7, "pauses_contracts": True})
        contract, move = self.billed()
        contract._change_for_money("pause", self.day("2026-01-02"), "on leave")
        self.dun("2026-01-08")
        self.assertFalse(self.case().paused_contract_ids)
        self.pay(move, "2026-01-09")
        self.dun("2026-01-09")
        self.assertEqual(contract.state, "paused")

    def test_somebody_resumed_it_before(self):
        self.by({"days": 7, "pauses_contracts": True})
        contract, move = self.billed()
        self.dun("2026-01-08")
        change = self.env["subscription.change"].create(
            {"contract_id": contract.id, "kind": "resume", "timing": "now"}
        )
        change._apply(self.day("2026-01-09"))
        self.pay(move, "2026-01-10")
        self.dun("2026-01-10")
        self.assertEqual(self.case().state, "closed")
        self.assertEqual(contract.state, "active")

    def test_the_log_of_the_contract_tells(self):
        self.by({"days": 7})
        contract, _move = self.billed()
        self.dun("2026-01-08")
        event = contract.event_ids.filtered(lambda it: it.type == "dunned")
        self.assertEqual(len(event), 1)
        self.assertIn("30.00", event.value_new)

    # Activities

    def test_somebody_gets_something_to_do_once(self):
        self.by(
            {"days": 7, "asks_user": True, "note": "Call them"},
            {"days": 8, "asks_user": True},
        )
        self.owed()
        self.dun("2026-01-08")
        self.dun("2026-01-09")
        activity = self.case().activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn("Call them", activity.note)

    # Levels

    def test_the_minimum_of_a_level(self):
        self.by({"days": 7}, {"days": 14, "minimum": 50.0})
        self.owed(49.99)
        self.dun("2026-01-08")
        self.dun("2026-01-15")
        self.assertEqual(len(self.steps()), 1)
        self.owed(0.01)
        self.dun("2026-01-16")
        self.dun("2026-01-23")
        self.assertEqual(self.steps()[-1].level_id.name, "Level 2")
        self.assertEqual(self.steps()[-1].amount, 50.0)

    def test_interest_from_default_on(self):
        """A business: 30 days after the due date, or the day after the letter."""
        self.by(
            {"days": 10, "charges_interest": True},
            {"days": 20, "creates_default": True},
            {"days": 25, "charges_interest": True},
            interest_start="default",
        )
        self.owed(1000.0)
        for day in ("11", "21", "26"):
            self.dun(f"2026-01-{day}")
        # 22 to 26 January at 10.27 %.
        self.assertEqual(self.steps().mapped("amount_interest"), [0.0, 0.0, 1.41])

    def test_a_business_is_in_default_after_30_days(self):
        self.by({"days": 40, "charges_interest": True}, interest_start="default")
        self.owed(1000.0)
        self.dun("2026-02-10")
        # 1 to 10 February at 10.27 %.
        self.assertEqual(self.steps().amount_interest, 2.81)

    def test_a_consumer_is_not_in_default_by_itself(self):
        self.by({"days": 40, "charges_interest": True}, interest_start="default")
        consumer = self._customer("Ada", email="a@example.com")
        self.owed(1000.0, partner=consumer)
        self.dun("2026-02-10")
        self.assertEqual(self.steps(consumer).amount_interest, 0.0)

    def test_what_was_waived_is_not_asked_for_again(self):
        self.by(
            {"days": 10, "charges_interest": True},
            {"days": 20, "charges_interest": True},
        )
        self.owed(1000.0)
        self.dun("2026-01-11")
        with self.at("2026-01-12"):
            self.steps().action_waive()
        self.dun("2026-01-21")
        self.assertEqual(self.steps().mapped("amount_interest"), [2.81, 2.82])
        self.assertEqual(self.steps()[-1].amount_total, 1002.82)

    # Proposals

    def test_a_proposal_follows_what_is_owed(self):
        self.by({"days": 7})
        move, other = self.owed(100.0), self.owed(40.0)
        self.dun("2026-01-08", automatic=False)
        step = self.steps()
        self.assertIn("Overdue items: 2, the oldest by 7 days", step.reason)
        self.pay(other, "2026-01-08")
        self.dun("2026-01-09", automatic=False)
        self.assertEqual(self.steps(), step)
        self.assertEqual(step.line_ids.move_id, move)
        self.pay(move, "2026-01-09")
        self.dun("2026-01-09", automatic=False)
        self.assertFalse(self.steps())

    def test_a_proposal_that_nothing_changes_is_left_alone(self):
        self.by({"days": 7})
        self.owed(100.0)
        self.dun("2026-01-08", automatic=False)
        step, lines = self.steps(), self.steps().line_ids
        self.dun("2026-01-10", automatic=False)
        self.assertEqual((self.steps(), self.steps().line_ids), (step, lines))
        self.assertEqual(str(step.date), "2026-01-08")

    def test_a_hold_takes_a_proposal_away(self):
        self.by({"days": 7})
        self.owed(100.0)
        self.dun("2026-01-08", automatic=False)
        self.env["subscription.dunning.hold"].create(
            {
                "partner_id": self.business.id,
                "date_until": "2026-02-01",
                "reason": "Talks",
            }
        )
        self.dun("2026-01-09", automatic=False)
        self.assertFalse(self.steps())

    def test_some_are_approved(self):
        self.by({"days": 7})
        other = self._customer("Other", email="o@example.com")
        self.owed(100.0)
        self.owed(100.0, partner=other)
        self.dun("2026-01-08", automatic=False)
        self.steps(other).action_approve()
        self.dun("2026-01-08", automatic=False)
        self.assertEqual(self.steps(other).state, "done")
        self.assertEqual(self.steps().state, "proposed")

    def test_what_became_overdue_since_was_not_approved(self):
        self.by({"days": 7})
        move = self.owed(100.0)
        self.dun("2026-01-08", automatic=False)
        self.steps().action_approve()
        self.owed(55.0)
        self.dun("2026-01-08", automatic=False)
        self.assertEqual(self.steps()[0].line_ids.move_id, move)

    def test_proposed_on_demand(self):
        self.by({"days": 7})
        self.owed(100.0)
        with self.at("2026-01-08"):
            self.env["subscription.dunning"].action_propose()
        self.assertEqual(self.steps().state, "proposed")

    def test_nobody_is_dunned_without_a_policy(self):
        self.company.subscription_dunning_policy_id = False
        self.owed(100.0)
        self.dun("2026-03-08")
        self.assertFalse(self.steps())

    def test_a_debtor_with_nothing_owes_no_invoice_to_write_off(self):
        self.by({"days": 7})
        move = self.owed(100.0)
        self.dun("2026-01-08")
        self.pay(move, "2026-01-09")
        with self.at("2026-01-09"), self.assertRaisesRegex(UserError, "no invoice"):
            self.case().action_write_off()

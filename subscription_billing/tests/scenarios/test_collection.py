from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..collection_common import CollectionCommon


@tagged("post_install", "-at_install", "collection")
class TestCollection(CollectionCommon):
    """P1: from a posted invoice to its payment by a saved token."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2026-01-01")
        self.card = self.token()
        self.move = self.advance("2026-01-01", self.contract).move_ids

    def test_p1_an_invoice_is_charged_booked_and_settled(self):
        contract = self.subscribe("2026-02-01", line_ids=self.priced(119.0))
        moves = self.advance("2026-02-01").move_ids
        move = moves.filtered(lambda it: it.subscription_contract_ids == contract)
        provider = self.collect("2026-02-01")
        self.assertEqual(provider.charged[move.name], 119.0)
        attempt = move.subscription_attempt_ids
        transaction = attempt.transaction_id
        self.assertEqual(
            (transaction.state, transaction.operation), ("done", "offline")
        )
        self.assertRecordValues(
            transaction.payment_id.move_id.line_ids.sorted("balance"),
            [
                {"balance": -119.0, "reconciled": True},
                {"balance": 119.0, "reconciled": False},
            ],
        )
        self.assertTrue(move._is_settled())
        self.assertAttempts(move, [(1, "2026-02-01", "done")])
        self.assertEqual(contract.collection_state, "paid")
        self.assertLastEvent(contract, type="collected")
        self.assertHealthy()

    def test_p1_declined_on_days_0_3_7_14_and_then_left(self):
        """Tried on each day of the plan, once, with one e-mail per attempt."""
        references = []
        for day in range(1, 20):
            provider = self.collect(f"2026-01-{day:02}", "Insufficient funds")
            references += [reference for reference, _amount in provider.calls]
        self.assertAttempts(
            self.move,
            [
                (1, "2026-01-01", "failed"),
                (2, "2026-01-04", "failed"),
                (3, "2026-01-08", "failed"),
                (4, "2026-01-15", "failed"),
            ],
        )
        name = self.move.name
        self.assertEqual(references, [name, f"{name}-1", f"{name}-2", f"{name}-3"])
        self.assertEqual(len(self.mails("payment_failed")), 4)
        last = self.move.subscription_attempt_ids[0]
        self.assertTrue(last.is_to_look_after)
        self.assertEqual(last.failure_class, "retryable")
        self.assertEqual(self.contract.collection_state, "failed")

    def test_p1_a_retry_that_works_ends_it(self):
        self.collect("2026-01-01", "Insufficient funds")
        self.collect("2026-01-03")
        self.assertFalse(self.move._is_settled(), "not before its day")
        self.collect("2026-01-04")
        self.assertTrue(self.move._is_settled())
        self.assertFalse(
            any(self.move.subscription_attempt_ids.mapped("date_next")[:1])
        )

    def test_p1_a_stolen_card_is_tried_once(self):
        provider = self.collect("2026-01-01", "Your card was reported stolen.")
        self.assertEqual(len(provider.calls), 1)
        provider = self.collect("2026-01-20", "Your card was reported stolen.")
        self.assertEqual(len(provider.calls), 0)
        self.assertAttempts(self.move, [(1, "2026-01-01", "failed")])
        self.assertTrue(self.card.subscription_is_refused)

    def test_p1_without_a_token_nothing_is_tried(self):
        other = self._customer("No Card")
        move = self.invoice(partner_id=other.id)
        self.collect("2026-01-01")
        self.assertFalse(move.subscription_attempt_ids)

    def test_p1_who_transfers_is_never_charged(self):
        self.contract.collection_method = "transfer"
        self.assertFalse(self.collect("2026-01-01").calls)

    def test_p1_a_new_token_is_charged_at_once_and_the_old_one_never_again(self):
        self.collect("2026-01-01", "Insufficient funds")
        with self.at("2026-01-02"):
            new = self.token("9999")
        self.assertAttempts(
            self.move, [(1, "2026-01-01", "failed"), (2, "2026-01-02", "scheduled")]
        )
        self.collect("2026-01-02", "Insufficient funds")
        self.collect("2026-01-05", "Insufficient funds")
        tried = self.move.subscription_attempt_ids.filtered("transaction_id")
        self.assertEqual(tried.sorted("id").token_id.ids, (self.card + new).ids)
        self.assertTrue(self.card.subscription_is_refused)
        self.assertEqual(len(tried.filtered(lambda it: it.token_id == self.card)), 1)

    def test_p1_the_next_token_steps_in_at_once(self):
        second = self.token("5678")
        choices = self.env["subscription.token.choice"]
        for number, token in enumerate((self.card, second)):
            choices.create(
                {
                    "contract_id": self.contract.id,
                    "token_id": token.id,
                    "sequence": number,
                }
            )
        self.collect("2026-01-01", "Insufficient funds", "done")
        self.collect("2026-01-01")
        self.assertAttempts(
            self.move, [(1, "2026-01-01", "failed"), (2, "2026-01-01", "done")]
        )
        done = self.move.subscription_attempt_ids[0]
        self.assertEqual(done.token_id, second)

    def test_p1_a_colleague_of_the_customer_pays(self):
        company = self._customer("Group AG", is_company=True)
        clerk = self._customer("Clerk", parent_id=company.id)
        self.token("4242", partner=clerk)
        move = self.invoice(partner_id=company.id)
        self.collect("2026-01-01")
        self.assertTrue(move._is_settled())

    def test_p1_a_choice_of_a_strangers_token_is_refused(self):
        stranger = self.token("6666", partner=self._customer("Stranger"))
        with self.assertRaisesRegex(ValidationError, "belongs to Stranger"):
            self.env["subscription.token.choice"].create(
                {"contract_id": self.contract.id, "token_id": stranger.id}
            )

    def test_p1_paying_an_old_invoice_does_not_revive_a_contract(self):
        self.contract._set_end(self.day("2026-01-31"), "Cancelled")
        self.advance("2026-02-01", self.contract)
        self.assertEqual(self.contract.state, "ended")
        self.collect("2026-02-02")
        self.assertTrue(self.move._is_settled())
        self.assertEqual(self.contract.state, "ended")

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..collection_common import CollectionCommon
from ..debit_common import DebitCommon


@tagged("post_install", "-at_install", "collection", "debits")
class TestCollectionDocuments(DebitCommon):
    """P1: Odoo's buttons on documents whose money is under way, and who pays them."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2026-01-01")

    def test_p1_what_is_under_way_is_not_taken_back(self):
        self.token()
        move = self.invoice("2026-01-01", self.contract)
        self.collect("2026-01-01", "pending")
        for button in ("button_draft", "button_cancel"):
            with self.assertRaisesRegex(UserError, "being collected"):
                getattr(move, button)()
        move.subscription_attempt_ids.transaction_id._set_error("Declined")
        with self.at("2026-01-02"):
            move.subscription_attempt_ids.transaction_id._post_process()
        move.button_draft()
        states = move.subscription_attempt_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["failed", "skipped"])

    def test_p1_a_confirmed_debit_holds_its_invoice(self):
        self.mandate()
        move = self.invoice("2026-01-01", self.contract)
        batch = self.confirm(self.propose("2026-01-05"), "2026-01-05")
        with self.assertRaisesRegex(UserError, "being collected"):
            move.button_draft()
        with self.at("2026-01-05"):
            batch.action_back_to_draft()
        move.button_draft()
        self.assertEqual(move.state, "draft")

    def test_p1_the_customer_of_the_invoice_pays_it_whoever_has_the_contract_now(self):
        self.token("1111")
        move = self.invoice("2026-01-01", self.contract)
        heir = self._customer("Heir", email="heir@example.com")
        theirs = self.token("2222", partner=heir)
        self.mandate(partner=heir)
        self.contract.partner_id = heir
        self.assertFalse(self.propose("2026-01-02").line_ids)
        self.collect("2026-01-02")
        self.assertTrue(move._is_settled())
        self.assertNotEqual(move.subscription_attempt_ids.token_id, theirs)

    def test_p1_a_debit_of_the_old_customer_and_one_of_the_new(self):
        old = self.mandate()
        first = self.invoice("2026-01-01", self.contract)
        heir = self._customer("Heir", email="heir@example.com")
        new = self.mandate("DE02500105170137075030", partner=heir)
        self.contract.partner_id = heir
        second = self.invoice("2026-02-01", self.contract)
        lines = self.propose("2026-02-02").line_ids
        self.assertEqual(
            {line.move_id: line.mandate_id for line in lines}, {first: old, second: new}
        )


@tagged("post_install", "-at_install", "collection")
class TestCollectionDeleted(CollectionCommon):
    """P1: where Odoo lets an invoice be deleted, what was tried for it stays."""

    def setUp(self):
        super().setUp()
        self.token()
        self.move = self.invoice("2026-01-01")

    def test_p1_what_was_tried_stays(self):
        self.collect("2026-01-01", "stolen")
        self.move.button_draft()
        with self.assertRaisesRegex(UserError, "stays on file"):
            self.move.unlink()

    def test_p1_what_was_only_planned_is_deleted_with_its_invoice(self):
        self.company.subscription_collect_minimum = 100.0
        self.collect("2026-01-01")
        self.assertAttempts(self.move, [(1, "2026-01-01", "scheduled")])
        self.move.button_draft()
        self.assertAttempts(self.move, [(1, "2026-01-01", "skipped")])
        self.move.unlink()
        self.assertFalse(self.move.exists())

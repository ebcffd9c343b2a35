from odoo.exceptions import UserError
from odoo.tests import tagged

from ..collection_common import CollectionCommon


@tagged("post_install", "-at_install", "collection")
class TestCollectionGivenBack(CollectionCommon):
    """P2: refunds, charge-backs, and what stays as it was posted."""

    def setUp(self):
        super().setUp()
        self.provider.support_refund = "partial"
        self.method.support_refund = "partial"
        self.token()
        contract = self.subscribe("2026-01-01", line_ids=self.priced(119.0))
        self.contract = contract
        self.move = self.invoice("2026-01-01", contract)
        self.collect("2026-01-01")
        self.attempt = self.move.subscription_attempt_ids
        self.transaction = self.attempt.transaction_id
        self.payment = self.transaction.payment_id

    def refund(self, amount):
        refund = self.transaction._create_child_transaction(amount, is_refund=True)
        refund._set_done()
        with self.at("2026-01-10"):
            refund._post_process()
        return refund

    def test_p2_a_refund_of_40_makes_a_credit_note_of_40(self):
        refund = self.refund(40.0)
        note = self.move.reversal_move_ids
        self.assertRecordValues(
            note, [{"state": "posted", "amount_total": 40.0, "amount_residual": 0.0}]
        )
        self.assertEqual(note.reversed_entry_id, self.move)
        matched = refund.payment_id.move_id.line_ids.filtered("reconciled")
        self.assertEqual(matched.account_id.account_type, "asset_receivable")
        self.assertTrue(self.move._is_settled())
        self.assertHealthy()

    def test_p2_a_refund_takes_the_credit_note_that_is_there(self):
        note = self.move._reverse_moves([{"invoice_date": "2026-01-05"}])
        note.action_post()
        self.refund(119.0)
        self.assertEqual(self.move.reversal_move_ids, note)
        self.assertTrue(note._is_settled())

    def test_p2_a_charge_back_opens_the_invoice_and_nothing_charges_again(self):
        bank = self.payment.journal_id.default_account_id
        self.attempt._return_payment(self.day("2026-01-20"), 15.0)
        self.assertEqual(self.move.payment_state, "not_paid")
        self.assertEqual(self.move.amount_residual, 119.0)
        entry = self.payment.subscription_return_id
        amounts = {
            line.account_id.account_type: line.balance for line in entry.line_ids
        }
        self.assertEqual(amounts.pop("asset_receivable"), 119.0)
        self.assertEqual(amounts.pop("expense"), 15.0)
        self.assertEqual([*amounts.values()], [-134.0])
        self.assertEqual(str(entry.date), "2026-01-20")
        self.assertTrue(self.payment.move_id.state == "posted" and bank)
        self.assertEqual(self.transaction.state, "done")
        self.assertTrue(self.transaction.subscription_is_disputed)
        self.assertEqual(self.attempt.state, "returned")
        self.assertEqual(self.collect("2026-02-20").calls, [])
        self.assertEqual(self.contract.collection_state, "returned")
        self.assertTrue(self.attempt.is_to_look_after)

    def test_p2_after_a_charge_back_somebody_may_charge_again(self):
        self.attempt._return_payment(self.day("2026-01-20"))
        with self.at("2026-01-25"):
            self.attempt.action_try_again()
        provider = self.collect("2026-01-25")
        self.assertEqual(provider.calls, [(f"{self.move.name}-1", 119.0)])
        self.assertTrue(self.move._is_settled())

    def test_p2_nothing_is_returned_twice_or_without_a_payment(self):
        self.attempt._return_payment(self.day("2026-01-20"))
        with self.assertRaisesRegex(UserError, "returned already"):
            self.payment._book_return(self.day("2026-01-21"))
        with self.assertRaisesRegex(UserError, "no posted payment"):
            self.payment.copy()._book_return(self.day("2026-01-21"))

    def test_p2_a_fee_is_not_negative(self):
        with self.assertRaisesRegex(UserError, "must not be negative"):
            self.payment._book_return(self.day("2026-01-21"), -1.0)
        self.assertTrue(self.move._is_settled())

    def test_p2_try_again_refuses_what_is_paid(self):
        with self.assertRaisesRegex(UserError, "is paid"):
            self.attempt.action_try_again()

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "charges", "billing")
class TestReopenedPeriod(SubscriptionCommon):
    """X3: an invoice deleted or cancelled reopens its period, once."""

    def setUp(self):
        super().setUp()
        self.company.subscription_invoice_policy = "draft"
        self.contract = self.subscribe("2024-01-01")
        self.invoice = self.bill("2024-01-01").move_ids

    def assertBilledOnce(self):
        self.bill("2024-01-01")
        self.bill("2024-01-01")
        self.assertCharges(self.contract, [("fee", "2024-01-01", "2024-01-31", 30.0)])
        self.assertHealthy()

    def test_x3_deleted_draft(self):
        self.invoice.unlink()
        self.assertEqual(self.contract.date_next_billing, self.day("2024-01-01"))
        self.assertBilledOnce()

    def test_x3_deleted_line(self):
        self.invoice.invoice_line_ids.unlink()
        self.assertBilledOnce()

    def test_x3_cancelled_draft(self):
        self.invoice.button_cancel()
        self.assertEqual(self.contract.date_next_billing, self.day("2024-01-01"))
        self.assertBilledOnce()

    def test_x3_cancelled_invoice_taken_back_before_it_is_billed_again(self):
        self.invoice.button_cancel()
        self.invoice.button_draft()
        self.assertEqual(self.contract.date_next_billing, self.day("2024-02-01"))
        self.assertBilledOnce()

    def test_x3_cancelled_invoice_taken_back_after_it_was_billed_again(self):
        self.invoice.button_cancel()
        again = self.bill("2024-01-01").move_ids
        with self.assertRaisesRegex(UserError, "billed again"):
            self.invoice.button_draft()
        self.assertEqual(again.state, "draft")

    def test_x3_every_reopening_is_in_the_log(self):
        self.invoice.button_cancel()
        self.assertLastEvent(self.contract, type="reopened")

    def test_a_credit_note_is_a_refund_and_keeps_the_period_billed(self):
        self.invoice.action_post()
        note = self.invoice._reverse_moves([{"invoice_date": "2024-01-20"}])
        self.assertEqual(note.subscription_contract_ids, self.contract)
        self.assertCharges(
            self.contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                ("refund", "2024-01-01", "2024-01-31", -30.0),
            ],
        )
        self.assertEqual(self.contract.date_next_billing, self.day("2024-02-01"))
        self.assertHealthy()

    def test_a_billed_line_keeps_its_amount(self):
        with self.assertRaisesRegex(UserError, "keeps its amount"):
            self.invoice.invoice_line_ids.price_unit = 1.0

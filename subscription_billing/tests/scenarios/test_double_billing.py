from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing", "charges")
class TestDoubleBilling(SubscriptionCommon):
    """X1: no way of cancelling and restoring documents bills a day twice."""

    def setUp(self):
        super().setUp()
        self.company.subscription_invoice_policy = "draft"
        self.contract = self.subscribe("2024-03-01", quantities={self.seats: 2})
        self.line = self.contract.line_ids[1]
        self.first = self.bill("2024-03-01").move_ids
        self.line.date_end = "2024-03-14"
        self.credit = self.bill("2024-03-15").move_ids
        self.line.date_end = False
        self.again = self.bill("2024-03-15").move_ids

    def assertSeatsCost(self, amount):
        live = self.line.charge_ids.filtered(lambda charge: not charge.is_void)
        self.assertEqual(sum(live.mapped("amount")), amount)

    def test_x1_a_credit_whose_days_were_billed_again_is_not_cancelled(self):
        with (
            self.assertRaisesRegex(UserError, "billed again"),
            self.env.cr.savepoint(),
        ):
            self.credit.button_cancel()
        self.assertSeatsCost(10.0)

    def test_x1_a_credit_whose_days_were_billed_again_is_not_deleted(self):
        with (
            self.assertRaisesRegex(UserError, "billed again"),
            self.env.cr.savepoint(),
        ):
            self.credit.unlink()

    def test_x1_the_second_bill_and_its_credit_may_go_in_that_order(self):
        self.again.button_cancel()
        self.credit.button_cancel()
        self.assertSeatsCost(10.0)
        self.assertEqual(self.bill("2024-03-15").invoice_count, 0)
        self.assertHealthy()

    def test_x1_credit_and_second_bill_are_deleted_together(self):
        (self.credit + self.again).unlink()
        self.assertSeatsCost(10.0)
        self.assertHealthy()

    def test_x1_a_second_bill_does_not_come_back_without_its_credit(self):
        self.again.button_cancel()
        self.credit.button_cancel()
        with (
            self.assertRaisesRegex(UserError, "billed again"),
            self.env.cr.savepoint(),
        ):
            self.again.button_draft()
        self.assertSeatsCost(10.0)

    def test_x1_a_credit_comes_back_and_the_days_are_billed_again(self):
        self.again.button_cancel()
        self.credit.button_cancel()
        self.credit.button_draft()
        self.assertSeatsCost(4.52)
        self.bill("2024-03-15")
        self.assertSeatsCost(10.0)
        self.assertHealthy()

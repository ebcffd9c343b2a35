from odoo.tests import tagged

from ..change_common import ChangeCommon
from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "changes", "discounts")
class TestChangeDiscounted(ChangeCommon, DiscountCommon):
    """C4, C5: what was paid is given back, not what it would have cost."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        self.redeem(self.contract, self._discount(percent=50))
        self.advance("2024-01-01")

    def test_c4_a_pause_gives_back_what_was_paid(self):
        self.assertEqual(self.total(self.contract), 25.0)
        self.change(self.contract, "pause", "2024-01-01", date_until="2024-01-31")
        self.advance("2024-01-02")
        self.assertEqual(self.total(self.contract), 0.0)
        self.assertHealthy()

    def test_c5_an_annulment_gives_back_what_was_paid(self):
        reason = self.env.ref("subscription_billing.subscription_end_reason_fraud")
        self.change(
            self.contract,
            "end",
            False,
            "2024-01-20",
            timing="now",
            end_method="annulment",
            end_reason_id=reason.id,
        )
        self.advance("2024-01-20")
        self.assertEqual(self.total(self.contract), 0.0)
        self.assertHealthy()

    def test_m3_seats_there_and_back_with_a_discount_cost_nothing(self):
        before = self.total(self.contract)
        for quantity in (9, 4):
            line = self.line(self.contract, self.seats, "2024-01-15")
            vals = {"line_id": line.id, "quantity": quantity}
            self.change(self.contract, "quantity", "2024-01-15", **vals)
            self.advance("2024-01-15")
        self.assertEqual(self.total(self.contract), before)
        self.assertHealthy()

from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "contracts", "billing")
class TestMonthEnd(SubscriptionCommon):
    """T1: boundaries are computed from the original anchor."""

    def test_t1_monthly_from_31_january_returns_to_31(self):
        contract = self.subscribe("2024-01-31")
        for day in ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"):
            self.bill(day)
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-31", "2024-02-28", 30.0),
                ("fee", "2024-02-29", "2024-03-30", 30.0),
                ("fee", "2024-03-31", "2024-04-29", 30.0),
                ("fee", "2024-04-30", "2024-05-30", 30.0),
            ],
        )
        self.assertEqual(contract.date_next_billing, self.day("2024-05-31"))

    def test_t1_yearly_from_29_february(self):
        yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        contract = self.subscribe("2024-02-29", yearly)
        self.bill("2028-02-29")
        starts = sorted(str(c.date_start) for c in contract.charge_ids)
        self.assertEqual(
            starts,
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
        )

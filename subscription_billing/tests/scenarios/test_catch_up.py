from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing")
class TestCatchUp(SubscriptionCommon):
    """T7 and X2: all open periods in one run, and nothing twice."""

    def test_t7_four_open_periods_are_billed_in_one_run(self):
        contract = self.subscribe("2024-01-01")
        run = self.bill("2024-04-15")
        self.assertEqual(run.invoice_count, 1)
        self.assertRecordValues(
            run.move_ids.invoice_line_ids.sorted("subscription_date_start"),
            [
                {
                    "subscription_contract_id": contract.id,
                    "subscription_date_start": self.day(f"2024-0{month}-01"),
                    "subscription_date_end": self.day(f"2024-0{month}-{last}"),
                    "price_subtotal": 30.0,
                }
                for month, last in ((1, 31), (2, 29), (3, 31), (4, 30))
            ],
        )
        self.assertHealthy()

    def test_x2_a_second_run_of_the_same_day_makes_nothing(self):
        self.subscribe("2024-01-01")
        self.bill("2024-04-15")
        run = self.bill("2024-04-15")
        self.assertRecordValues(
            run, [{"contract_count": 0, "invoice_count": 0, "state": "done"}]
        )

    def test_x2_billing_day_by_day_equals_billing_once(self):
        often = self.subscribe("2024-01-10", quantities={self.seats: 3})
        once = self.subscribe("2024-01-10", quantities={self.seats: 3})
        for day in ("2024-01-10", "2024-01-11", "2024-02-09", "2024-02-10"):
            self.bill(day, often)
        self.bill("2024-02-10", once)
        amounts = [
            sorted(
                (str(charge.date_start), charge.line_id.name, charge.amount)
                for charge in contract.charge_ids
            )
            for contract in (often, once)
        ]
        self.assertEqual(*amounts)

    def test_an_ended_contract_is_billed_to_its_last_day_and_no_further(self):
        contract = self.subscribe("2024-01-01", date_end="2024-02-10")
        self.bill("2024-06-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                ("fee", "2024-02-01", "2024-02-10", 10.34),
            ],
        )
        self.assertFalse(contract.date_next_billing)

from odoo.tests import tagged

from ..threshold_common import ThresholdCommon


@tagged("post_install", "-at_install", "usage", "billing")
class TestThresholdBilling(ThresholdCommon):
    """Usage that has become expensive is billed before its period is over."""

    def test_exceeded_threshold_is_billed_up_to_the_day_before(self):
        contract = self.metered(threshold_amount=20)
        self.use(
            contract,
            ("2026-01-05 10:00:00", 3000),
            ("2026-01-09 23:59:59", 100),
            ("2026-01-10 00:00:00", 5000),
        )
        run = self.exceed("2026-01-10")
        self.assertRecordValues(
            run,
            [{"trigger": "threshold", "state": "done", "invoice_count": 1}],
        )
        self.assertEqual(
            self.amounts(contract), [("fee", "2026-01-01", "2026-01-09", 21.0)]
        )
        move = self.usage_charges(contract).move_id
        self.assertEqual((move.state, str(move.invoice_date)), ("posted", "2026-01-10"))
        self.assertHealthy()

    def test_below_the_threshold_nothing_happens(self):
        """No charge, no run, and the first of the month is as if never looked at."""
        contract = self.metered(threshold_amount=20.01)
        self.metered()
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        due = contract.date_next_billing
        self.assertFalse(self.exceed("2026-01-10"))
        self.assertFalse(self.usage_charges(contract))
        self.assertEqual(contract.date_next_billing, due)

    def test_quota_and_tiers_go_on_afterwards(self):
        """M6: 30 days in three bills cost what they cost in one."""
        whole, split = self.metered(), self.metered(threshold_amount=50)
        for contract in (whole, split):
            self.use(
                contract,
                ("2026-01-05 10:00:00", 9000),
                ("2026-01-12 10:00:00", 5000),
                ("2026-01-14 10:00:00", 14000),
                ("2026-01-30 10:00:00", 400),
            )
        for day in ("2026-01-10", "2026-01-13", "2026-01-20"):
            self.exceed(day)
        self.bill("2026-02-01")
        self.assertEqual(
            self.amounts(split),
            [
                ("fee", "2026-01-01", "2026-01-09", 80.0),
                ("fee", "2026-01-10", "2026-01-19", 100.0),
                ("fee", "2026-01-20", "2026-01-31", 2.0),
            ],
        )
        self.assertEqual(
            self.amounts(whole), [("fee", "2026-01-01", "2026-01-31", 182.0)]
        )
        self.assertHealthy()

    def test_only_what_is_not_billed_yet_counts(self):
        contract = self.metered(threshold_amount=20)
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.assertTrue(self.exceed("2026-01-10"))
        self.use(contract, ("2026-01-11 10:00:00", 1999))
        self.assertFalse(self.exceed("2026-01-10"))
        self.assertFalse(self.exceed("2026-01-12"))
        self.use(contract, ("2026-01-12 10:00:00", 1))
        self.assertTrue(self.exceed("2026-01-13"))

    def test_minimum_only_at_the_end_of_the_period(self):
        """M6: the true-up waits for what else is used."""
        self.api_price.amount_minimum = 50
        contract = self.metered(threshold_amount=20)
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.exceed("2026-01-10")
        self.bill("2026-02-01", contract)
        self.assertEqual([row[-1] for row in self.amounts(contract)], [20.0, 30.0])
        self.assertSlicesAddUp(self.usage_charges(contract))

    def test_next_regular_bill_bills_the_rest_with_the_fees(self):
        contract = self.metered(threshold_amount=20)
        self.bill("2026-01-01", contract)
        due = contract.date_next_billing
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.exceed("2026-01-10")
        self.assertEqual(contract.date_next_billing, due)
        self.use(contract, ("2026-01-20 10:00:00", 500))
        moves = self.bill("2026-02-01", contract).move_ids
        self.assertEqual(moves.amount_untaxed, 35.0)
        last = self.usage_charges(contract)[-1]
        self.assertIn("Billed already: -20.00", last.move_line_id.name)

    def test_cancelled_invoice_opens_its_usage_again(self):
        """X3: before and after the rest of the period was billed."""
        self.company.subscription_invoice_policy = "draft"
        for rest_is_billed in (False, True):
            with self.subTest(rest_is_billed=rest_is_billed):
                contract = self.metered(threshold_amount=20)
                events = self.use(contract, ("2026-01-05 10:00:00", 3000))
                self.exceed("2026-01-10")
                first = self.usage_charges(contract)
                self.use(contract, ("2026-01-20 10:00:00", 500))
                if rest_is_billed:
                    self.bill("2026-02-01", contract)
                first.move_id.button_cancel()
                self.assertFalse(events.charge_id)
                self.bill("2026-02-01", contract)
                charges = self.usage_charges(contract)
                self.assertEqual(sum(charges.mapped("amount")), 25.0)
                self.assertEqual(sum(charges.mapped("usage_count")), 2)
                self.assertTrue(events.charge_id)
        self.assertHealthy()

    def test_several_open_periods(self):
        """T7: billed once a year, a month each on its own line."""
        yearly = self._variant("yearly", billing_interval_unit="year")
        contract = self.metered(variant=yearly, threshold_amount=25)
        self.use(
            contract,
            ("2026-01-05 10:00:00", 2000),
            ("2026-02-05 10:00:00", 2000),
            ("2026-03-05 10:00:00", 2000),
        )
        self.assertFalse(self.exceed("2026-03-01"))
        self.exceed("2026-03-10")
        self.assertEqual(
            self.amounts(contract),
            [
                ("fee", "2026-01-01", "2026-01-31", 10.0),
                ("fee", "2026-02-01", "2026-02-28", 10.0),
                ("fee", "2026-03-01", "2026-03-09", 10.0),
            ],
        )
        self.use(contract, ("2026-03-20 10:00:00", 300))
        self.bill("2027-01-01", contract)
        self.assertEqual(sum(row[-1] for row in self.amounts(contract)), 33.0)
        self.assertHealthy()

    def test_discount_on_every_part(self):
        discount = self.env["subscription.discount"].create(
            {"name": "Ten", "kind": "percent", "percent": 10, "duration": "forever"}
        )
        contract = self.metered(threshold_amount=18)
        contract._redeem(discount, self.day("2026-01-01"))
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.exceed("2026-01-10")
        self.use(contract, ("2026-01-20 10:00:00", 1000))
        self.bill("2026-02-01", contract)
        self.assertEqual([row[-1] for row in self.amounts(contract)], [18.0, 9.0])

    def test_contract_that_ends_after_an_interim_bill(self):
        """M3: half of the month has half of the quota; the difference is owed."""
        contract = self.metered(threshold_amount=10)
        self.use(contract, ("2026-01-05 10:00:00", 2000))
        self.exceed("2026-01-10")
        contract.date_end = "2026-01-15"
        self.bill("2026-02-01", contract)
        # 15 of 31 days: 483.87 calls are free, not 1,000.
        self.assertEqual(
            self.amounts(contract),
            [
                ("fee", "2026-01-01", "2026-01-09", 10.0),
                ("fee", "2026-01-10", "2026-01-15", 5.16),
            ],
        )
        self.assertHealthy()

    def test_late_event_of_a_billed_part(self):
        """X4: it is billed with the rest of its period."""
        contract = self.metered(threshold_amount=20)
        self.use(contract, ("2026-01-05 10:00:00", 3000))
        self.exceed("2026-01-10")
        self.use(contract, ("2026-01-06 10:00:00", 1000))
        self.bill("2026-02-01", contract)
        self.assertEqual(
            self.amounts(contract),
            [
                ("fee", "2026-01-01", "2026-01-09", 20.0),
                ("fee", "2026-01-10", "2026-01-31", 10.0),
            ],
        )

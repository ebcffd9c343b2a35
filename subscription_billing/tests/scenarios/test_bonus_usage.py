from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "discounts", "usage")
class TestBonusUsage(UsageCommon, DiscountCommon):
    """Bonuses and discounts on usage: 1,000 calls free, 9,000 at 0.01, then 0.005."""

    def _used(self, contract, *quantities):
        """One event per month of 2026, each month billed in time."""
        for month, quantity in enumerate(quantities, start=1):
            self.use(contract, (f"2026-{month:02}-10 12:00:00", quantity))
            self.bill(f"2026-{month + 1:02}-01", contract)
        return self.usage_charges(contract).sorted("date_start")

    def _bill_interim(self, contract, on):
        run = self.env["subscription.billing.run"].sudo()
        run = run.create(
            {
                "company_id": self.company.id,
                "date": on,
                "is_interim": True,
                "contract_ids": contract.ids,
            }
        )
        run._process([("id", "in", contract.ids)])

    def test_unused_quota_is_carried_over_up_to_the_cap(self):
        self._bonus("carry_over", component_id=self.api.id, quantity_maximum=500.0)
        charges = self._used(self.metered(), 400, 1600, 1100)
        self.assertEqual(charges.mapped("quota_free"), [1000.0, 1500.0, 1000.0])
        self.assertEqual(charges.mapped("quota_unused"), [600.0, 0.0, 0.0])
        self.assertEqual(charges.mapped("amount"), [0.0, 1.0, 1.0])

    def test_t7_quota_is_carried_over_in_a_late_run_as_well(self):
        self._bonus("carry_over", component_id=self.api.id, quantity_maximum=500.0)
        contract = self.metered()
        self.use(contract, ("2026-01-10 12:00:00", 400), ("2026-02-10 12:00:00", 1600))
        self.bill("2026-03-01", contract)
        charges = self.usage_charges(contract).sorted("date_start")
        self.assertEqual(charges.mapped("amount"), [0.0, 1.0])

    def test_without_the_bonus_unused_quota_lapses(self):
        charges = self._used(self.metered(), 400, 1600)
        self.assertEqual(charges.mapped("amount"), [0.0, 6.0])

    def test_loyalty_grants_a_larger_quota(self):
        self._bonus(
            "loyalty",
            component_id=self.api.id,
            reward="quantity",
            quantity_free=300.0,
            month_start=1,
            month_count=1,
        )
        charges = self._used(self.metered(), 1500, 1500, 1500)
        self.assertEqual(charges.mapped("amount"), [5.0, 2.0, 5.0])
        self.assertEqual(charges.mapped("quota_free"), [1000.0, 1300.0, 1000.0])

    def test_every_nth_unit_of_usage_is_free(self):
        self._bonus("nth_unit", component_id=self.api.id, every=10)
        charges = self._used(self.metered(), 2000)
        self.assertEqual(charges.amount, 9.0)

    def test_an_amount_goes_to_the_fee_first_and_then_to_the_usage(self):
        contract = self.metered()
        self.redeem(contract, self._discount(amount=33.0, duration="forever"))
        self.bill("2026-01-01", contract)
        self._used(contract, 2000, 1200)
        amounts = self.usage_charges(contract).sorted("date_start").mapped("amount")
        self.assertEqual(amounts, [7.0, 0.0])
        self.assertHealthy()

    def test_x4_late_usage_is_discounted_like_its_period(self):
        contract = self.metered()
        self.redeem(contract, self._discount(percent=50.0))
        self._used(contract, 2000, 2000)
        self.use(contract, ("2026-01-20 12:00:00", 1000))
        self.bill("2026-04-01", contract)
        late = contract.charge_ids.filtered(lambda row: row.kind == "late")
        self.assertRecordValues(late, [{"amount_list": 10.0, "amount": 5.0}])

    def test_x4_a_correction_downwards_gives_back_the_discounted_price(self):
        self.calls.allow_negative = True
        contract = self.metered()
        self.redeem(contract, self._discount(percent=50.0))
        self._used(contract, 3000, 0)
        self.use(contract, ("2026-01-20 12:00:00", -1000))
        self.bill("2026-04-01", contract)
        late = contract.charge_ids.filtered(lambda row: row.kind == "late")
        self.assertRecordValues(late, [{"amount_list": -10.0, "amount": -5.0}])
        self.assertHealthy()

    def test_x4_a_correction_gives_back_no_more_than_was_paid(self):
        self.calls.allow_negative = True
        contract = self.metered()
        self.redeem(contract, self._discount(amount=45.0))
        self._used(contract, 3000, 0)
        self.assertEqual(self.usage_charges(contract)[0].amount, 5.0)
        self.use(contract, ("2026-01-20 12:00:00", -1000))
        self.bill("2026-04-01", contract)
        late = contract.charge_ids.filtered(lambda row: row.kind == "late")
        self.assertRecordValues(late, [{"amount_list": -10.0, "amount": -5.0}])
        self.assertIn("Not paid, so not given back: 5.00", late.move_line_id.name)
        self.assertFalse(contract.billing_error)

    def test_interim_bills_use_an_amount_up_once(self):
        contract = self.metered(threshold_amount=5.0)
        self.redeem(contract, self._discount(amount=38.0))
        self.use(contract, ("2026-01-05 12:00:00", 2500))
        self.bill("2026-01-01", contract)
        self._bill_interim(contract, "2026-01-16")
        self.use(contract, ("2026-01-20 12:00:00", 500))
        self.bill("2026-02-01", contract)
        charges = self.usage_charges(contract)
        self.assertEqual(charges.mapped("amount_list"), [15.0, 5.0])
        self.assertEqual(charges.mapped("amount"), [7.0, 5.0])
        self.assertHealthy()

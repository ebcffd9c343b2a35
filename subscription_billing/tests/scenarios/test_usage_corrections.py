from odoo.exceptions import UserError
from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "usage")
class TestUsageCorrections(UsageCommon, DiscountCommon):
    """X2, X4: what is given back and billed again for usage is what was paid for it:
    over interim bills, discounts, bonuses and credit notes written by hand."""

    def setUp(self):
        super().setUp()
        self.calls.allow_negative = True

    def bill_interim(self, contract, on):
        runs = self.env["subscription.billing.run"].sudo()
        run = runs.create(
            {"company_id": self.company.id, "date": on, "is_interim": True}
        )
        run._process([("id", "in", contract.ids)])

    def assertUsage(self, contract, *expected):
        """Live charges of usage: (kind, before discounts, amount); all is well."""
        self.assertFalse(contract.billing_error)
        rows = self.usage_charges(contract)
        actual = [(row.kind, row.amount_list, row.amount) for row in rows]
        self.assertEqual(actual, list(expected))
        self.assertSlicesAddUp(rows.filtered("usage_to"))
        self.assertHealthy()

    def used(self, *events, **vals):
        """A contract from January 2026 with these events, billed for that month."""
        contract = self.metered(**vals)
        self.use(contract, *events)
        self.bill("2026-02-01", contract)
        return contract

    def correct(self, contract, quantity, on="2026-03-01"):
        """A late event of January, and the next bill."""
        self.use(contract, ("2026-01-21 12:00:00", quantity))
        self.bill(on, contract)

    def reverse(self, move):
        note = move._reverse_moves([{"invoice_date": "2026-02-02"}])
        note.action_post()
        return note

    def test_x4_a_correction_reaches_over_interim_bills(self):
        """It names one charge of the period and may give back more than that."""
        contract = self.metered()
        self.use(contract, ("2026-01-05 12:00:00", 4000))
        self.bill_interim(contract, "2026-01-10")
        self.use(contract, ("2026-01-20 12:00:00", 2000))
        self.bill("2026-02-01", contract)
        self.correct(contract, -5000)
        self.assertUsage(
            contract,
            ("fee", 30.0, 30.0),
            ("fee", 20.0, 20.0),
            ("late", -50.0, -50.0),
            ("fee", 0.0, 0.0),
        )

    def test_x4_the_rest_of_a_period_gives_back_no_more_than_was_paid(self):
        contract = self.metered()
        api_only = self.api.ids
        self.redeem(contract, self._discount(amount=50.0, component_ids=api_only))
        self.use(contract, ("2026-01-05 12:00:00", 7000))
        self.bill_interim(contract, "2026-01-10")
        self.use(contract, ("2026-01-20 12:00:00", -7000))
        self.bill("2026-02-01", contract)
        self.assertUsage(contract, ("fee", 60.0, 10.0), ("fee", -60.0, -10.0))

    def test_x1_what_was_refunded_by_hand_is_not_given_back_again(self):
        contract = self.used(("2026-01-05 12:00:00", 7000))
        self.reverse(self.usage_charges(contract).move_id)
        self.correct(contract, -7000)
        self.assertUsage(
            contract,
            ("fee", 60.0, 60.0),
            ("refund", 0.0, -60.0),
            ("late", -60.0, 0.0),
            ("fee", 0.0, 0.0),
        )

    def test_x3_an_invoice_with_a_correction_down_is_not_given_back(self):
        contract = self.used(("2026-01-05 12:00:00", 3000))
        self.correct(contract, -1000)
        late = self.usage_charges(contract).filtered(lambda row: row.kind == "late")
        with self.assertRaisesRegex(UserError, "does not owe"):
            self.reverse(late.move_id)
        self.assertHealthy()

    def test_x3_late_usage_within_the_quota_does_not_hold_the_invoice(self):
        """It costs nothing and is on no document: nothing could be cancelled first."""
        self.company.subscription_invoice_policy = "draft"
        contract = self.used(
            ("2026-01-05 12:00:00", 3000),
            date_end="2026-01-31",
        )
        self.correct(contract, 0, on="2026-02-02")
        first, late = self.usage_charges(contract)
        self.assertFalse(late.move_id)
        first.move_id.unlink()
        self.assertTrue(late.is_void)
        self.bill("2026-02-03", contract)
        self.assertUsage(contract, ("fee", 20.0, 20.0))
        self.assertEqual(self.usage_charges(contract).usage_count, 2)

    def test_x4_late_usage_of_a_free_period_is_free(self):
        self._bonus("nth_period", component_id=self.api.id, every=2)
        contract = self.metered()
        self.use(contract, ("2026-02-05 12:00:00", 3000))
        self.bill("2026-03-01", contract)
        self.use(contract, ("2026-02-20 12:00:00", 1000))
        self.bill("2026-04-01", contract)
        late = self.usage_charges(contract).filtered(lambda row: row.kind == "late")
        self.assertRecordValues(late, [{"amount_list": 10.0, "amount": 0.0}])

    def test_x2_late_usage_finds_what_its_billing_period_has_taken(self):
        """An amount per year, used up in its first month, is not given again."""
        yearly = self._variant("yearly", billing_interval_unit="year")
        contract = self.metered("2024-01-01", variant=yearly)
        api_only = self.api.ids
        offer = self._discount(amount=15, duration="forever", component_ids=api_only)
        self.redeem(contract, offer)
        self.use(contract, ("2024-01-05 12:00:00", 3000), ("2024-12-05 12:00:00", 2000))
        self.bill("2025-01-01", contract)
        self.use(contract, ("2024-12-20 12:00:00", 1000))
        self.bill("2026-01-01", contract)
        self.assertEqual(sum(self.usage_charges(contract).mapped("amount")), 25.0)

    def test_x4_a_correction_below_the_minimum_keeps_the_discount(self):
        """It gives back what was paid: half the price, as the period was billed."""
        contract = self.metered()
        offer = self._discount(
            percent=50.0, component_ids=self.api.ids, amount_minimum=45
        )
        self.redeem(contract, offer)
        self.use(contract, ("2026-01-05 12:00:00", 4000))
        self.bill("2026-02-01", contract)
        self.correct(contract, -2000)
        self.assertUsage(
            contract, ("fee", 30.0, 15.0), ("late", -20.0, -10.0), ("fee", 0.0, 0.0)
        )

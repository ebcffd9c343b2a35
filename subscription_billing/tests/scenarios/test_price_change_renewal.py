from odoo.tests import tagged

from ..price_change_common import PriceChangeCommon


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChangeRenewal(PriceChangeCommon):
    """What was paid ahead keeps its price, unless somebody chooses otherwise."""

    def renew(self, on, **vals):
        change = self.env["subscription.price.change"].create(
            {"date": on, "mode": "percent", "percent": 10, **vals}
        )
        change.action_preview()
        self.assertFalse(change.action_apply())
        return change

    def yearly(self, on):
        variant = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        contract = self.subscribe(on, variant)
        self.bill(on, contract)
        return contract

    def test_a_year_that_was_paid_ahead_keeps_its_price(self):
        contract = self.yearly("2024-01-15")
        change = self.renew("2024-06-01")
        self.assertEqual(change.starts, "renewal")
        self.assertEqual(change.line_ids.date_effective, self.day("2025-01-15"))
        self.assertFalse(change.line_ids.note)
        self.advance("2025-01-15", contract)
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-15", "2025-01-14", 30.0),
                ("fee", "2025-01-15", "2026-01-14", 33.0),
            ],
        )

    def test_months_that_were_billed_ahead_of_the_day_keep_it_too(self):
        variant = self._variant("ahead", billing_interval_unit="year")
        contract = self.subscribe("2024-03-10", variant)
        self.bill("2024-03-10", contract)
        change = self.renew("2024-06-01")
        self.assertEqual(change.line_ids.date_effective, self.day("2025-03-10"))

    def test_what_is_not_billed_yet_changes_with_its_next_period(self):
        contract = self.subscribe("2024-04-10")
        self.bill("2024-05-01", contract)
        change = self.renew("2024-06-01")
        self.assertEqual(change.line_ids.date_effective, self.day("2024-06-10"))
        self.advance("2024-06-10", contract)
        self.assertEqual({*contract.charge_ids.mapped("kind")}, {"fee"})
        self.assertEqual(sum(contract.charge_ids.mapped("amount")), 30.0 * 2 + 33.0)

    def test_a_contract_that_ends_before_its_renewal_is_left_out(self):
        contract = self.yearly("2024-01-15")
        contract._set_end(self.day("2025-01-14"), "Ends")
        change = self.env["subscription.price.change"].create(
            {"date": "2024-06-01", "mode": "percent", "percent": 10}
        )
        change.action_preview()
        self.assertEqual(change.line_ids.method, "skip")

    def test_on_that_day_for_all_if_it_is_chosen(self):
        contract = self.yearly("2024-01-15")
        change = self.renew("2024-06-01", starts="date")
        self.assertEqual(change.line_ids.date_effective, self.day("2024-06-01"))
        self.assertIn("credited and charged anew", change.line_ids.note)
        self.advance("2024-06-01", contract)
        self.assertTrue(contract.charge_ids.filtered(lambda it: it.kind == "credit"))

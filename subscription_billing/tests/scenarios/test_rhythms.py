from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "contracts")
class TestRhythms(SubscriptionCommon):
    """T5, T6: alignment, and fee interval apart from billing interval."""

    def test_t6_a_yearly_fee_billed_monthly_appears_once_a_year_whole(self):
        variant = self._variant("fee_year", fee_interval_unit="year")
        contract = self.subscribe("2024-01-01", variant)
        self.bill("2025-01-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-12-31", 30.0),
                ("fee", "2025-01-01", "2025-12-31", 30.0),
            ],
        )

    def test_t6_a_monthly_fee_billed_yearly_appears_twelve_times_at_once(self):
        variant = self._variant("bill_year", billing_interval_unit="year")
        contract = self.subscribe("2024-01-31", variant)
        run = self.bill("2024-01-31")
        self.assertEqual(len(contract.charge_ids), 12)
        self.assertEqual(run.amount_untaxed, 360.0)
        self.assertEqual(contract.date_next_billing, self.day("2025-01-31"))

    def test_in_arrears_a_month_is_billed_when_it_is_over(self):
        variant = self._variant("arrears", billing_mode="arrears")
        contract = self.subscribe("2024-01-01", variant)
        self.bill("2024-01-31")
        self.assertFalse(contract.charge_ids)
        self.bill("2024-02-01")
        self.assertCharges(contract, [("fee", "2024-01-01", "2024-01-31", 30.0)])

    def test_m3_proration_by_second_counts_the_hours_of_the_zone(self):
        """March 2024 has 743 hours in Berlin, its last day 23 of them."""
        self.base.proration = "second"
        contract = self.subscribe("2024-03-01", tz="Europe/Berlin")
        self.bill("2024-03-01")
        contract._set_end(self.day("2024-03-30"), "Ends")
        self.bill("2024-03-31")
        self.assertCharges(
            contract,
            [
                ("credit", "2024-03-31", "2024-03-31", -0.93),  # 23 of 743 hours
                ("fee", "2024-03-01", "2024-03-31", 30.0),
            ],
        )

    def test_m3_proration_by_months_of_30_days(self):
        """15 of 30 days in a February of 29; by day it would be 14 of 29."""
        self.base.proration = "day_fixed_30"
        variant = self._variant("calendar", alignment="calendar")
        contract = self.subscribe("2024-02-16", variant)
        self.bill("2024-02-16")
        self.assertCharges(contract, [("fee", "2024-02-16", "2024-02-29", 15.0)])

    def test_t5_calendar_stub_is_prorated_over_the_whole_month(self):
        variant = self._variant("calendar", alignment="calendar")
        contract = self.subscribe("2024-03-15", variant, {self.seats: 2})
        self.bill("2024-04-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-03-15", "2024-03-31", 16.45),
                ("fee", "2024-03-15", "2024-03-31", 5.48),
                ("fee", "2024-04-01", "2024-04-30", 30.0),
                ("fee", "2024-04-01", "2024-04-30", 10.0),
            ],
        )

    def test_t5_billing_day_31_uses_the_last_day_of_short_months(self):
        variant = self._variant("day31", alignment="billing_day", billing_day=31)
        contract = self.subscribe("2024-01-31", variant)
        self.bill("2024-04-30")
        starts = sorted(str(charge.date_start) for charge in contract.charge_ids)
        self.assertEqual(
            starts, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
        )

    def test_components_with_different_intervals_in_one_contract(self):
        support = self._component(
            "support",
            "Support",
            has_own_interval=True,
            interval_count=1,
            interval_unit="quarter",
        )
        self._price(support, 60.0)
        contract = self.subscribe("2024-01-01", quantities={support: 1, self.setup: 1})
        self.bill("2024-04-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-01", 99.0),
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                ("fee", "2024-01-01", "2024-03-31", 60.0),
                ("fee", "2024-02-01", "2024-02-29", 30.0),
                ("fee", "2024-03-01", "2024-03-31", 30.0),
                ("fee", "2024-04-01", "2024-04-30", 30.0),
                ("fee", "2024-04-01", "2024-06-30", 60.0),
            ],
        )

    def test_m3_a_line_ended_after_it_was_billed_is_credited(self):
        contract = self.subscribe("2024-03-01", quantities={self.seats: 2})
        self.bill("2024-03-01")
        contract.line_ids.filtered(
            lambda line: line.component_id == self.seats
        ).date_end = "2024-03-14"
        run = self.bill("2024-03-15")
        self.assertEqual(run.move_ids.move_type, "out_refund")
        self.assertCharges(
            contract,
            [
                ("credit", "2024-03-15", "2024-03-31", -5.48),
                ("fee", "2024-03-01", "2024-03-31", 10.0),
                ("fee", "2024-03-01", "2024-03-31", 30.0),
            ],
        )
        self.assertHealthy()

    def test_x1_a_credited_range_can_be_billed_again(self):
        contract = self.subscribe("2024-03-01", quantities={self.seats: 2})
        line = contract.line_ids[1]
        self.bill("2024-03-01")
        line.date_end = "2024-03-14"
        self.bill("2024-03-15")
        line.date_end = False
        self.bill("2024-03-15")
        self.assertEqual(sum(line.charge_ids.mapped("amount")), 10.0)
        self.assertEqual(sorted(line.charge_ids.mapped("revision")), [0, 0, 1])
        self.assertHealthy()

    def test_one_invoice_per_customer(self):
        self.company.subscription_billing_group = "partner"
        first, second = self.subscribe("2024-01-01"), self.subscribe("2024-01-01")
        other = self.subscribe("2024-01-01", partner_id=self._customer("B").id)
        run = self.bill("2024-01-01")
        self.assertEqual(run.invoice_count, 2)
        self.assertEqual(first.charge_ids.move_id, second.charge_ids.move_id)
        self.assertNotEqual(first.charge_ids.move_id, other.charge_ids.move_id)

    def test_m4_a_prorated_item_is_one_times_amount_with_its_arithmetic(self):
        variant = self._variant("cal", alignment="calendar")
        contract = self.subscribe("2024-03-15", variant, {self.seats: 2})
        self.bill("2024-03-15")
        line = contract.line_ids[1].charge_ids.move_line_id
        self.assertEqual((line.quantity, line.price_unit), (1.0, 5.48))
        self.assertIn("17 of 31 days", line.name)

    def test_m4_whole_units_are_invoiced_as_quantity_and_price(self):
        contract = self.subscribe("2024-03-01", quantities={self.seats: 7})
        self.bill("2024-03-01")
        line = contract.line_ids[1].charge_ids.move_line_id
        self.assertEqual((line.quantity, line.price_unit), (7.0, 5.0))

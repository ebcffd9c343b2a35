from odoo.tests import tagged

from ..price_change_common import PriceChangeCommon


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChangeBilling(PriceChangeCommon):
    """C6, M3: old and new price are billed by the day, the day of the change at the
    new one; what was billed ahead is credited and charged anew."""

    def test_m3_yearly_in_advance_half_way(self):
        yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        self._price(self.base, 360.0, variant_id=yearly.id)
        contract = self.subscribe("2024-01-01", yearly)
        self.bill("2024-01-01")
        self.apply("2024-07-01")
        self.assertEqual(contract.date_next_billing, self.day("2024-07-01"))
        self.bill("2024-07-01")
        # 184 of 366 days: 180.98 of 360.00 back, 199.08 of 396.00 anew
        half = ("2024-07-01", "2024-12-31")
        expected = [
            ("fee", "2024-01-01", "2024-12-31", 360.0),
            ("credit", *half, -180.98),
            ("fee", *half, 199.08),
        ]
        self.assertCharges(contract, expected)
        self.bill("2025-01-01")
        self.assertCharges(
            contract, [*expected, ("fee", "2025-01-01", "2025-12-31", 396.0)]
        )
        self.assertHealthy()

    def test_m3_inside_a_billed_month(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        self.bill("2024-05-01")
        change = self.apply("2024-05-15", component_ids=self.base.ids)
        self.assertIn("05/31/2024", change.line_ids.note)
        self.bill("2024-06-01", contract)
        base = contract.line_ids.filtered(lambda line: line.component_id == self.base)
        charges = base.charge_ids.filtered(
            lambda charge: charge.date_start >= self.day("2024-05-15")
        )
        self.assertEqual(
            sorted(charges.mapped(lambda row: (str(row.date_start), row.amount))),
            [("2024-05-15", -16.45), ("2024-05-15", 18.10), ("2024-06-01", 33.0)],
        )
        self.assertHealthy()

    def test_c6_on_a_boundary_nothing_is_credited(self):
        contract = self.subscribe("2024-04-01")
        self.bill("2024-05-01")
        self.apply("2024-06-01")
        self.bill("2024-07-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-04-01", "2024-04-30", 30.0),
                ("fee", "2024-05-01", "2024-05-31", 30.0),
                ("fee", "2024-06-01", "2024-06-30", 33.0),
                ("fee", "2024-07-01", "2024-07-31", 33.0),
            ],
        )

    def test_m3_back_in_time_is_the_difference(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-03-01")
        change = self.apply("2024-02-01", mode="amount", amount=-5)
        self.assertTrue(change.is_past)
        self.assertEqual(change.state, "done")
        self.bill("2024-03-02")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                *(
                    (kind, *month, amount)
                    for month in (
                        ("2024-02-01", "2024-02-29"),
                        ("2024-03-01", "2024-03-31"),
                    )
                    for kind, amount in (
                        ("fee", 30.0),
                        ("credit", -30.0),
                        ("fee", 25.0),
                    )
                ),
            ],
        )
        self.assertHealthy()

    def test_a_fee_that_is_never_prorated_changes_with_its_next_period(self):
        self.base.proration = "none"
        contract = self.subscribe("2024-01-31")
        self.bill("2024-05-01")
        change = self.apply("2024-05-15")
        self.assertEqual(change.line_ids.date_effective, self.day("2024-05-31"))
        self.bill("2024-06-01")
        self.assertEqual(
            contract.charge_ids.sorted("date_start")[-2:].mapped("amount"),
            [30.0, 33.0],
        )
        self.assertFalse(contract.charge_ids.filtered(lambda c: c.kind == "credit"))

    def test_twelve_monthly_fees_billed_ahead(self):
        variant = self._variant("ahead", billing_interval_unit="year")
        contract = self.subscribe("2024-01-01", variant)
        self.bill("2024-01-01")
        self.apply("2024-11-01")
        self.bill("2024-11-01")
        late = contract.charge_ids.filtered(
            lambda charge: charge.date_start >= self.day("2024-11-01")
        )
        self.assertEqual(
            sorted(late.mapped("amount")), [-30.0, -30.0, 30.0, 30.0, 33.0, 33.0]
        )

    def test_two_changes_one_after_the_other(self):
        contract = self.subscribe("2024-04-01")
        self.apply("2024-06-01")
        self.apply("2024-07-01", percent=50)
        self.bill("2024-07-01")
        self.assertEqual(
            contract.charge_ids.sorted("date_start").mapped("amount"),
            [30.0, 30.0, 33.0, 49.5],
        )

    def test_m3_one_day_at_another_price_costs_one_day(self):
        contract = self.subscribe("2024-05-01")
        self.bill("2024-05-01")
        self.apply("2024-05-11", mode="amount", amount=2.33)
        self.apply("2024-05-12", mode="amount", amount=-2.33)
        self.bill("2024-05-31")
        total = sum(contract.charge_ids.mapped("amount"))
        # one day at 32.33: 2.33 / 31, within the cent the parts are rounded to
        self.assertAlmostEqual(total, 30.0 + 2.33 / 31, delta=0.01)
        self.assertHealthy()

    def test_m3_change_and_change_back_cost_exactly_nothing(self):
        contract = self.subscribe("2024-05-01")
        self.bill("2024-05-01")
        self.today("2024-05-12")
        for amount in (2.33, -2.33):
            change = self.apply("2024-05-11", mode="amount", amount=amount)
            self.assertEqual(set(change.line_ids.mapped("method")), {"follow"})
            self.bill("2024-05-12")
        self.assertEqual(
            contract.currency_id.round(sum(contract.charge_ids.mapped("amount"))), 30.0
        )
        self.assertEqual(contract.amount_monthly, 30.0)
        self.assertHealthy()

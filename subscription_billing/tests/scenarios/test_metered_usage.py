from odoo.tests import tagged

from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "usage")
class TestMeteredUsage(UsageCommon):
    """Usage is billed when its period is over, each event once (X4, T4, M6)."""

    def amounts(self, contract, component=None):
        return [
            (row.kind, str(row.date_start), row.usage_count, row.quantity, row.amount)
            for row in self.usage_charges(contract, component)
        ]

    def test_month_of_usage_is_billed_in_arrears(self):
        """M6: 1,000 free, 9,000 at 0.01, the rest at 0.005; slices explain it."""
        contract = self.metered()
        self.use(
            contract,
            ("2026-01-01 00:00:00", 4000),
            ("2026-01-15 12:00:00", 4000),
            ("2026-01-31 23:59:59", 4000),
            ("2026-02-01 00:00:00", 7),
        )
        self.bill("2026-01-31", contract)
        self.assertEqual(self.amounts(contract), [])
        self.bill("2026-02-01", contract)
        self.assertEqual(
            self.amounts(contract), [("fee", "2026-01-01", 3, 12000.0, 100.0)]
        )
        charge = self.usage_charges(contract)
        self.assertSlicesAddUp(charge)
        self.assertEqual(charge.quota_unused, 0.0)
        self.assertEqual(
            (charge.usage_first, charge.usage_last),
            (self.utc("2026-01-01 00:00:00"), self.utc("2026-01-31 23:59:59")),
        )
        self.assertHealthy()

    def test_invoice_line_shows_the_arithmetic(self):
        contract = self.metered()
        self.use(contract, ("2026-01-05 10:00:00", 12000))
        self.bill("2026-02-01", contract)
        line = self.usage_charges(contract).move_line_id
        self.assertEqual((line.quantity, line.price_unit), (1.0, 100.0))
        self.assertEqual(
            line.name.splitlines()[2:],
            [
                "1,000 calls free",
                "9,000 calls × 0.01 = 90.00",
                "2,000 calls × 0.005 = 10.00",
            ],
        )

    def test_second_run_bills_nothing(self):
        """X2, X4: an event belongs to exactly one charge."""
        contract = self.metered()
        events = self.use(contract, ("2026-01-05 10:00:00", 12000))
        self.bill("2026-02-01", contract)
        self.bill("2026-02-01", contract)
        charge = self.usage_charges(contract)
        self.assertEqual(len(charge), 1)
        self.assertEqual(events.charge_id, charge)

    def test_no_usage_makes_a_charge_of_nothing(self):
        """X1: zero amounts are in the ledger, too."""
        contract = self.metered()
        self.bill("2026-02-01", contract)
        self.assertEqual(self.amounts(contract), [("fee", "2026-01-01", 0, 0.0, 0.0)])

    def test_several_open_months_in_one_run(self):
        """T7: each month has its own free quantity."""
        contract = self.metered()
        self.use(
            contract,
            ("2026-01-10 10:00:00", 2000),
            ("2026-02-10 10:00:00", 900),
            ("2026-03-10 10:00:00", 3000),
        )
        self.bill("2026-04-01", contract)
        self.assertEqual(
            self.amounts(contract),
            [
                ("fee", "2026-01-01", 1, 2000.0, 10.0),
                ("fee", "2026-02-01", 1, 900.0, 0.0),
                ("fee", "2026-03-01", 1, 3000.0, 20.0),
            ],
        )

    def test_contract_that_ends_bills_its_last_days(self):
        """The free quantity follows the days of the period (M3), usage does not."""
        contract = self.metered()
        contract.date_end = "2026-01-15"
        self.use(contract, ("2026-01-15 23:00:00", 1000))
        self.bill("2026-02-01", contract)
        # 15 of 31 days: 483.87 calls are free.
        self.assertEqual(
            self.amounts(contract), [("fee", "2026-01-01", 1, 1000.0, 5.16)]
        )

    def test_deleted_invoice_opens_the_events_again(self):
        """X3: a draft invoice is deleted; the next run bills the same events."""
        self.company.subscription_invoice_policy = "draft"
        contract = self.metered()
        events = self.use(contract, ("2026-01-05 10:00:00", 12000))
        self.bill("2026-02-01", contract)
        self.usage_charges(contract).move_id.unlink()
        self.assertFalse(events.charge_id)
        self.use(contract, ("2026-01-06 10:00:00", 1000))
        self.bill("2026-02-01", contract)
        self.assertEqual(
            self.amounts(contract), [("fee", "2026-01-01", 2, 13000.0, 105.0)]
        )
        self.assertHealthy()

    def test_cancelled_invoice_taken_back_claims_its_events(self):
        """X3: reset to draft takes the same events back, or refuses."""
        self.company.subscription_invoice_policy = "draft"
        contract = self.metered()
        events = self.use(contract, ("2026-01-05 10:00:00", 12000))
        self.bill("2026-02-01", contract)
        move = events.charge_id.move_id
        move.button_cancel()
        self.assertFalse(events.charge_id)
        move.button_draft()
        self.assertEqual(events.charge_id.move_id, move)
        move.button_cancel()
        self.use(contract, ("2026-01-06 10:00:00", 1))
        with self.assertRaisesRegex(Exception, "measured from 1 events"):
            move.button_draft()

    def test_moved_customer_loses_no_hour(self):
        """T4: Tokyo to Los Angeles; each hour is in exactly one window."""
        contract = self.metered(tz="Asia/Tokyo")
        self.use(contract, ("2026-01-31 12:00:00", 2000), zone="Asia/Tokyo")
        self.bill("2026-02-01", contract)
        contract.sudo().tz = "America/Los_Angeles"
        # Still January in Los Angeles, but after the end of Tokyo's January.
        self.use(contract, ("2026-01-31 20:00:00", 500), zone="America/Los_Angeles")
        self.bill("2026-03-01", contract)
        self.assertEqual(
            self.amounts(contract),
            [
                ("fee", "2026-01-01", 1, 2000.0, 10.0),
                ("fee", "2026-02-01", 1, 500.0, 0.0),
            ],
        )

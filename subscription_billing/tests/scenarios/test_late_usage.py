from odoo.tests import tagged

from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "usage")
class TestLateUsage(UsageCommon):
    """X4: an event that arrives after its period was billed is billed by the next run
    with its own date."""

    def rows(self, contract, component=None):
        return [
            (row.kind, str(row.date_start), row.usage_count, row.amount)
            for row in self.usage_charges(contract, component)
        ]

    def test_late_event_goes_on_in_the_tiers_of_its_period(self):
        contract = self.metered()
        self.use(contract, ("2026-01-10 10:00:00", 9500))
        self.bill("2026-02-01", contract)
        # 500 are left of the tier at 0.01, the other 500 cost 0.005.
        self.use(contract, ("2026-01-20 10:00:00", 1000))
        self.bill("2026-03-01", contract)
        self.assertEqual(
            self.rows(contract),
            [
                ("fee", "2026-01-01", 1, 85.0),
                ("late", "2026-01-01", 1, 7.5),
                ("fee", "2026-02-01", 0, 0.0),
            ],
        )
        self.assertIn("after this period", self.late(contract).move_line_id.name)
        self.assertSlicesAddUp(self.usage_charges(contract))
        self.assertHealthy()

    def late(self, contract):
        charges = self.usage_charges(contract)
        return charges.filtered(lambda row: row.kind == "late")

    def test_late_event_may_use_what_is_left_of_the_quota(self):
        contract = self.metered()
        self.use(contract, ("2026-01-10 10:00:00", 400))
        self.bill("2026-02-01", contract)
        self.use(contract, ("2026-01-20 10:00:00", 700))
        self.bill("2026-03-01", contract)
        self.assertEqual(self.late(contract).amount, 1.0)

    def test_late_event_without_quota(self):
        """Setting: late events profit from nothing free."""
        self.api.late_usage = "no_quota"
        contract = self.metered()
        self.use(contract, ("2026-01-10 10:00:00", 400))
        self.bill("2026-02-01", contract)
        self.use(contract, ("2026-01-20 10:00:00", 700))
        self.bill("2026-03-01", contract)
        self.assertEqual(self.late(contract).amount, 7.0)
        self.use(contract, ("2026-01-21 10:00:00", 100))
        self.bill("2026-04-01", contract)
        self.assertEqual(self.late(contract).mapped("amount"), [7.0, 1.0])

    def test_counter_event_gives_back(self):
        """Billed usage is reversed by a counter-event, never below nothing."""
        self.calls.allow_negative = True
        contract = self.metered()
        self.use(contract, ("2026-01-10 10:00:00", 5000))
        self.bill("2026-02-01", contract)
        self.use(contract, ("2026-01-10 10:00:00", -3000))
        self.bill("2026-03-01", contract)
        self.assertEqual(self.late(contract).amount, -30.0)
        self.use(contract, ("2026-01-11 10:00:00", -9000))
        self.bill("2026-04-01", contract)
        self.assertEqual(self.late(contract).mapped("amount"), [-30.0, -10.0])
        self.assertHealthy()

    def test_late_usage_of_an_ended_contract_is_due_at_once(self):
        contract = self.metered()
        contract.date_end = "2026-01-31"
        self.use(contract, ("2026-01-10 10:00:00", 1500))
        self.bill("2026-02-01", contract)
        contract._set_ended("over")
        self.assertFalse(contract.date_next_billing)
        self.use(contract, ("2026-01-20 10:00:00", 1500))
        self.assertEqual(contract.date_next_billing, self.day("2026-01-20"))
        self.bill("2026-03-01", contract)
        self.assertEqual(self.late(contract).amount, 15.0)
        self.assertFalse(contract.date_next_billing)

    def test_late_events_of_several_periods(self):
        contract = self.metered()
        self.bill("2026-03-01", contract)
        self.use(contract, ("2026-01-20 10:00:00", 1100), ("2026-02-20 10:00:00", 1200))
        self.bill("2026-04-01", contract)
        self.assertEqual(self.late(contract).mapped("amount"), [1.0, 2.0])

    def test_invoice_of_late_usage_keeps_the_first_one(self):
        """X1: a charge that was corrected is not cancelled before its correction."""
        self.company.subscription_invoice_policy = "draft"
        contract = self.metered()
        self.use(contract, ("2026-01-10 10:00:00", 5000))
        self.bill("2026-02-01", contract)
        first = self.usage_charges(contract).move_id
        self.use(contract, ("2026-01-20 10:00:00", 1000))
        self.bill("2026-03-01", contract)
        with self.assertRaisesRegex(Exception, "Cancel that document first"):
            first.unlink()
        second = self.late(contract).move_id
        second.unlink()
        first.unlink()
        self.bill("2026-03-01", contract)
        self.assertEqual(self.rows(contract)[-2], ("fee", "2026-01-01", 2, 50.0))
        self.assertHealthy()

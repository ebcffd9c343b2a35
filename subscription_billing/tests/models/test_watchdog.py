from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing", "charges")
class TestWatchdog(SubscriptionCommon):
    """X7: each thing that must never happen is found when it did."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01")
        self.move = self.bill("2024-01-01").move_ids
        self.watchdog = self.env["subscription.watchdog"]

    def _findings(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return "\n".join(self.watchdog._get_findings(self.company))

    def test_all_is_well(self):
        self.assertEqual(self._findings(), "")

    def test_a_missing_guard(self):
        for guard in ("no_overlap", "credit_signed"):
            with self.subTest(guard), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(
                    f"ALTER TABLE subscription_charge"
                    f" DROP CONSTRAINT subscription_charge_{guard}"
                )
                self.assertIn(f"subscription_charge_{guard}", self._findings())
                savepoint.rollback()

    def test_an_amount_that_was_changed_behind_the_ledger(self):
        self.env.cr.execute(
            "UPDATE subscription_charge SET amount = 29.99 WHERE contract_id = %s",
            [self.contract.id],
        )
        self.assertIn("29.99 were charged, 30.0 billed", self._findings())

    def test_a_posting_that_was_changed_behind_the_ledger(self):
        self.env.cr.execute(
            "UPDATE account_move_line SET amount_currency = -31 WHERE id = %s",
            self.move.invoice_line_ids.ids,
        )
        self.assertIn("31.0 were posted", self._findings())

    def test_an_invoice_line_without_a_charge(self):
        self.env.cr.execute(
            "UPDATE subscription_charge SET move_line_id = NULL WHERE contract_id = %s",
            [self.contract.id],
        )
        findings = self._findings()
        self.assertIn("1 invoice lines of contracts have no charge", findings)
        self.assertIn("1 charges are on no invoice line", findings)

    def test_totals_are_by_currency_and_signed(self):
        self.contract._set_end(self.day("2024-01-15"), "Moved")
        self.bill("2024-01-20")
        totals = self.watchdog._get_totals(self.company)
        currency = self.company.currency_id
        self.assertEqual(set(totals), {currency})
        for amount in totals[currency].values():
            self.assertEqual(currency.compare_amounts(amount, 30.0 - 15.48), 0)

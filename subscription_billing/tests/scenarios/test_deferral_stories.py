from odoo.exceptions import UserError
from odoo.tests import tagged

from ..deferral_common import DeferralCommon


@tagged("post_install", "-at_install", "accounting")
class TestDeferral(DeferralCommon):
    """Prepaid revenue is spread over its months by entries at their ends."""

    def test_a_year_by_days(self):
        """1,200.00 for 15 March 2026 to 14 March 2027: 55.89, 98.63, 101.92 ..."""
        self.company.subscription_deferral_method = "days"
        self.prepaid(1200, "2026-03-15", "2027-03-14")
        self.defer("2027-03-31")
        first, *others = [amount for _month, amount in self.told()]
        self.assertAlmostEqual(1200 - first, 55.89)
        expected = [98.63, 101.92, 98.63, 101.92, 101.91, 98.63, 101.92, 98.63]
        expected += [101.92, 101.92, 92.05, 46.03]
        self.assertEqual([-amount for amount in others], expected)
        self.assertEqual(self.balance(), 0)
        self.assertEqual(self.balance("2026-12-31"), 240.0)
        self.assertReported("2026-12-31")

    def test_twelve_months(self):
        """900.00 are deferred at the end of the year, 100.00 a month afterwards."""
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.defer("2026-12-31")
        self.assertEqual(self.balance("2026-12-31"), 900)
        self.defer("2027-02-15")
        self.assertEqual(self.balance(), 800)
        left = self.told(state="planned")
        self.assertEqual((left[0], len(left)), (("2027-02", -100), 8))
        self.assertReported("2027-02-15")

    def test_only_at_the_end_of_the_year(self):
        self.company.subscription_deferral_policy = "year"
        for method, amount in (("months", 900.0), ("days", 897.53)):
            self.company.subscription_deferral_method = method
            move = self.prepaid(1200, "2026-10-01", "2027-09-30")
            self.plan_deferrals()
            first, second = self.told(move)[:2]
            self.assertEqual(first, ("2026-12", amount))
            self.assertEqual(second[0], "2027-01")
        self.assertEqual(second[1], -101.91)

    def test_fiscal_year_that_ends_in_june(self):
        self.company.subscription_deferral_policy = "year"
        self.company.write({"fiscalyear_last_month": "6", "fiscalyear_last_day": 30})
        move = self.prepaid(1200, "2026-03-01", "2027-02-28")
        self.plan_deferrals()
        self.assertEqual(self.told(move)[0], ("2026-06", 800))

    def test_the_entry(self):
        """General journal, month's end, revenue against 0990, without tax."""
        move = self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.defer("2026-10-31")
        entry = self.rows(move, "posted").entry_id
        self.assertEqual(
            (entry.journal_id.type, str(entry.date)), ("general", "2026-10-31")
        )
        items = {it.account_id.code[:4]: it.balance for it in entry.line_ids}
        revenue = move.invoice_line_ids.account_id.code[:4]
        self.assertEqual(items, {revenue: 1100.0, "0990": -1100.0})
        self.assertFalse(entry.line_ids.tax_ids | entry.line_ids.tax_line_id)
        self.assertIn(move.name, entry.ref)
        self.assertFalse(entry.line_ids.filtered("tax_tag_ids"))

    def test_what_is_paid_in_arrears_or_for_the_month_is_not_deferred(self):
        self.prepaid(100, "2026-03-01", "2026-03-31")
        self.prepaid(100, "2026-02-01", "2026-02-28", day="2026-03-05")
        self.prepaid(100, "2025-01-01", "2027-12-31", day="2025-12-31")
        self.plan_deferrals()
        self.assertFalse(self.rows())

    def test_invoice_before_its_period(self):
        move = self.prepaid(1200, "2027-01-01", "2027-12-31", day="2026-12-10")
        self.defer("2026-12-31")
        self.assertEqual(self.told(move, "posted"), [("2026-12", 1200)])

    def test_planning_twice_changes_nothing(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        rows, told = self.rows(), self.told()
        self.plan_deferrals()
        self.assertEqual((self.rows(), self.told()), (rows, told))
        self.defer("2026-11-30")
        self.defer("2026-11-30")
        self.assertEqual(self.balance(), 1000)

    def test_two_lines_of_an_invoice_are_one_entry(self):
        move = self.prepaid(1200, "2026-10-01", "2027-09-30", post=False)
        move.invoice_line_ids.copy(
            {
                "move_id": move.id,
                "subscription_date_start": "2026-10-01",
                "subscription_date_end": "2026-12-31",
            }
        )
        move.action_post()
        self.defer("2026-10-31")
        self.assertEqual(len(self.rows(move, "posted").entry_id), 1)
        self.assertEqual(self.balance(), 1100 + 800)

    def test_negative_line_has_its_own_sign(self):
        move = self.prepaid(1200, "2026-10-01", "2027-09-30", post=False)
        move.invoice_line_ids.copy(
            {
                "move_id": move.id,
                "price_unit": -120,
                "subscription_date_start": "2026-10-01",
                "subscription_date_end": "2027-09-30",
            }
        )
        move.action_post()
        self.defer("2026-12-31")
        self.assertEqual(self.balance(), 900 - 90)
        self.defer("2027-09-30")
        self.assertEqual(self.balance(), 0)

    def test_locked_month_is_in_the_first_open_one(self):
        move = self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.defer("2026-10-31")
        self.company.fiscalyear_lock_date = "2026-12-31"
        self.plan_deferrals()
        self.assertEqual(self.told(move, "planned")[0], ("2027-01", -300))
        self.defer("2027-01-31")
        self.assertEqual(self.balance(), 800)

    def test_another_currency_is_deferred_in_the_company_s(self):
        dollars = self.setup_other_currency("USD", rates=[("2025-01-01", 2.0)])
        move = self.prepaid(1200, "2026-10-01", "2027-09-30", currency_id=dollars.id)
        self.defer("2026-10-31")
        self.assertEqual(self.balance(), 550)
        self.assertEqual(
            self.rows(move, "posted").currency_id, self.company.currency_id
        )


@tagged("post_install", "-at_install", "accounting")
class TestDeferralCredits(DeferralCommon):
    """What is given back is no longer deferred."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product_a.taxes_id = cls.vat_19
        cls.yearly = cls._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        cls._price(cls.base, 1200.0, variant_id=cls.yearly.id)

    def sold(self, day="2026-01-01"):
        contract = self.subscribe(day, self.yearly)
        self.bill(day)
        self.assertEqual(contract.charge_ids.amount, 1200)
        return contract

    def test_contract_that_ends_early_with_a_credit(self):
        """Ended on 15 August: the rest is given back, and nothing stays deferred."""
        contract = self.sold()
        self.defer("2026-07-31")
        self.assertEqual(self.balance(), 500)
        contract._set_end(self.day("2026-08-15"), "Ended")
        self.bill("2026-08-16")
        credit = contract.charge_ids.filtered(lambda it: it.kind == "credit")
        self.assertLess(credit.amount, -400)
        self.defer("2026-08-31")
        self.assertEqual(self.balance(), 0)
        self.assertFalse(self.rows(state="planned"))
        for month in ("2026-06-30", "2026-07-31", "2026-08-31"):
            self.assertReported(month)

    def test_revenue_of_all_months_is_what_was_paid(self):
        contract = self.sold()
        contract._set_end(self.day("2026-08-15"), "Ended")
        self.bill("2026-08-16")
        self.defer("2026-12-31")
        revenue = contract.charge_ids.move_line_id.account_id
        lines = self.env["account.move.line"].search(
            [("account_id", "in", revenue.ids), ("parent_state", "=", "posted")]
        )
        paid = sum(contract.charge_ids.mapped("amount"))
        self.assertAlmostEqual(-sum(lines.mapped("balance")), paid)

    def test_credit_note_of_a_part(self):
        """300 of 900 that are deferred: 600, released in nine equal parts."""
        contract = self.sold("2026-10-01")
        invoice = contract.charge_ids.move_id
        refund = invoice._reverse_moves(
            [{"invoice_date": "2026-12-20", "date": "2026-12-20"}]
        )
        refund.invoice_line_ids.price_unit = 300
        refund.action_post()
        self.defer("2026-12-31")
        self.assertEqual(self.balance(), 600)
        self.defer("2027-03-31")
        self.assertEqual(self.balance(), 400)
        self.defer("2027-09-30")
        self.assertEqual(self.balance(), 0)

    def test_upgrade_credits_the_rest_and_defers_the_new_plan(self):
        contract = self.sold()
        dear = self._variant(
            "dear", fee_interval_unit="year", billing_interval_unit="year"
        )
        self._price(self.base, 2400.0, variant_id=dear.id)
        self.defer("2026-06-30")
        change = self.env["subscription.change"].create(
            {
                "contract_id": contract.id,
                "kind": "variant",
                "variant_id": dear.id,
                "timing": "date",
                "date": "2026-07-01",
            }
        )
        with self.at("2026-07-01"):
            change.action_apply()
        self.bill("2026-07-01")
        self.defer("2026-12-31")
        for month in ("2026-06-30", "2026-07-31", "2026-12-31"):
            self.assertReported(month)
        self.assertEqual(self.balance("2026-06-30"), 600)
        # What is left of the new year of service, nothing of the old one.
        after = self.rows(state="planned")
        self.assertAlmostEqual(self.balance(), -sum(after.mapped("amount")))

    def test_deferred_invoice_cannot_be_reset(self):
        contract = self.sold()
        invoice = contract.charge_ids.move_id
        self.defer("2026-01-31")
        entry = self.rows(state="posted").entry_id
        for move in (invoice, entry):
            with self.assertRaisesRegex(UserError, entry.name):
                move.button_draft()

    def test_planned_rows_go_with_their_invoice(self):
        move = self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        self.assertEqual(len(self.rows()), 12)
        move.button_draft()
        self.plan_deferrals()
        self.assertFalse(self.rows())

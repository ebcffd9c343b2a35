from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..deferral_common import DeferralCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "accounting")
class TestMonthEnd(UsageCommon, DeferralCommon):
    """One page before a month is closed; it ties out to the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product_a.taxes_id = cls.vat_19

    def look(self, day="2026-10-31", user=None):
        lists = self.env["subscription.month.end"]
        return lists.with_user(user or self.env.user).create({"date": day})

    def line(self, page, name):
        found = page.line_ids.filtered(lambda it: name in it.name)
        self.assertEqual(len(found), 1, page.line_ids.mapped("name"))
        return found

    def assertLine(self, page, name, number, amount=0.0):
        line = self.line(page, name)
        self.assertEqual((line.number, round(line.amount, 2)), (number, amount))
        return line

    def test_what_is_due_and_not_billed(self):
        contract = self.subscribe("2026-09-15")
        page = self.look()
        line = self.assertLine(page, "Due and not billed", 1, 60.0)
        self.assertTrue(line.is_due)
        self.assertEqual(line.action_open()["domain"], [("id", "in", contract.ids)])
        self.bill("2026-10-31")
        page.action_refresh()
        line = self.assertLine(page, "Due and not billed", 0)
        self.assertFalse(line.is_due)

    def test_what_is_due_next_month_does_not_count(self):
        self.subscribe("2026-11-01")
        self.assertLine(self.look(), "Due and not billed", 0)

    def test_usage_that_is_not_billed_has_its_value(self):
        contract = self.subscribe("2026-10-15", quantities={self.api: 1})
        self.bill("2026-10-15")
        self.use(contract, ("2026-10-20 10:00", 3000))
        line = self.assertLine(self.look(), "Usage not billed", 1, 20.0)
        self.assertFalse(line.is_due)
        self.assertLine(self.look("2026-10-17"), "Usage not billed", 0)

    def test_contracts_that_are_parked(self):
        contract = self.subscribe("2026-10-01")
        self.customer.active = False
        self.bill("2026-10-01")
        line = self.assertLine(self.look(), "cannot be billed", 1)
        self.assertEqual(line.res_ids, contract.ids)

    def test_drafts_and_missing_numbers(self):
        self.prepaid(100, "2026-10-01", "2026-10-31", post=False)
        self.prepaid(10, "2026-10-01", "2026-10-31", name="RG/2026/0001")
        self.prepaid(10, "2026-10-01", "2026-10-31", name="RG/2026/0003")
        page = self.look()
        self.assertLine(page, "drafts", 1, 100.0)
        self.assertLine(page, "Missing numbers", 1)

    def test_deferrals_tie_out_to_the_ledger(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        self.assertLine(self.look(), "Deferrals to post", 1, 1100.0)
        self.defer("2026-10-31")
        page = self.look()
        self.assertLine(page, "Deferrals to post", 0)
        line = self.assertLine(page, "Deferred revenue in the ledger", 1, 1100.0)
        self.assertEqual(line.difference, 0)

    def test_a_difference_is_told(self):
        """Somebody has booked on the deferral account by hand."""
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.defer("2026-10-31")
        entry = self.env["account.move"].create(
            {
                "date": "2026-10-31",
                "journal_id": self.company._get_deferral_journal().id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": balance})
                    for account, balance in (
                        (self.deferred, 7.0),
                        (self.product_a._get_product_accounts()["expense"], -7.0),
                    )
                ],
            }
        )
        entry.action_post()
        line = self.line(self.look(), "Deferred revenue in the ledger")
        self.assertEqual(line.difference, -7)

    def test_receivables(self):
        move = self.prepaid(100, "2026-10-01", "2026-10-31")
        page = self.look()
        owed = move.line_ids.filtered("date_maturity")
        self.assertLine(page, "Receivables", len(owed), 119.0)
        self.assertLine(self.look("2026-09-30"), "Receivables", 0)

    def test_receivables_as_they_were_on_that_day(self):
        """What is paid in November was open at the end of October."""
        move = self.prepaid(100, "2026-10-01", "2026-10-31")
        owed = move.line_ids.filtered("date_maturity")
        self.pay(move, "2026-11-03")
        line = self.assertLine(self.look(), "Receivables", len(owed), 119.0)
        self.assertEqual(line.res_ids, owed.ids)
        self.assertLine(self.look("2026-11-30"), "Receivables", 0)

    def test_form_and_default_month(self):
        with self.at("2026-11-05"), Form(self.env["subscription.month.end"]) as form:
            self.assertEqual(str(form.date), "2026-10-31")
        self.assertTrue(form.record.line_ids)
        self.assertEqual(form.record.display_name, "Month End 10/31/2026")

    def test_each_sees_the_own_and_the_company_s(self):
        self.subscribe("2026-09-15")
        clerk, other = (
            self._clerk(login, "account.group_account_invoice")
            for login in ("clerk", "colleague")
        )
        page = self.look(user=clerk)
        self.assertLine(page, "Due and not billed", 1, 60.0)
        with self.assertRaises(AccessError):
            page.with_user(other).read(["date"])
        stranger = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.env["subscription.month.end"].with_user(clerk).create(
                {"company_id": stranger.id, "date": "2026-10-31"}
            )
        employee = new_test_user(self.env, login="employee", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.look(user=employee)

    def test_where_nothing_is_to_do_nothing_is_marked(self):
        page = self.look("2020-01-31")
        self.assertTrue(page.line_ids)
        self.assertFalse(page.line_ids.filtered("is_due"))
        self.assertFalse(any(page.line_ids.mapped("difference")))

    def test_amounts_of_contracts_in_another_currency(self):
        dollars = self.setup_other_currency("USD", rates=[("2025-01-01", 2.0)])
        variant = self._variant("abroad", currency_id=dollars.id)
        self._price(self.base, 80.0, currency_id=dollars.id)
        self.subscribe("2026-10-01", variant)
        self.assertLine(self.look(), "Due and not billed", 1, 40.0)

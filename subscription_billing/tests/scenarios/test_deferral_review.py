from unittest.mock import patch

from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..deferral_common import DeferralCommon

ARCHIVED = "8400 is archived"


@tagged("post_install", "-at_install", "accounting")
class TestDeferralReview(DeferralCommon):
    """Somebody looks at the list before it is posted."""

    def test_the_list_is_posted_by_hand(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.defer("2026-12-31", automatic=False)
        self.assertFalse(self.rows(state="posted"))
        due = self.rows().filtered(lambda it: str(it.date) <= "2026-12-31")
        with self.at("2026-12-31"):
            due.action_post()
        self.assertEqual(self.balance(), 900)
        self.assertEqual(len(due.entry_id), 3)

    def test_a_month_that_is_not_over(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        with self.at("2026-10-20"), self.assertRaisesRegex(UserError, "2026-10 is not"):
            self.rows()[:1].action_post()

    def test_posted_rows_stay(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.defer("2026-10-31")
        with self.assertRaisesRegex(UserError, "is posted and stays"):
            self.rows(state="posted").sudo().unlink()

    def test_one_invoice_that_fails_does_not_stop_the_others(self):
        good = self.prepaid(1200, "2026-10-01", "2027-09-30")
        bad = self.prepaid(600, "2026-10-01", "2027-09-30")
        rows = type(self.env["subscription.deferral"])
        prepare = rows._prepare_entry

        def fail(records, company, invoice):
            if invoice == bad:
                raise UserError(ARCHIVED)
            return prepare(records, company, invoice)

        with patch.object(rows, "_prepare_entry", fail):
            self.defer("2026-10-31")
        self.assertEqual(len(self.rows(good, "posted")), 1)
        self.assertFalse(self.rows(bad, "posted"))
        self.assertEqual(self.rows(bad)[0].error, ARCHIVED)
        self.defer("2026-10-31")
        self.assertFalse(self.rows(bad)[0].error)

    def test_switched_off_it_releases_what_is_deferred(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.defer("2026-10-31")
        self.company.subscription_deferral_policy = False
        self.prepaid(2400, "2026-11-01", "2027-10-31")
        self.plan_deferrals()
        self.assertEqual(sum(self.rows().mapped("amount")), 0)
        self.assertEqual(len(self.rows().invoice_id), 1)

    def test_settings_say_what_is_missing(self):
        with self.assertRaisesRegex(ValidationError, "from which day on"):
            self.company.subscription_deferral_since = False
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaisesRegex(RedirectWarning, "no account for deferred"):
            other._get_deferral_account()

    def test_settings_of_the_company(self):
        self.env.user.group_ids += self.env.ref("base.group_system")
        self.company.tax_exigibility = True
        with Form(self.env["res.config.settings"]) as form:
            form.subscription_deferral_policy = "year"
            form.subscription_deferral_since = "2026-02-01"
        form.record.execute()
        self.assertEqual(str(self.company.subscription_deferral_since), "2026-02-01")

    def test_menu_action_plans_and_shows(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        action = self.env["subscription.deferring"].action_plan()
        self.assertEqual(action["res_model"], "subscription.deferral")
        self.assertEqual(len(self.rows()), 12)

    def test_queries_do_not_grow_with_the_lines(self):
        def count(number):
            for _n in range(number):
                self.prepaid(1200, "2026-10-01", "2026-12-31")
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.plan_deferrals()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(1)
        few, many = count(3), count(20)
        self.assertLessEqual(many, few + 3)


@tagged("post_install", "-at_install", "accounting")
class TestDeferralOnSkr04(DeferralCommon):
    chart_template = "de_skr04"

    def test_account_of_the_chart(self):
        self.assertEqual(self.deferred.code[:4], "3900")
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.defer("2026-12-31")
        self.assertEqual(self.balance(), 900)


@tagged("post_install", "-at_install", "accounting")
class TestDeferralAccess(DeferralCommon):
    """Who sees and posts deferrals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})

    def _user(self, *groups, company=None):
        company = company or self.company
        return new_test_user(
            self.env,
            login=f"{'-'.join(groups)}-{company.id}",
            groups=",".join(groups),
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def test_accountants_post(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        clerk = self._user("account.group_account_invoice")
        row = self.rows()[0].with_user(clerk)
        with self.at("2026-10-31"):
            row.action_post()
        self.assertEqual((row.state, self.balance()), ("posted", 1100))

    def test_others_look_or_do_not(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        manager = self._user("subscription_billing.subscription_billing_group_manager")
        row = self.rows()[0].with_user(manager)
        self.assertEqual(row.amount, 1100)
        with self.at("2026-10-31"), self.assertRaises(AccessError):
            row.action_post()
        employee = self._user("base.group_user")
        with self.assertRaises(AccessError):
            row.with_user(employee).read(["amount"])

    def test_amounts_are_written_by_the_plan_alone(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        clerk = self._user("account.group_account_invoice")
        row = self.rows()[0].with_user(clerk)
        for change in (
            lambda: row.write({"amount": 1}),
            lambda: row.write({"state": "posted"}),
            row.unlink,
        ):
            with self.assertRaises(AccessError):
                change()

    def test_companies_do_not_see_each_other(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        stranger = self._user("account.group_account_invoice", company=self.other)
        rows = self.env["subscription.deferral"].with_user(stranger)
        self.assertFalse(rows.search([]))
        with self.assertRaises(AccessError):
            rows.browse(self.rows()[0].id).action_post()

    def test_each_company_has_its_own_plan(self):
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        deferring = self.env["subscription.deferring"].sudo()
        deferring._plan(self.other)
        self.assertFalse(self.rows())

    def test_labels_of_entries_are_in_the_user_s_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.prepaid(1200, "2026-10-01", "2027-09-30")
        self.plan_deferrals()
        row = self.rows()[0]
        with self.at("2026-10-31"):
            row.with_context(lang="de_DE").action_post()
        self.assertTrue(row.entry_id.ref.startswith("PRAP 2026-10"))

    def test_views_load(self):
        action = self.env.ref("subscription_billing.subscription_deferral_action")
        views = [[False, mode] for mode in ("list", "pivot", "graph", "search")]
        for group in (
            "account.group_account_invoice",
            "account.group_account_readonly",
        ):
            model = self.env[action.res_model].with_user(self._user(group))
            self.assertEqual(len(model.get_views(views)["views"]), 4)

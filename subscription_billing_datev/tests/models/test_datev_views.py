from odoo.tests import Form, tagged

from ..datev_common import DatevCommon


@tagged("post_install", "-at_install", "datev")
class TestViews(DatevCommon):
    """What accountants click on is there, and only for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            group: cls._clerk(group, f"account.{group}")
            for group in (
                "group_account_readonly",
                "group_account_invoice",
                "group_account_manager",
            )
        }

    def see_menu(self, group):
        menu = self.env.ref("subscription_billing_datev.subscription_datev_export_menu")
        menus = self.env["ir.ui.menu"].with_user(self.users[group])
        return menu.id in menus._visible_menu_ids()

    def test_the_menu_is_in_accounting_for_accountants(self):
        self.assertTrue(self.see_menu("group_account_readonly"))
        self.assertTrue(self.see_menu("group_account_manager"))
        self.assertFalse(self.see_menu("group_account_invoice"))

    def test_views_load_for_who_may_read(self):
        action = self.env.ref(
            "subscription_billing_datev.subscription_datev_export_action"
        )
        self.assertTrue(action.path)
        self.assertIn("o_view_nocontent_smiling_face", action.help)
        views = [[False, mode] for mode in ("list", "form", "search")]
        for group in ("group_account_readonly", "group_account_manager"):
            model = self.env[action.res_model].with_user(self.users[group])
            self.assertIn("form", model.get_views(views)["views"])

    def test_buttons_follow_the_state(self):
        self.sell(("8400", 100, self.vat_19))
        user = self.users["group_account_manager"]
        exports = self.env["subscription.datev.export"].with_user(user)
        with Form(exports) as form:
            form.date_from = "2026-10-01"
            form.date_to = "2026-10-31"
        export = form.record
        export.action_check()
        self.assertEqual((export.state, export.move_count), ("checked", 1))
        export.action_export()
        action = export.action_view_moves()
        moves = self.env["account.move"].search(action["domain"])
        self.assertEqual(len(moves), export.move_count)

    def test_the_period_is_the_last_month_by_itself(self):
        with self.at("2026-11-05"):
            export = self.env["subscription.datev.export"].create({})
        self.assertEqual(str(export.date_from), "2026-10-01")
        self.assertEqual(str(export.date_to), "2026-10-31")
        self.assertEqual(export.filename, "DATEV_2026-10.zip")

    def test_a_finding_opens_its_record(self):
        move = self.sell(("8300", 50))
        finding = self.export().finding_ids[0]
        action = finding.with_user(self.users["group_account_manager"]).action_open()
        self.assertEqual((action["res_model"], action["res_id"]), (move._name, move.id))

    def test_numbers_stand_on_the_partner_s_form(self):
        user = self.users["group_account_manager"]
        user.group_ids += self.env.ref("base.group_partner_manager")
        with Form(self.business.with_user(user)) as form:
            form.datev_debtor_number = "10777"
            form.datev_name = "Grace KG"
        partner = self.business.with_company(self.company)
        self.assertEqual(partner.datev_debtor_number, "10777")

    def test_settings_of_the_company(self):
        user = self.env.user
        user.group_ids += self.env.ref("base.group_system")
        self.company.tax_exigibility = True
        with Form(self.env["res.config.settings"]) as form:
            form.datev_consultant = 12345
            form.datev_is_locked = True
        form.record.execute()
        self.assertEqual(self.company.datev_consultant, 12345)
        self.assertTrue(self.company.datev_is_locked)

    def test_the_export_stands_on_the_invoice(self):
        invoice = self.sell(("8400", 100, self.vat_19))
        export = self.exported()
        user = self.users["group_account_manager"]
        form = Form(invoice.with_user(user))
        self.assertEqual(form.datev_export_id, export)

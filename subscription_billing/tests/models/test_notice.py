from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..notice_common import NoticeCommon

GROUP = "subscription_billing.subscription_billing_group_%s"


@tagged("post_install", "-at_install", "notices")
class TestNotice(NoticeCommon):
    """The table of e-mails of a company, and who may change it."""

    def staff(self, group):
        return self._clerk(f"notice_{group}", GROUP % group)

    def row(self, code="ended", company=None):
        company = company or self.company
        notices = self.env["subscription.notice"].sudo()
        domain = [("company_id", "=", company.id), ("code", "=", code)]
        return notices.search(domain).sudo(False)

    def test_a_new_company_has_all_that_have_a_template(self):
        company = self.env["res.company"].create({"name": "New"})
        notices = self.env["subscription.notice"].search(
            [("company_id", "=", company.id)]
        )
        wanted = {
            code
            for code in self.templates
            if self.env["subscription.notice"]._get_default_template(code)
        }
        self.assertEqual(set(notices.mapped("code")), wanted)
        self.assertIn("price_change", wanted)
        self.assertTrue(all(notices.mapped("is_sent")))

    def test_each_default_template_is_filled_in(self):
        """In the language of the customer, with the days of the contract."""
        self.env["res.lang"]._activate_lang("de_DE")
        module = self.env.ref("base.module_subscription_billing")
        module._update_translations(["de_DE"], overwrite=True)
        contract = self.subscribe("2024-01-01")
        notices = self.env["subscription.notice"]
        words = {"en_US": "If you have any questions", "de_DE": "Bei Fragen"}
        for code in self.templates.keys() - {"price_change"}:
            template = notices._get_default_template(code)
            for lang, phrase in words.items():
                with self.subTest(code=code, lang=lang):
                    contract.partner_id.lang = lang
                    texts = {
                        name: template._render_field(
                            name, contract.ids, compute_lang=True
                        )[contract.id]
                        for name in ("subject", "body_html")
                    }
                    self.assertIn(phrase, texts["body_html"])
                    self.assertIn(contract.name, texts["body_html"])
                    self.assertNotIn("01/01/2026", texts["body_html"])
                    self.assertNotIn("{{", texts["subject"])

    def test_rows_that_are_missing_come_when_the_table_is_opened(self):
        self.row("price_change").sudo().unlink()
        action = self.env["subscription.notice"].action_open()
        self.assertEqual(action["res_model"], "subscription.notice")
        self.assertTrue(self.row("price_change"))
        self.env["subscription.notice"]._create_missing()
        self.assertEqual(len(self.row("price_change")), 1)

    def test_it_is_reached_from_the_settings(self):
        settings = self.env["res.config.settings"].create({})
        action = settings.action_open_subscription_notices()
        self.assertEqual(action["res_model"], "subscription.notice")

    def test_the_preview_of_odoo(self):
        action = self.row().action_preview()
        previews = self.env["mail.template.preview"].with_context(**action["context"])
        preview = previews.create({})
        self.assertEqual(preview.mail_template_id, self.templates["ended"])

    def test_managers_choose_users_look(self):
        row = self.row()
        row.with_user(self.staff("manager")).is_sent = False
        user = self.staff("user")
        self.assertFalse(row.with_user(user).is_sent)
        with self.assertRaises(AccessError):
            row.with_user(user).is_sent = True

    def test_managers_neither_add_nor_delete(self):
        manager = self.staff("manager")
        with self.assertRaises(AccessError):
            self.row().with_user(manager).unlink()
        with self.assertRaises(AccessError):
            self.env["subscription.notice"].with_user(manager).create(
                {"code": "ended", "template_id": self.templates["ended"].id}
            )

    def test_other_companies_are_not_seen(self):
        company = self.env["res.company"].create({"name": "New"})
        row = self.row("price_change", company)
        found = self.env["subscription.notice"].with_user(self.staff("manager"))
        self.assertNotIn(row.id, found.search([]).ids)
        with self.assertRaises(AccessError):
            row.with_user(self.staff("user")).read(["code"])

    def test_a_template_of_something_else(self):
        template = self.env["mail.template"].create(
            {"name": "Partner", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        with self.assertRaisesRegex(ValidationError, "not about contracts"):
            self.row().template_id = template

    @mute_logger("odoo.sql_db")
    def test_one_row_per_company_and_code(self):
        with self.assertRaises(IntegrityError):
            self.row().sudo().copy()

    def test_a_template_that_is_deleted_takes_its_row_with_it(self):
        self.templates["ended"].unlink()
        self.assertFalse(self.row())

    def test_the_switch_of_price_changes(self):
        """Announced by a person, who is told that it is switched off."""
        change = self.env["subscription.price.change"].new({"name": "More"})
        self.row("price_change").is_sent = False
        with self.assertRaisesRegex(UserError, "switched off"):
            change._check_switched_on()

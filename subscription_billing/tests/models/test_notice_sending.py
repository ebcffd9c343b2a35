from base64 import b64encode
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.private_context import PRIVATE
from ..notice_common import NoticeCommon

LOGGERS = (
    "odoo.addons.mail.models.mail_render_mixin",
    "odoo.addons.subscription_billing.models.notices.subscription_contract",
)
NOT_SENT = "subscription_billing.mail_activity_type_notice_not_sent"


@tagged("post_install", "-at_install", "notices")
class TestNoticeSending(NoticeCommon):
    """E-mails reach whom they are for, in his language, or nobody."""

    def activities(self, contract):
        type_ = self.env.ref(NOT_SENT)
        return contract.activity_ids.filtered(lambda it: it.activity_type_id == type_)

    def test_each_customer_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        module = self.env.ref("base.module_subscription_billing")
        module._update_translations(["de_DE"], overwrite=True)
        other = self._customer(
            "Bert", email="bert@example.com", lang="de_DE", is_company=True
        )
        english = self.draft("2024-01-01")
        german = self.draft("2024-01-01", partner_id=other.id)
        (english | german).action_activate()
        self.assertTold(english, day="01/01/2024", price="$ 30.00 / month")
        self.assertTold(german, day="01.01.2024", price="$ 30,00 / Monat")

    def test_a_change_in_the_language_of_the_customer(self):
        """The log speaks the language of who did it."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.yearly = self._variant("yearly")
        self.yearly.with_context(lang="de_DE").name = "Jährlich"
        self.monthly.with_context(lang="de_DE").name = "Monatlich"
        self.customer.lang = "de_DE"
        contract = self.subscribe("2024-01-01")
        change = self.change(
            contract, "variant", "2024-02-01", variant_id=self.yearly.id
        )
        self.assertIn("Yearly", change.text_new)
        body = self.mails(contract)[-1].body_html
        self.assertRegex(body, "Monatlich.* → .*Jährlich")

    def test_no_mail_where_it_is_switched_off(self):
        row = self._use("order_confirmed", self.templates["order_confirmed"])
        row.is_sent = False
        self.assertMails(self.subscribe("2024-01-01"))

    def test_a_company_nobody_looked_at(self):
        """The default template counts, and if there is none nothing is sent."""
        notices = self.env["subscription.notice"]
        self._use("paused", self.templates["paused"]).unlink()
        default = notices._get_default_template("paused")
        self.assertEqual(notices._get_template(self.company, "paused"), default)
        self.assertFalse(notices._get_default_template("nothing"))

    def test_no_address_asks_the_responsible_once(self):
        user = new_test_user(
            self.env,
            login="keeper",
            groups="subscription_billing.subscription_billing_group_user",
        )
        self.customer.email = False
        contract = self.subscribe("2024-01-01", user_id=user.id)
        self.change(contract, "pause", "2024-03-01")
        self.assertMails(contract)
        activity = self.activities(contract)
        self.assertRecordValues(
            activity,
            [
                {
                    "user_id": user.id,
                    "summary": "No e-mail address, not sent: Order confirmation",
                }
            ],
        )

    def test_no_address_and_no_mail_wanted(self):
        self.customer.email = False
        row = self._use("order_confirmed", self.templates["order_confirmed"])
        row.is_sent = False
        self.assertFalse(self.activities(self.subscribe("2024-01-01")))

    def test_a_template_that_fails_stops_nothing(self):
        """One customer of three cannot be written to; nobody else is concerned."""
        name = "{{ 1 / (object.partner_id.ref != 'X' and 1 or 0) }}"
        self.templates["order_confirmed"].subject = name
        odd = self._customer("Odd GmbH", email="odd@example.com", ref="X")
        drafts = [
            self.draft("2024-01-01", partner_id=partner.id)
            for partner in (self.customer, odd, self.customer)
        ]
        contracts = self.env["subscription.contract"].union(*drafts)
        with mute_logger(*LOGGERS):
            contracts.action_activate()
        self.assertEqual(set(contracts.mapped("state")), {"active"})
        self.assertEqual(len(self.mails(contracts)), 2)
        self.assertLastEvent(drafts[1], type="notice_failed", topic="failure")
        self.assertIn("Order confirmation", self.activities(drafts[1]).summary)
        self.assertFalse(self.activities(drafts[0]))

    def _batch(self, contracts):
        return self.env["subscription.change.batch"].create(
            {
                "kind": "pause",
                "contract_ids": [Command.set(contracts.ids)],
                "timing": "date",
                "date": "2099-03-01",
            }
        )

    def test_bulk_changes_are_confirmed_by_a_scheduled_action(self):
        contracts = self.subscribe("2024-01-01") | self.subscribe("2024-01-01")
        batch = self._batch(contracts)
        batch.action_preview()
        self.assertFalse(any(batch.change_ids.mapped("is_confirmation_due")))
        batch.action_apply()
        self.assertEqual(len(self.mails(contracts)), 2)
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
        ):
            self.env["subscription.change"]._cron_confirm()
            self.env["subscription.change"]._cron_confirm()
        self.assertEqual(
            self.mails(contracts).mapped("subject"),
            ["order_confirmed"] * 2 + ["paused"] * 2,
        )
        self.assertTold(contracts, day="03/01/2099")

    def test_a_bulk_change_that_is_withdrawn_before_it_was_told(self):
        contract = self.subscribe("2024-01-01")
        batch = self._batch(contract)
        batch.action_apply()
        batch.change_ids.action_withdraw()
        self.assertFalse(batch.change_ids.is_confirmation_due)
        self.assertMails(contract, "order_confirmed")

    def test_a_preview_sends_nothing(self):
        contract = self.subscribe("2024-01-01")
        change = self.draft_change(contract, "pause", timing="date", date="2024-03-01")
        change._update_preview(self.day("2024-02-01"))
        self.assertTrue(change.preview)
        self.assertMails(contract, "order_confirmed")
        silent = contract.with_context(subscription_preview=PRIVATE)
        self.assertFalse(silent._send_notice("ended"))

    def test_a_draft_is_told_nothing(self):
        self.assertFalse(self.draft("2024-01-01")._send_notice("order_confirmed"))

    def test_customers_who_were_moved_here_know_their_order(self):
        contract = self.subscribe("2024-01-01", date_billed_until="2024-03-31")
        self.assertMails(contract)
        draft = self.draft("2024-01-01")
        draft.with_context(subscription_import=PRIVATE).action_activate()
        self.assertMails(draft)

    def test_an_import_that_activates_sends_nothing(self):
        self.customer.ref = "C1"
        text = "reference,customer,plan,variant,start\nS1,C1,cloud,monthly,2024-01-01\n"
        vals = {"file": b64encode(text.encode()), "is_backlog_billed": True}
        wizard = self.env["subscription.contract.import"].create(vals)
        wizard.action_import()
        contract = self.env["subscription.contract"].search([("name", "=", "S1")])
        self.assertEqual(contract.state, "active")
        self.assertMails(contract)

    def test_what_follows_the_first_term_is_part_of_the_order(self):
        later = self._variant("later")
        first = self._variant(
            "first",
            first_term_count=1,
            first_term_unit="year",
            is_ended_after_first_term=True,
            next_variant_id=later.id,
        )
        contract = self.subscribe("2024-01-01", first)
        self.assertEqual(contract.change_ids.kind, "variant")
        self.assertMails(contract, "order_confirmed")

    def test_the_same_about_the_same_day_is_told_once(self):
        contract = self.subscribe("2024-01-01")
        day = self.day("2024-05-01")
        for _time in range(2):
            contract._send_notice("resumed", date=day)
        self.assertMails(contract, "order_confirmed", "resumed")
        contract._send_notice("resumed", date=self.day("2024-06-01"))
        self.assertEqual(len(self.mails(contract)), 3)

    def test_each_company_by_its_own_template(self):
        other = self.setup_other_company()["company"]
        self._use("ended", self._template("ended", "Other: "), other)
        theirs = self._sell_in(other)
        ours = self.subscribe("2024-01-01")
        theirs.with_context(subscription_silent=PRIVATE).action_activate()
        (ours | theirs)._send_notice("ended")
        self.assertEqual(self.mails(ours)[-1].subject, "ended")
        self.assertEqual(self.mails(theirs).subject, "Other: ended")

    def _sell_in(self, company):
        plan = self.env["subscription.plan"].create(
            {"name": "Theirs", "code": "theirs", "company_id": company.id}
        )
        fee = self._component("fee", "Their fee", kind="base", plan_id=plan.id)
        self._price(fee, 7.0, currency_id=company.currency_id.id)
        vals = {"plan_id": plan.id, "currency_id": company.currency_id.id}
        variant = self._variant("theirs", **vals)
        return self.draft(
            "2024-01-01",
            variant,
            company_id=company.id,
            line_ids=[Command.create({"component_id": fee.id})],
        )

    def test_a_user_without_rights_on_templates_sends(self):
        user = self._clerk(
            "seller", "subscription_billing.subscription_billing_group_user"
        )
        contract = self.draft("2024-01-01")
        contract.with_user(user).action_activate()
        self.assertMails(contract, "order_confirmed")
        self.assertLastEvent(contract, type="notice_sent", user_id=user.id)

    def test_queries_do_not_grow_with_the_contracts(self):
        few, many = (
            self.env["subscription.contract"].union(
                *(self.subscribe("2024-01-01") for _number in range(count))
            )
            for count in (5, 20)
        )
        counts = []
        for contracts in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            mails = contracts._send_notice("ended", date=self.day("2024-02-01"))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(mails), 20)
        self.assertLess(counts[1], 10)
        self.assertLessEqual(counts[2], counts[0] + 2, counts)

    def test_consumers_read_prices_with_taxes(self):
        self.customer.is_company = False
        self.customer.property_account_position_id = False
        contract = self.subscribe("2024-01-01")
        self.assertTold(contract, price="$ 34.50 / month")

    def test_a_template_without_facts_renders(self):
        """Odoo's preview knows nothing but the contract."""
        contract = self.subscribe("2024-01-01")
        for code, template in self.templates.items():
            with self.subTest(code=code):
                preview = self.env["mail.template.preview"].create(
                    {
                        "mail_template_id": template.id,
                        "resource_ref": f"{contract._name},{contract.id}",
                    }
                )
                self.assertFalse(preview.error_msg)
                self.assertIn("plan=Cloud;", preview.body_html)
                self.assertNotIn("False", preview.body_html)

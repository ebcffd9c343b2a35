from odoo.exceptions import UserError
from odoo.tests import tagged

from ..price_change_common import PriceChangeCommon


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChangeAnnouncement(PriceChangeCommon):
    """X6, O2: each customer is told once, in the own language, by Odoo's queue."""

    def setUp(self):
        super().setUp()
        self.customer.email = "ada@example.com"
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 3})

    def announced(self, **vals):
        change = self.apply("2024-06-01", **vals)
        change.action_announce()
        return change

    def test_old_and_new_amount_and_date_are_told(self):
        change = self.announced(reason="We have grown.")
        mail = change.line_ids.mail_id
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("06/01/2024", mail.subject)
        body = mail.body_html.replace("\N{NO-BREAK SPACE}", " ")
        for part in ("30.00", "33.00", "15.00", "16.50", "Seats", "We have grown."):
            self.assertIn(part, body)
        self.assertNotIn("end the contract", body)
        self.assertIn("/ month", body)

    def test_it_is_in_the_chatter_of_the_contract(self):
        self.announced()
        subjects = self.contract.message_ids.mapped("subject")
        self.assertTrue([text for text in subjects if text and "New prices" in text])

    def test_the_right_to_cancel(self):
        change = self.announced(has_cancellation_note=True)
        self.assertIn("end the contract", change.line_ids.mail_id.body_html)

    def test_each_customer_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        module = self.env.ref("base.module_subscription_billing")
        module._update_translations(["de_DE"], overwrite=True)
        other = self._customer("Bert", email="bert@example.com", lang="de_DE")
        german = self.subscribe("2024-01-01", partner_id=other.id)
        change = self.announced(has_cancellation_note=True)
        mails = {row.contract_id: row.mail_id for row in change.line_ids}
        self.assertIn("Neue Preise ab 01.06.2024", mails[german].subject)
        body = mails[german].body_html.replace("\N{NO-BREAK SPACE}", " ")
        for part in ("Guten Tag", "33,00 / Monat", "ohne Einhaltung einer Frist"):
            self.assertIn(part, body)
        self.assertIn("New prices from 06/01/2024", mails[self.contract].subject)
        self.assertIn("33.00 / month", mails[self.contract].body_html)

    def test_once_per_contract_unless_asked_again(self):
        change = self.announced()
        self.assertEqual((change.announced_count, change.unannounced_count), (1, 0))
        with self.assertRaisesRegex(UserError, "was written to"):
            change.action_announce()
        change.action_announce_again()
        change.action_announce()
        self.assertEqual(
            self.env["mail.mail"].search_count(
                [
                    ("model", "=", self.contract._name),
                    ("res_id", "=", self.contract.id),
                    ("subject", "like", "New prices"),
                ]
            ),
            2,
        )

    def test_not_before_it_is_applied_nor_after_it_was_undone(self):
        change = self.change("2024-06-01")
        with self.assertRaisesRegex(UserError, "apply it before"):
            change.action_announce()
        change.action_apply()
        change.action_undo()
        with self.assertRaisesRegex(UserError, "apply it before"):
            change.action_announce()

    def test_applying_sends_nothing(self):
        mails = self.env["mail.mail"].search_count([])
        self.apply("2024-06-01")
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_customers_without_address_are_named(self):
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "Ada GmbH"):
            self.announced()

    def test_what_is_not_delivered_is_counted(self):
        change = self.announced()
        change.line_ids.mail_id.state = "exception"
        self.assertEqual(change.failed_count, 1)

    def test_a_manager_who_is_no_administrator_sends_it(self):
        manager = self._clerk(
            "price_mail", "subscription_billing.subscription_billing_group_manager"
        )
        change = self.apply("2024-06-01").with_user(manager)
        change.action_announce()
        self.assertEqual(change.announced_count, 1)
        self.assertEqual(change.line_ids[0].mail_state, "outgoing")

import io

from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..dunning_common import DunningCommon


@tagged("post_install", "-at_install", "dunning")
class TestDunningLetter(DunningCommon):
    """What letters and e-mails say, to whom, and in which language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.company.write(
            {
                "name": "Muster AG",
                "street": "Musterweg 1",
                "zip": "20095",
                "city": "Hamburg",
                "vat": "DE123456788",
                "country_id": cls.env.ref("base.de").id,
            }
        )
        cls.business.country_id = cls.env.ref("base.de")

    def sent(self, move=None, partner=None, day="2026-01-15", **level):
        """The letter of one level, sent 14 days after the due date."""
        level = {
            "days": 14,
            "channel": "both",
            "subject": "About {amount}",
            "text_above": "Dear {name},",
            "text_below": "Pay by {deadline}. {company}",
            **level,
        }
        self.company.subscription_dunning_policy_id = self.policy_of(level)
        move = move or self.owed(1000.0, partner=partner)
        self.dun(day)
        step = self.steps(partner)
        self.assertEqual(step.state, "done", step.message)
        return step

    def text(self, attachment):
        pages = PdfReader(io.BytesIO(attachment.raw)).pages
        return "\n".join(page.extract_text() for page in pages)

    def letter(self, step):
        return self.env["subscription.dunning.letter"]._get_letter(
            step, step._get_recipient(), self.day("2026-01-15")
        )

    def test_what_it_says(self):
        step = self.sent(flat_fee=40.0, charges_interest=True)
        text = self.text(step.letter_id)
        for part in (
            "Grace & Co. KG",
            "Hauptstraße 1",
            "10115 Berlin",
            "Muster AG",
            "DE123456788",
            step.line_ids.name,
            "To pay",
        ):
            self.assertIn(part, text)
        for amount in ("1,000.00", "40.00", "3.94", "1,043.94"):
            self.assertIn(amount, text)
        self.assertEqual(step.letter_id.res_model, step.case_id._name)
        self.assertEqual(step.letter_id.res_id, step.case_id.id)
        self.assertIn("01/22/2026", text)

    def test_the_texts_of_the_level(self):
        letter = self.letter(self.sent())
        self.assertIn("About ", letter.subject)
        self.assertIn("1,000.00", letter.subject)
        self.assertEqual(letter.above, "Dear Grace & Co. KG,")
        self.assertEqual(letter.below, "Pay by 01/22/2026. Muster AG")

    def test_the_table_and_the_totals(self):
        step = self.sent(fee_business=2.0, charges_interest=True)
        letter = self.letter(step)
        self.assertEqual(len(letter.headings), 5)
        ((name, due, days, interest, open_),) = letter.rows
        self.assertEqual((name, due, days), (step.line_ids.name, "01/01/2026", "14"))
        self.assertIn("3.94", interest)
        self.assertIn("1,000.00", open_)
        self.assertEqual(
            [label for label, _amount in letter.totals],
            ["Open items", "Interest", "Dunning fee", "To pay"],
        )
        self.assertIn("1,005.94", letter.totals[-1][1])

    def test_credits_are_shown(self):
        self.owed(30.0, move_type="out_refund")
        letter = self.letter(self.sent())
        self.assertIn(("Credits set off"), [label for label, _ in letter.totals])
        self.assertIn("970.00", letter.totals[-1][1])

    def test_in_german(self):
        modules = self.env["ir.module.module"]
        modules._load_module_terms(["subscription_billing"], ["de_DE"])
        self.business.lang = "de_DE"
        policy = self.policy
        self.company.subscription_dunning_policy_id = policy
        self.owed(1000.0)
        self.dun("2026-01-08")
        self.dun("2026-01-15")
        step = self.steps()[-1]
        text = self.text(step.letter_id)
        for part in ("1. Mahnung", "Zu zahlen", "1.040,00", "22.01.2026", "Fällig"):
            self.assertIn(part, text)
        mail = self.mails_of(step)
        self.assertIn("Zu zahlen", mail.body_html)
        self.assertIn("1. Mahnung", mail.subject)

    def mails_of(self, step):
        return self.env["mail.mail"].search(
            [("model", "=", step._name), ("res_id", "=", step.id)]
        )

    def test_the_email_and_its_attachment(self):
        step = self.sent()
        mail = self.mails_of(step)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.business)
        self.assertIn("Dear Grace &amp; Co. KG,", mail.body_html)
        self.assertIn(step.line_ids.name, mail.body_html)
        self.assertEqual(mail.attachment_ids, step.letter_id)
        self.assertEqual(mail.state, "outgoing")

    def test_an_email_alone_has_no_paper(self):
        step = self.sent(channel="mail")
        self.assertFalse(step.letter_id)
        self.assertEqual(len(self.mails_of(step)), 1)

    def test_a_letter_alone_is_not_mailed(self):
        step = self.sent(channel="letter")
        self.assertTrue(step.letter_id)
        self.assertFalse(self.mails_of(step))

    def test_nothing_is_sent_where_nothing_is_to_be_sent(self):
        step = self.sent(channel="none")
        self.assertFalse(step.letter_id)
        self.assertFalse(self.mails_of(step))

    def test_without_an_address_it_is_printed(self):
        self.business.email = False
        step = self.sent(channel="mail")
        self.assertTrue(step.letter_id)
        self.assertFalse(self.mails_of(step))
        self.assertIn("no e-mail address", step.message)
        self.assertEqual(len(self.case().activity_ids), 1)

    def test_it_goes_to_the_invoice_address(self):
        clerk = self._customer(
            "Accounts Payable",
            parent_id=self.business.id,
            type="invoice",
            email="ap@example.com",
            street="Nebenstraße 2",
        )
        step = self.sent()
        self.assertEqual(step._get_recipient(), clerk)
        self.assertEqual(self.mails_of(step).recipient_ids, clerk)
        address = list(self.letter(step).address)
        self.assertEqual(address[:3], ["Grace & Co. KG", clerk.name, "Nebenstraße 2"])

    def test_the_country_abroad_in_capitals(self):
        service = self.env["subscription.dunning.letter"]
        self.assertNotIn("GERMANY", service._get_address(self.business, self.company))
        self.business.country_id = self.env.ref("base.pl")
        lines = service._get_address(self.business, self.company)
        self.assertEqual(lines[-1], "POLAND")

    def test_the_giro_code(self):
        account = self.bank.bank_account_id
        account.partner_id.bank_ids = account
        step = self.sent(flat_fee=40.0)
        code = self.letter(step).code.split("\n")
        self.assertEqual(code[0], "BCD")
        self.assertEqual(code[3], "SCT")
        self.assertEqual(code[6], account.sanitized_acc_number)
        self.assertEqual(code[7], "EUR1040.00")
        self.assertEqual(code[10], step.line_ids.name)

    def test_no_code_in_other_currencies_or_without_an_account(self):
        dollars = self.setup_other_currency("USD", rates=[("2025-01-01", 2.0)])
        step = self.sent(self.owed(100.0, currency_id=dollars.id))
        self.assertEqual(self.letter(step).code, "")
        self.company.partner_id.bank_ids.unlink()
        self.assertEqual(self.letter(step).code_text, "")

    def test_several_documents_are_paid_by_the_number_of_the_customer(self):
        self.business.ref = "K-4711"
        self.owed(5.0)
        step = self.sent()
        service = self.env["subscription.dunning.letter"]
        self.assertEqual(service._get_reference(step), "K-4711")
        self.assertIn(("Customer", "K-4711"), self.letter(step).info)

    def test_one_file_to_print(self):
        first = self.sent()
        other = self._customer("Other", email="o@example.com")
        self.owed(partner=other)
        self.dun("2026-01-15")
        both = first + self.steps(other)
        action = both.action_print()
        id_ = int(action["url"].split("/")[3].split("?")[0])
        text = self.text(self.env["ir.attachment"].browse(id_))
        self.assertIn("Grace & Co. KG", text)
        self.assertIn("Other", text)

    def test_nothing_to_print(self):
        step = self.sent(channel="mail")
        with self.assertRaisesRegex(UserError, "no letter"):
            step.action_print()

    def test_the_files_of_the_hand_over(self):
        self.owed(30.0, move_type="out_refund")
        step = self.sent(flat_fee=40.0)
        with self.at("2026-01-20"):
            self.case().action_hand_over()
        files = self.case().message_ids.attachment_ids
        content = files.filtered(lambda it: it.name.endswith("csv")).raw
        rows = [line.split(",") for line in content.decode("utf-8-sig").split("\r\n")]
        self.assertEqual(
            sorted((row[5], row[6], row[10]) for row in rows[1:-1]),
            [
                (step.line_ids.name, "invoice", "1000.00"),
                (step.claim_move_ids.name, "fee", "40.00"),
                ("RINV/2026/00001", "credit", "-30.00"),
            ],
        )
        text = self.text(files.filtered(lambda it: it.name.endswith("pdf")))
        self.assertIn("1,010.00", text)
        self.assertIn("Level 1", text)

    def test_the_email_has_the_fees_and_the_total(self):
        step = self.sent(channel="mail", fee_business=2.0, charges_interest=True)
        body = self.mails_of(step).body_html
        for text in ("Dunning fee", "2.00", "Interest", "3.94", "1,005.94"):
            self.assertIn(text, body)

    def test_an_email_of_ones_own(self):
        template = self.env["mail.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("subscription.dunning.step"),
                "use_default_to": False,
                "partner_to": "{{ object._get_recipient().id }}",
                "subject": "Own {{ object.partner_id.name }}",
                "body_html": "<p>Own words</p>",
            }
        )
        mail = self.mails_of(self.sent(channel="mail", template_id=template.id))
        self.assertEqual(mail.subject, "Own Grace & Co. KG")
        self.assertIn("Own words", mail.body_html)

    def test_markup_in_names_is_text(self):
        self.business.name = "<b>Grace</b> & Co."
        step = self.sent()
        self.assertIn("<b>Grace</b> & Co.", self.text(step.letter_id))
        self.assertIn("&lt;b&gt;Grace", self.mails_of(step).body_html)

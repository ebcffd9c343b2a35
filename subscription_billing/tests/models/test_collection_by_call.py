import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..debit_common import IBANS, DebitCommon
from ..formats.test_bank_answers import camt, detail, entry

BUTTONS = {
    "subscription.debit.batch": (
        "action_propose",
        "action_announce",
        "action_move",
        "action_confirm",
        "action_send",
        "action_back_to_draft",
    ),
    "subscription.sepa.mandate": (
        "action_activate",
        "action_suspend",
        "action_cancel",
    ),
    "subscription.collection.attempt": (
        "action_try_again",
        "action_was_paid",
        "action_was_not_paid",
    ),
    "subscription.return.entry": ("action_set_seen",),
}


@tagged("post_install", "-at_install", "collection", "debits")
class TestCollectionByCall(DebitCommon, HttpCase):
    """O2: buttons of money called by RPC, and the page on which a mandate is given."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        accountant = "account.group_account_invoice"
        seller = "subscription_billing.subscription_billing_group_manager"
        cls.people = [
            cls._clerk("call_seller", seller, cls.company),
            cls._clerk("call_employee", "base.group_user", cls.company),
            cls._clerk("call_portal", "base.group_portal", cls.company),
            cls._clerk("call_foreign", accountant, cls.other),
        ]

    def records(self):
        """One of each model with buttons."""
        mandate = self.mandate()
        contract = self.subscribe("2026-01-01")
        move = self.invoice("2026-01-01", contract)
        batch = self.propose("2026-01-05")
        self.confirm(batch, "2026-01-05")
        file = self.answer(camt(entry(detail("OTHER"))), "2026-01-20")
        return [batch, mandate, move.subscription_attempt_ids, file.entry_ids]

    def test_o2_buttons_refuse_who_may_not(self):
        for record in self.records():
            before = record.read(["state"])
            for user in self.people:
                for button in BUTTONS[record._name]:
                    with (
                        self.subTest(user=user.login, button=button),
                        self.assertRaises(AccessError),
                    ):
                        getattr(record.with_user(user), button)()
            self.env.invalidate_all()
            self.assertEqual(record.read(["state"]), before)

    def test_o2_files_are_read_for_ones_own_company_only(self):
        foreign = self.people[-1]
        content = camt(entry(detail("OTHER")))
        imports = self.env["subscription.return.import"].with_user(foreign)
        vals = {"file": self.encode(content), "company_id": self.company.id}
        with self.assertRaises(AccessError):
            imports.create(vals)
        # Who sees all companies does not work for each.
        foreign.group_ids += self.env.ref("base.group_erp_manager")
        wizard = imports.create(vals)
        with self.assertRaisesRegex(AccessError, "does not work for"):
            wizard.action_import()

    def test_an_accountant_reads_a_file(self):
        accountant = self._clerk(
            "call_accountant", "account.group_account_invoice", self.company
        )
        imports = self.env["subscription.return.import"].with_user(accountant)
        wizard = imports.create({"file": self.encode(camt(entry(detail("OTHER"))))})
        action = wizard.with_company(self.company).action_import()
        file = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(file.unmatched_count, 1)

    @staticmethod
    def encode(content):
        return base64.b64encode(content)

    def test_a_charge_back_by_its_form(self):
        self.token()
        move = self.invoice("2026-01-01")
        self.collect("2026-01-01")
        attempt = move.subscription_attempt_ids
        forms = self.env["subscription.charge.back"].with_context(active_id=attempt.id)
        forms.create({"date": "2026-01-20", "amount_fee": 15.0}).action_record()
        self.assertEqual((attempt.state, move.amount_residual), ("returned", 30.0))
        foreign = self.people[-1]
        with self.assertRaises(AccessError):
            forms.with_user(foreign).create({"date": "2026-01-21"}).action_record()

    # ------------------------------------------------------------------
    # The page of a mandate
    # ------------------------------------------------------------------

    def open_page(self, mandate, token):
        self.env.flush_all()
        return self.url_open(f"/my/mandate/{mandate.id}?access_token={token}")

    def agree(self, mandate, token, **vals):
        """Send the form as the page has it."""
        page = self.open_page(mandate, token).text
        csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
        data = {"csrf_token": csrf, "access_token": token, **vals}
        return self.url_open(f"/my/mandate/{mandate.id}/agree", data=data)

    def test_a_mandate_is_given_on_its_page(self):
        mandate = self.mandate("", state="draft", date_signed=False)
        token = mandate._portal_ensure_token()
        page = self.open_page(mandate, token).text
        for text in (mandate.name, "DE98ZZZ09999999999", "8 weeks", self.customer.name):
            self.assertIn(text, page)
        for vals, message in (
            ({"name": "Ada", "iban": "DE1"}, "agree to the mandate"),
            ({"name": "Ada", "iban": "DE1", "agreed": "1"}, "is no IBAN"),
            ({"name": "", "iban": IBANS[0], "agreed": "1"}, "agree to the mandate"),
        ):
            answer = self.agree(mandate, token, **vals)
            self.assertIn(message, answer.text)
            mandate.invalidate_recordset()
            self.assertEqual((mandate.state, mandate.iban or ""), ("draft", ""))
        answer = self.agree(mandate, token, name="Ada", iban=IBANS[0], agreed="1")
        self.assertIn("Thank you", answer.text)
        self.assertNotIn(IBANS[0], answer.text)
        mandate.invalidate_recordset()
        self.assertEqual(
            (mandate.state, mandate.iban, mandate.consent_name),
            ("active", IBANS[0], "Ada"),
        )
        self.assertEqual(mandate.consent_address, "127.0.0.1")

    @mute_logger("odoo.http")
    def test_o2_the_page_is_for_who_has_its_link(self):
        mandate = self.mandate("", state="draft", date_signed=False)
        mandate._portal_ensure_token()
        for token in ("", "wrong"):
            page = self.open_page(mandate, token)
            self.assertNotIn(mandate.name, page.text)
            answer = self.url_open(
                f"/my/mandate/{mandate.id}/agree",
                data={"access_token": token, "name": "Eve", "iban": IBANS[0]},
            )
            self.assertEqual(answer.status_code, 400, "no csrf token")
        self.assertEqual(mandate.state, "draft")

    def test_a_mandate_is_given_once(self):
        mandate = self.mandate()
        with self.assertRaises(UserError):
            mandate.sudo()._give_consent("Eve", IBANS[1], "", "")

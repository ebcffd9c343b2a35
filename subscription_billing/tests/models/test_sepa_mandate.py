from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..debit_common import IBANS, DebitCommon


@tagged("post_install", "-at_install", "collection", "debits")
class TestSepaMandate(DebitCommon):
    """What a mandate must be, who sees it, and how it is given."""

    def test_accounts_that_cannot_be_debited(self):
        for iban, message in (
            ("DE02120300000000202052", "is no IBAN"),
            ("12345678", "is no IBAN"),
            ("", "lacks: IBAN"),
            ("TR330006100519786457841326", "cannot be debited by SEPA"),
        ):
            with self.subTest(iban=iban), self.assertRaisesRegex(UserError, message):
                mandate = self.mandate(iban, state="draft")
                with self.at("2026-01-02"):
                    mandate.action_activate()

    def test_a_mandate_needs_a_signature_and_a_creditor(self):
        mandate = self.mandate(state="draft", date_signed=False)
        with self.at("2026-01-02"), self.assertRaisesRegex(UserError, "Signed On"):
            mandate.action_activate()
        mandate.date_signed = "2026-01-03"
        with self.at("2026-01-02"), self.assertRaisesRegex(UserError, "not yet"):
            mandate.action_activate()
        self.company.subscription_creditor_identifier = False
        with self.at("2026-01-03"), self.assertRaisesRegex(UserError, "identifier"):
            mandate.action_activate()

    def test_a_wrong_creditor_identifier(self):
        for text in ("DE97ZZZ09999999999", "x", "DE98"):
            with self.assertRaisesRegex(ValidationError, "check digits"):
                self.company.subscription_creditor_identifier = text

    def test_references(self):
        for name in ("with space", "x" * 36, "/a", "ü"):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.mandate(name=name)
        self.mandate(name="K-4711.1")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.mandate(name="K-4711.1")

    def test_b2b_is_for_businesses(self):
        with self.assertRaisesRegex(ValidationError, "for businesses only"):
            self.mandate(scheme="B2B")
        self.customer.is_company = True
        self.assertTrue(self.mandate(scheme="B2B"))

    def test_states_and_what_is_not_deleted(self):
        mandate = self.mandate()
        mandate.action_suspend()
        self.assertFalse(mandate._is_usable(self.day("2026-01-02")))
        with self.at("2026-01-02"):
            mandate.action_activate()
        mandate.action_cancel()
        with self.at("2026-01-02"), self.assertRaisesRegex(UserError, "cancelled"):
            mandate.action_activate()
        with self.assertRaisesRegex(UserError, "stays on file"):
            mandate.unlink()
        self.mandate(state="draft").unlink()

    def test_consent_online_keeps_who_when_and_what(self):
        mandate = self.mandate("", state="draft", date_signed=False)
        with self.at("2026-01-02"):
            mandate.sudo()._give_consent(
                "Ada Lovelace", "de02 1203 0000 0000 2020 51", "", "192.0.2.1"
            )
        self.assertRecordValues(
            mandate,
            [
                {
                    "state": "active",
                    "iban": IBANS[0],
                    "date_signed": self.day("2026-01-02"),
                    "consent_name": "Ada Lovelace",
                    "consent_address": "192.0.2.1",
                    "consent_version": "2026-01",
                }
            ],
        )
        self.assertTrue(mandate.consent_at)
        with self.at("2026-01-02"), self.assertRaisesRegex(UserError, "already"):
            mandate.sudo()._give_consent("Eve", IBANS[1], "", "")

    def test_a_contracts_own_mandate_comes_first(self):
        general, contract = self.mandate(), self.subscribe("2026-01-01")
        own = self.mandate(IBANS[1], contract_id=contract.id)
        other = self.subscribe("2026-01-01")
        day = self.day("2026-01-02")
        self.assertEqual(contract._get_mandate(day), own)
        self.assertEqual(other._get_mandate(day), general)
        contract.collection_method = "transfer"
        self.assertFalse(contract._get_mandate(day))

    def person(self, groups, company=None):
        company = company or self.company
        return self._clerk(f"mandate_{groups}_{company.id}", groups, company=company)

    def test_o2_a_seller_sees_a_masked_account_and_runs_no_debits(self):
        seller = self.person("subscription_billing.subscription_billing_group_user")
        mandate = self.mandate().with_user(seller)
        self.assertEqual(mandate.iban_masked, "DE02 •••• 2051")
        self.assertNotIn("1203", mandate.display_name)
        with self.assertRaises(AccessError):
            mandate.read(["iban"])
        for model in (
            "subscription.debit.batch",
            "subscription.debit.line",
            "subscription.return.file",
            "subscription.return.import",
        ):
            self.assertFalse(self.env[model].with_user(seller).has_access("read"))
        for action in ("action_activate", "action_suspend", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(mandate, action)()

    def test_o2_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.person("account.group_account_invoice", other)
        mandate = self.mandate()
        self.subscribe("2026-01-01")
        mandates = self.env["subscription.sepa.mandate"].with_user(foreign)
        self.assertFalse(mandates.search([("id", "=", mandate.id)]))
        with self.assertRaises(AccessError):
            mandate.with_user(foreign).action_cancel()

    def test_o2_state_and_last_collection_are_not_written(self):
        accountant = self.person("account.group_account_invoice")
        mandate = self.mandate(state="draft").with_user(accountant)
        for vals in ({"state": "active"}, {"date_last_collection": "2026-01-01"}):
            with self.assertRaisesRegex(UserError, "buttons"):
                mandate.write(vals)

    def test_the_sheet_to_sign(self):
        self.env["res.lang"]._activate_lang("de_DE")
        mandate = self.mandate()
        report = self.env["ir.actions.report"]
        html, _type = report._render_qweb_html(
            "subscription_billing.sepa_mandate_document", mandate.ids
        )
        for text in (mandate.name, "DE02 1203", "DE98ZZZ09999999999", "8 weeks"):
            self.assertIn(text, html.decode())

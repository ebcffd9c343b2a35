from datetime import date
from xmlrpc.client import Fault, dumps

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import tagged

from ...models.sentences import Said, denied, in_lang, invalid, refusal, said
from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "contracts")
class TestSentences(ChangeCommon):
    """O2: what is kept is read in the reader's language, whoever caused it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")

    def german(self, record):
        return record.with_context(lang="de_DE")

    def test_the_log_is_in_the_language_of_its_reader(self):
        contract = self.german(self.draft("2024-01-01"))
        contract.action_activate()
        event = contract.event_ids.filtered(lambda it: it.state_to == "active")
        self.assertEqual(event.message, "Aktiviert")
        english = event.with_context(lang="en_US")
        self.assertEqual(english.message, "Activated")
        found = english.search([("message", "=", "Activated"), ("id", "=", event.id)])
        self.assertEqual(found, event)
        self.assertIn("Aktiviert", contract.story_html)
        self.assertIn("Activated", contract.with_context(lang="en_US").story_html)

    def test_values_of_the_log_too(self):
        contract = self.subscribe("2024-01-01")
        contract._set_end(self.day("2024-06-30"), said(self.env)._("End date reached"))
        event = contract.event_ids.filtered(lambda it: it.type == "end_set")
        self.assertEqual(event.value_new, "06/30/2024")
        self.assertEqual(self.german(event).value_new, "30.06.2024")
        contract.is_early_start_requested = True
        event = contract.event_ids.filtered(lambda it: it.value_new == "Yes")
        self.assertEqual(self.german(event).value_new, "Ja")
        self.assertEqual(
            (event.message, self.german(event).message),
            ("Early Start Requested edited", "Early Start Requested geändert"),
        )

    def test_why_a_contract_is_parked(self):
        contract = self.german(self.subscribe("2024-01-01"))
        contract.partner_id.country_id = False
        runs = self.german(self.env["subscription.billing.run"]).sudo()
        run = runs.create({"company_id": self.company.id, "date": "2024-01-01"})
        run._process([("id", "=", contract.id)])
        self.assertTrue(contract.billing_error)
        english = contract.with_context(lang="en_US").billing_error
        self.assertNotEqual(contract.billing_error, english)
        event = contract.event_ids.filtered(lambda it: it.type == "parked")
        self.assertEqual(event.message, contract.billing_error)
        self.assertEqual(event.with_context(lang="en_US").message, english)

    def test_who_is_asked_reads_it_in_the_own_language(self):
        group = "subscription_billing.subscription_billing_group_user"
        for lang, summary, word in (
            ("de_DE", "Abrechnung fehlgeschlagen", "kein Land"),
            ("en_US", "Billing failed", "no country"),
        ):
            clerk = self._clerk(f"clerk_{lang}", group, lang=lang)
            contract = self.subscribe("2024-01-01", user_id=clerk.id)
            contract.partner_id.country_id = False
            self.bill("2024-01-01", contract)
            self.assertEqual(contract.activity_ids.summary, summary)
            self.assertIn(word, contract.activity_ids.note)
            contract.partner_id.country_id = self.env.ref("base.us")

    def test_what_the_watchdog_finds(self):
        contract = self.subscribe("2024-01-01")
        watchdog = self.env["subscription.watchdog"]
        (finding,) = watchdog._get_findings(self.company, self.day("2024-02-15"))
        self.assertIn("2 periods from 01/01/2024 to 02/29/2024", finding)
        self.assertIn("vom 01.01.2024 bis 29.02.2024", finding.texts["de_DE"])
        self.assertIn(contract.name, finding)

    def test_a_client_of_xml_rpc_gets_plain_text(self):
        error = UserError(said(self.env)._("Booked"))
        self.assertIs(type(str(error)), str)
        self.assertIn("Booked", dumps(Fault(1, str(error))))

    def test_what_a_change_was_and_why_it_lapsed(self):
        contract = self.german(self.subscribe("2024-01-01"))
        change = self.env["subscription.change"].create(
            {
                "contract_id": contract.id,
                "kind": "pause",
                "timing": "date",
                "date": "2024-03-01",
                "date_until": "2024-03-31",
            }
        )
        change._apply(self.day("2024-02-01"))
        self.assertEqual(change.text_new, "03/01/2024 – 03/31/2024")
        self.assertEqual(self.german(change).text_new, "01.03.2024 – 31.03.2024")
        event = contract.event_ids.filtered(lambda it: it.change_id == change)
        english = event.with_context(lang="en_US")
        self.assertEqual(english.value_new, change.text_new)
        self.assertEqual(event.value_new, "01.03.2024 – 31.03.2024")

    def test_errors_are_said_too(self):
        """Of Odoo's classes; who keeps one keeps it in each language."""
        for say, kind in (
            (refusal, UserError),
            (invalid, ValidationError),
            (denied, AccessError),
        ):
            error = say(self.env)._("%s has expired.", self.day("2024-01-31"))
            self.assertIs(type(error), kind)
            self.assertEqual(str(error), "01/31/2024 has expired.")
            german = in_lang(error.args[0], "de_DE")
            self.assertEqual(german, "31.01.2024 ist abgelaufen.")

    def test_why_the_addon_did_something_by_itself(self):
        """Nobody entered a reason; what is typed stays as it was typed."""
        after = {"next_variant_id": self._variant("after").id}
        after |= {"first_term_count": 1, "is_ended_after_first_term": True}
        with self.on_day("2024-01-01"):
            contract = self.subscribe("2024-01-01", self._variant("intro", **after))
        contract = self.german(contract)
        expired = said(contract.env)._("%s has expired.", "Visa")
        contract._change_for_money("pause", self.day("2024-01-05"), expired)
        self.change(contract, "resume", False, "2024-01-08", timing="now", reason="Ja")
        changes = contract.change_ids.sorted("id")
        self.assertEqual(changes.mapped("kind"), ["variant", "pause", "resume"])
        told = ("Follows the first term", "Visa has expired.", "Ja")
        in_german = ("Folgt auf die Erstlaufzeit", "Visa ist abgelaufen.", "Ja")
        for change, english, german in zip(changes, told, in_german, strict=True):
            event = contract.event_ids.filtered(
                lambda it, at=change: it.change_id == at
            )
            with self.subTest(kind=change.kind):
                self.assertEqual(set(event.mapped("reason")), {german})
                event = event.with_context(lang="en_US")
                self.assertEqual(set(event.mapped("reason")), {english})

    def test_sentences_hold_dates_records_and_other_sentences(self):
        component = self.base
        self.german(component).name = "Grundgebühr"
        component.name = "Base Fee"
        told = said(self.env)._(
            "%(change)s: %(line)s %(old)s → %(new)s from %(day)s",
            change=said(self.env)._("Paid by %s", component),
            line=False,
            old="a",
            new=Datetime.to_datetime("2024-01-02 03:04:00"),
            day=date(2024, 1, 2),
        )
        self.assertIn("Paid by Base Fee:  a → 01/02/2024 03:04:00 AM", told)
        self.assertIn("from 01/02/2024", told)
        self.assertIn(
            "Bezahlt mit Grundgebühr:  a → 02.01.2024 03:04:00", told.texts["de_DE"]
        )
        self.assertEqual(told.followed_by("x").texts["de_DE"][-3:], ": x")

    def test_text_that_is_known_in_one_language_is_shown_in_all(self):
        """Rows of before, and words of others."""
        contract = self.subscribe("2024-01-01")
        contract.sudo().billing_error = "As it was"
        self.env.flush_all()
        self.assertEqual(self.german(contract).billing_error, "As it was")
        contract.sudo().billing_error = Said({"en_US": "a", "de_DE": "b"}, "en_US")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.german(contract).billing_error, "b")
        self.assertEqual(contract.billing_error, "a")
        contract.sudo().billing_error = False
        self.env.flush_all()
        self.assertFalse(self.german(contract).billing_error)

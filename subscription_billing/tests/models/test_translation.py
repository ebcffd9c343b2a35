from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon
from ..translation_mixin import TranslationMixin

SAME_IN_GERMAN = {
    "International",
    "{{ object._get_mail_subject() }}",
    '<div t-out="object._get_mail_body()"/>\n            ',
    "%(document)s: %(total)s",
    "%(file)s: %(problem)s",
    "%(quantity)s × %(price)s = %(amount)s",
    "<span>%</span>",
    "API",
    "Aggregation",
    "B2B",
    "BIC",
    "Bank",
    "Bonus %(bonus)s: %(problem)s",
    "Bonus",
    "CORE",
    "Code",
    "Dialog",
    "E-Mails",
    "Filter",
    "IBAN",
    "ID",
    "Icon",
    "In UTC.",
    "Journal",
    "Limit",
    "Limits",
    "Manager",
    "Name",
    "OK",
    "Operator",
    "Optional",
    "Pause",
    "Problem",
    "Revision",
    "SHA-256",
    "Status",
    "Text",
    "object._get_statement_file_name()",
    "object.name",
}


@tagged("post_install", "-at_install")
class TestTranslation(TranslationMixin, SubscriptionCommon):
    """O2: the German translation is complete, and customers get it."""

    module = "subscription_billing"
    same_in_german = SAME_IN_GERMAN
    allow_inherited_tests_method = True

    def test_a_german_customer_gets_a_german_invoice(self):
        self.seats.with_context(lang="de_DE").name = "Plätze"
        self.customer.lang = "de_DE"
        calendar = self._variant("calendar", alignment="calendar")
        contract = self.subscribe("2026-05-15", calendar, {self.seats: 3})
        self.bill("2026-05-15")
        line = contract.line_ids.filtered(lambda line: line.component_id == self.seats)
        text = line.charge_ids.move_line_id.name.replace("\N{NO-BREAK SPACE}", " ")
        self.assertEqual(
            text.splitlines(),
            [
                "Plätze",
                "15.05.2026 – 31.05.2026",
                "3 × 5,00 = 15,00",
                "17 von 31 Tagen zu $ 15,00",
            ],
        )

    def test_a_german_credit_is_explained_in_german(self):
        self.customer.lang = "de_DE"
        contract = self.subscribe("2026-05-01")
        self.bill("2026-05-01")
        contract._set_end(self.day("2026-05-20"), "Kündigung")
        self.bill("2026-05-21")
        credit = contract.charge_ids.filtered(lambda charge: charge.kind == "credit")
        self.assertIn("Gutschrift", credit.move_line_id.name)

    def test_errors_come_in_the_language_of_the_user(self):
        contract = self.draft("2026-05-01", line_ids=[])
        contract.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "hat keine Positionen"):
            contract.with_context(lang="de_DE").action_activate()

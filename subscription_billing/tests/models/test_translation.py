import io
import re

import polib

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

from ..common import SubscriptionCommon

MODULE = "subscription_billing"
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|%%|<[^>]+>")
# Attributes of tags that hold words and may be translated.
WORDS = re.compile(r' (?:aria-label|title|placeholder)="[^"]*"')
# The linter wants a translation that repeats the term to be left empty.
SAME_IN_GERMAN = {
    "International",
    "{{ object._get_mail_subject() }}",
    '<div t-out="object._get_mail_body()"/>\n            ',
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
# In a database with the module and German; see docs/api.rst:
REMEDY = f"type: scripts/odoo i18n export {MODULE} -d DATABASE -l pot"


@tagged("post_install", "-at_install")
class TestTranslation(SubscriptionCommon):
    """O2: the German translation is complete, and customers get it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.german = cls._read("de.po")

    @staticmethod
    def _read(name):
        return polib.pofile(file_path(f"{MODULE}/i18n/{name}"))

    def _exported(self):
        """Messages of the module, without those of its demo data."""
        buffer = io.BytesIO()
        trans_export(False, [MODULE], buffer, "po", self.env)
        folder = file_path(f"{MODULE}/__manifest__.py").rpartition("/")[0]
        manifest = self.env["ir.module.module"].get_module_info(MODULE)
        demo = set()
        for name in manifest["demo"]:
            with open(f"{folder}/{name}", encoding="utf-8") as file:
                demo.update(re.findall(r'<record\s+id="(\w+)"', file.read()))
        entries = polib.pofile(buffer.getvalue().decode())
        return {
            entry.msgid
            for entry in entries
            if any(path.rpartition(".")[2] not in demo for path, _ in entry.occurrences)
        }

    def test_the_template_holds_the_terms_of_the_module(self):
        known = {entry.msgid for entry in self._read(f"{MODULE}.pot")}
        exported = self._exported()
        self.assertEqual(sorted(exported - known), [], f"not in the template; {REMEDY}")
        self.assertEqual(sorted(known - exported), [], f"no longer there; {REMEDY}")

    def test_german_translates_every_term(self):
        terms = {entry.msgid for entry in self._read(f"{MODULE}.pot")}
        translated = {entry.msgid for entry in self.german.translated_entries()}
        self.assertEqual(sorted(terms - translated - SAME_IN_GERMAN), [])
        self.assertEqual(sorted(translated - terms), [])

    def test_german_keeps_placeholders_and_tags(self):
        for entry in self.german.translated_entries():
            with self.subTest(entry.msgid):
                parts = [
                    sorted(PLACEHOLDER.findall(WORDS.sub("", text)))
                    for text in (entry.msgid, entry.msgstr)
                ]
                self.assertEqual(*parts)

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

from odoo.tests import tagged

from odoo.addons.subscription_billing.tests.translation_mixin import TranslationMixin

from ..datev_common import DatevCommon

SAME_IN_GERMAN = {
    "Factur-x/XRechnung CII 2.2.0",
    "UBL BIS Billing 3.0.12",
    "DATEV",
    "ID",
    "Name",
    "SHA-256",
    "SKR 03",
    "SKR 04",
    "datev_export_id",
}


@tagged("post_install", "-at_install", "datev")
class TestDatevTranslation(TranslationMixin, DatevCommon):
    """O2: the German translation is complete, and accountants get it."""

    module = "subscription_billing_datev"
    same_in_german = SAME_IN_GERMAN
    allow_inherited_tests_method = True

    def test_findings_come_in_the_language_of_the_reader(self):
        """Whoever made the export."""
        export = self.export("2026-12-15", "2027-01-15")
        export.with_context(lang="de_DE").action_check()
        self.assertIn("which ends on 12/31/2026", self.found(export, "error")[0])
        german = export.with_context(lang="de_DE")
        self.assertIn("das am 31.12.2026 endet", self.found(german, "error")[0])

    def test_entries_that_cannot_be_told_too(self):
        self.sell(("8300", 50))
        export = self.export()
        export.action_check()
        self.assertIn("DATEV takes a tax out", self.found(export, "error")[0])
        german = export.with_context(lang="de_DE")
        words = "DATEV rechnet aus dem Konto 8300"
        self.assertIn(words, self.found(german, "error")[0])

    def test_locks_are_explained_in_german(self):
        invoice = self.sell(("8400", 50, self.vat_19))
        self.exported()
        message = invoice.with_context(lang="de_DE")._get_datev_lock_message()
        self.assertIn("dem Steuerberater übergeben", message)

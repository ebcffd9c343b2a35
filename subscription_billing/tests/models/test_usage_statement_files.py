import csv
import io
import shutil
from unittest import skipUnless

from odoo.tests import Form, HttpCase, new_test_user, tagged

from ..statement_common import StatementCommon

REPORT = "subscription_billing.report_usage_statement"
SO_FAR = "subscription_billing.report_usage_so_far"


@tagged("post_install", "-at_install", "usage")
class TestStatementFiles(StatementCommon, HttpCase):
    """Where statements come from: buttons, PDF and CSV files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._clerk(
            "statement_clerk", "subscription_billing.subscription_billing_group_user"
        )
        cls.stranger = new_test_user(cls.env, login="statement_stranger")

    def download(self, url):
        response = self.url_open(url)
        rows = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
        return response, list(rows)

    def html(self, report, record):
        reports = self.env["ir.actions.report"]
        return reports._render_qweb_html(report, record.ids)[0].decode()

    def test_csv_of_a_charge(self):
        charge = self.billed(("2026-01-05 10:00:00", 12000))
        self.authenticate("statement_clerk", "statement_clerk")
        response, rows = self.download(charge.action_download_usage_statement()["url"])
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertEqual((rows[-1]["row"], rows[-1]["amount"]), ("total", "100"))

    def test_csv_so_far(self):
        contract = self.metered(on="2020-01-01")
        line = contract.line_ids.filtered(lambda line: line.kind == "metered")
        self.authenticate("statement_clerk", "statement_clerk")
        response, rows = self.download(line.action_download_usage_so_far()["url"])
        self.assertEqual(response.status_code, 200)
        self.assertEqual(rows[-1]["row"], "total")

    def test_csv_is_refused(self):
        charge = self.billed(("2026-01-05 10:00:00", 12000))
        url = charge.action_download_usage_statement()["url"]
        fee = (charge.contract_id.charge_ids - charge)[:1]
        self.authenticate("statement_stranger", "statement_stranger")
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate("statement_clerk", "statement_clerk")
        wrong = self.url_open(fee.action_download_usage_statement()["url"])
        self.assertEqual(wrong.status_code, 409)
        self.assertIn("bills no usage", wrong.text)
        for no_id in (0, 2**31, 10**30):
            for kind in ("charge", "line"):
                answer = self.url_open(f"/subscription/statement/{kind}/{no_id}.csv")
                self.assertEqual(answer.status_code, 404, no_id)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(url).url)

    def test_paper_in_the_customers_language(self):
        """O2: numbers and dates of the customer's language."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.lang = "de_DE"
        charge = self.billed(("2026-01-05 10:00:00", 12345.6, {"region": "<b>"}))
        html = self.html(REPORT, charge)
        for text in ("12.345,6", "05.01.2026 10:00:00", "region=&lt;b&gt;", "101,73"):
            self.assertIn(text, html)

    def test_paper_so_far(self):
        contract = self.metered(on="2020-01-01")
        line = contract.line_ids.filtered(lambda line: line.kind == "metered")
        self.assertIn("Usage So Far", self.html(SO_FAR, line))

    @skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf is not installed")
    def test_several_statements_in_one_pdf(self):
        """A wkhtmltopdf without patched Qt takes one document at a time."""
        charges = self.billed(("2026-01-05 10:00:00", 12000))
        charges += self.billed(("2026-01-05 10:00:00", 5))
        reports = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        pdf, kind = reports._render_qweb_pdf(REPORT, charges.ids)
        self.assertEqual((pdf[:5], kind), (b"%PDF-", "pdf"))

    def test_file_names(self):
        charge = self.billed(("2026-01-05 10:00:00", 1))
        self.api.name = "API/calls"
        name = charge._get_statement_file_name()
        self.assertNotIn("/", name)
        self.assertIn("2026-01-01", name)

    def test_invoice_leads_to_its_statements(self):
        charge = self.billed(("2026-01-05 10:00:00", 12000))
        move = charge.move_id
        self.assertEqual(move.subscription_usage_charge_count, 1)
        action = move.action_view_usage_statements()
        self.assertEqual(action["res_id"], charge.id)
        self.assertEqual(Form(charge).usage_count, 1)
        other = self.bill("2026-02-01", self.subscribe("2026-01-01")).move_ids
        self.assertEqual(set(other.mapped("subscription_usage_charge_count")), {0})
        report = charge.action_print_usage_statement()
        self.assertEqual(report["report_name"], REPORT)

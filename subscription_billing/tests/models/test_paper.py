import io
import re
import shutil
from unittest import skipUnless
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfReader

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..common import SubscriptionCommon

REPORT = "odoo.addons.subscription_billing.report.ir_actions_report"
BASE = "odoo.addons.base.models.ir_actions_report"


@tagged("post_install", "-at_install")
@skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf is not installed")
class TestPaper(SubscriptionCommon):
    """Documents by a wkhtmltopdf that knows neither headers nor footers."""

    def setUp(self):
        super().setUp()
        plain = _wkhtml()._replace(is_patched_qt=False)
        self.enterContext(patch(f"{REPORT}._wkhtml", return_value=plain))
        # No server answers a test's wkhtmltopdf: it prints without styles.
        self.enterContext(mute_logger(BASE))
        self.company.external_report_layout_id = self.env.ref(
            "web.external_layout_standard"
        )
        self.company.report_footer = "Bank of Tests"
        self.company.company_details = "<p>Company of Tests</p>"

    def pages(self, moves):
        """Texts of the pages."""
        reports = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        pdf = reports._render_qweb_pdf("account.account_invoices", moves.ids)[0]
        pages = PdfReader(io.BytesIO(pdf)).pages
        return [" ".join(page.extract_text().split()) for page in pages]

    def invoice(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        return self.bill("2024-01-01", contract).move_ids

    def test_each_page_has_header_footer_and_its_number(self):
        move = self.invoice()
        rows = "<br/>".join(f"Row {number}" for number in range(90))
        move.narration = f"<p>{rows}</p>"
        pages = self.pages(move)
        self.assertGreater(len(pages), 1)
        for number, text in enumerate(pages, 1):
            with self.subTest(page=number):
                self.assertIn("Company of Tests", text)
                self.assertIn("Bank of Tests", text)
                self.assertIn(f"Page {number} / {len(pages)}", text)
        self.assertIn("Cloud base fee", pages[0])

    def test_no_row_is_cut_between_two_pages(self):
        """Neither its text nor its amounts."""
        move = self.invoice()
        move.button_draft()
        last = move.invoice_line_ids[-1]
        for number in range(100, 145):
            name = f"Row {number}\nmore\nmore\nEnd {number}"
            line = last.copy({"move_id": move.id, "name": name, "sequence": number})
            line.write({"quantity": 1, "price_unit": 7000 + number})
        move.action_post()
        pages = self.pages(move)
        self.assertGreater(len(pages), 2)
        found = []
        for page in pages:
            parts = [
                sorted(set(re.findall(pattern, page)))
                for pattern in (r"Row (\d+)", r"End (\d+)", r"7,(\d+)\.00")
            ]
            self.assertEqual(parts[0], parts[1])
            self.assertEqual(parts[0], parts[2])
            found += parts[0]
        self.assertEqual(len(found), 45)

    def test_what_is_stamped_is_compressed(self):
        """A page would have two megabytes."""
        move = self.invoice()
        reports = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        pdf = reports._render_qweb_pdf("account.account_invoices", move.ids)[0]
        for page in PdfReader(io.BytesIO(pdf)).pages:
            self.assertEqual(page["/Contents"]["/Filter"], "/FlateDecode")

    def test_several_documents_in_one_file(self):
        moves = self.invoice() + self.invoice()
        pages = self.pages(moves)
        self.assertEqual(len(pages), 2)
        for move, text in zip(moves, pages, strict=True):
            self.assertIn(move.name, text)
            self.assertIn("Page 1 / 1", text)

    def test_a_report_without_header_and_footer_is_printed_as_it_is(self):
        reports = self.env["ir.actions.report"]
        body = "<html><head></head><body><p>Plain</p></body></html>"
        with patch.object(type(reports), "_stamp", side_effect=AssertionError):
            empty = "<html><head></head><body><div/></body></html>"
            pdf = reports._run_wkhtmltopdf([body], header=empty, footer=empty)
        (page,) = PdfReader(io.BytesIO(pdf)).pages
        self.assertIn("Plain", page.extract_text())

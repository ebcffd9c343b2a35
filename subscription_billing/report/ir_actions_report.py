import copy
import io

import lxml.html
from lxml import etree
from markupsafe import Markup

from odoo import models
from odoo.tools.pdf import PdfReader, PdfWriter

from odoo.addons.base.models.ir_actions_report import _wkhtml

POINTS_PER_MM = 72 / 25.4
# Odoo's layouts put headers and footers of all documents into these.
HEADERS = "//div[@id='minimal_layout_report_headers']/*"
FOOTERS = "//div[@id='minimal_layout_report_footers']/*"
# The paper has its margins already when header and footer are put on it.
NO_MARGINS = {"data-report-margin-top": 0, "data-report-margin-bottom": 0}
# Plain Qt prints a pixel as a point, and layouts are made for 96 pixels an inch. It
# ends pages within rows, but not within tables: each row of an invoice becomes one,
# with columns that are as wide in all of them.
STYLE = Markup(
    """<style>
body { zoom: 1.3333; }
[name=invoice_line_table],
[name=invoice_line_table] > thead,
[name=invoice_line_table] > tbody { display: block !important; }
[name=invoice_line_table] tr {
    display: table; table-layout: fixed; width: 100%; page-break-inside: avoid;
}
[name=invoice_line_table] th, [name=invoice_line_table] td { width: 11%; }
[name=invoice_line_table] [name=th_priceunit],
[name=invoice_line_table] [name=td_price_unit],
[name=invoice_line_table] [name=th_subtotal],
[name=invoice_line_table] .o_price_total { width: 15%; }
[name=invoice_line_table] [name=th_description],
[name=invoice_line_table] [name^=account_invoice_line_name],
[name=invoice_line_table] [name=line_name_td],
[name=invoice_line_table] [colspan="99"] { width: auto; }
</style></head>"""
)


class IrActionsReport(models.Model):
    """PDFs by a wkhtmltopdf without patched Qt, as Debian has it: it knows neither
    headers nor footers, and makes no file of several documents. Both are made here: the
    layout's own header and footer are printed on pages of their own, and stamped upon
    those of the document."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """One document at a time."""
        if _wkhtml().is_patched_qt or len(res_ids or ()) < 2:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        streams = {}
        for res_id in dict.fromkeys(res_ids):
            streams |= super()._render_qweb_pdf_prepare_streams(
                report_ref, dict(data or {}), [res_id]
            )
        return streams

    def _run_wkhtmltopdf(
        self,
        bodies,
        report_ref=False,
        header=None,
        footer=None,
        landscape=False,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        options = {
            "report_ref": report_ref,
            "landscape": landscape,
            "set_viewport_size": set_viewport_size,
        }
        arguments = specific_paperformat_args or {}
        if _wkhtml().is_patched_qt or not (header or footer):
            return super()._run_wkhtmltopdf(
                bodies,
                header=header,
                footer=footer,
                specific_paperformat_args=specific_paperformat_args,
                **options,
            )
        pdf = super()._run_wkhtmltopdf(
            [Markup(body).replace("</head>", STYLE, 1) for body in bodies],
            specific_paperformat_args=arguments,
            **options,
        )
        if not _has_stamps(header, footer):
            return pdf
        pages = PdfReader(io.BytesIO(pdf)).pages
        stamps = super()._run_wkhtmltopdf(
            [self._prepare_stamps(header, footer, len(pages))],
            specific_paperformat_args={**arguments, **NO_MARGINS},
            **options,
        )
        paper = self._get_report(report_ref) if report_ref else self
        margin = arguments.get("data-report-margin-bottom")
        margin = float(margin or paper.get_paperformat().margin_bottom)
        return self._stamp(pages, stamps, margin * POINTS_PER_MM)

    def _prepare_stamps(self, header, footer, count):
        """The header, and the footer of each page, each on a page of its own.

        :param str header, footer: HTML as Odoo hands it to wkhtmltopdf
        :param int count: number of pages
        :return: HTML
        """
        page = Markup(header or footer).replace("</head>", STYLE, 1)
        page = lxml.html.document_fromstring(page)
        for script in page.iter("script"):
            script.text = None
        (body,) = page.iter("body")
        body.attrib.pop("onload", None)
        headers = page.xpath(HEADERS)[:1]
        footers = lxml.html.document_fromstring(footer or header).xpath(FOOTERS)[:1]
        for child in list(body):
            body.remove(child)
        self._add_page(body, headers)
        for number in range(1, count + 1):
            numbered = copy.deepcopy(footers)
            for name, value in (("page", number), ("topage", count)):
                for node in numbered:
                    for place in node.xpath(f".//span[@class='{name}']"):
                        place.text = str(value)
            self._add_page(body, numbered)
        return etree.tostring(page, method="html", encoding="unicode")

    def _add_page(self, body, nodes):
        is_first = not len(body)
        style = "" if is_first else "page-break-before: always"
        page = etree.SubElement(body, "div", style=style)
        page.extend(nodes)
        # An empty page is none.
        etree.SubElement(page, "span").text = "\N{NO-BREAK SPACE}"

    def _stamp(self, pages, stamps, margin):
        """Put the first stamp on top of each page, and the others at the bottom.

        :param float margin: of the bottom, in points
        """
        header, *footers = PdfReader(io.BytesIO(stamps)).pages
        writer = PdfWriter()
        for page, footer in zip(pages, footers, strict=True):
            # Below the document: they have a white ground, and it has its margins.
            down = margin - float(page.mediabox.height)
            page.merge_transformed_page(footer, (1, 0, 0, 1, 0, down), over=False)
            page.merge_page(header, over=False)
            writer.add_page(page)
        for page in writer.pages:
            page.compress_content_streams()  # Qt draws each letter
        content = io.BytesIO()
        writer.write(content)
        return content.getvalue()


def _has_stamps(*parts):
    """Whether a layout has put anything into header or footer."""
    pages = [lxml.html.document_fromstring(part) for part in parts if part]
    return any(page.xpath(HEADERS) or page.xpath(FOOTERS) for page in pages)

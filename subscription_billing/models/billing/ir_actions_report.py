from odoo import models

STATEMENTS = (
    "subscription_billing.report_usage_statement",
    "subscription_billing.report_usage_so_far",
)


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """One document at a time: a wkhtmltopdf without patched Qt, as Debian has it,
        makes no file of several documents."""
        is_statement = self._get_report(report_ref).report_name in STATEMENTS
        if not is_statement or len(res_ids or ()) < 2:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        streams = {}
        for res_id in dict.fromkeys(res_ids):
            streams |= super()._render_qweb_pdf_prepare_streams(
                report_ref, dict(data or {}), [res_id]
            )
        return streams

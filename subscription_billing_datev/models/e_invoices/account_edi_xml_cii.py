from odoo import models

from .account_edi_xml_ubl_bis3 import SEPA_DIRECT_DEBIT


class AccountEdiXmlCii(models.AbstractModel):
    """Factur-X and ZUGFeRD (CII): service periods and direct debit."""

    _inherit = "account.edi.xml.cii"

    def _export_invoice_vals(self, invoice):
        vals = super()._export_invoice_vals(invoice)
        first, last = invoice._get_service_period()
        if last:
            # Odoo takes the days of invoice and payment for the period of service.
            vals |= {"billing_start": first, "billing_end": last}
        for line_vals in vals["invoice_line_vals_list"]:
            line = line_vals["line"]
            if line.subscription_date_end:
                first = line.subscription_date_start or line.subscription_date_end
                line_vals["billing_start"] = first
                line_vals["billing_end"] = line.subscription_date_end
        mandate = invoice._get_debit_mandate()
        vals["debit_mandate"] = mandate
        if mandate:
            vals["payment_means_code"] = SEPA_DIRECT_DEBIT
            vals["creditor_identifier"] = (
                invoice.company_id.subscription_creditor_identifier
            )
        return vals

from odoo import models

# UNTDID 4461: SEPA direct debit.
SEPA_DIRECT_DEBIT = 59
MANDATE = {"cbc:ID": {}, "cac:PayerFinancialAccount": {"cbc:ID": {}}}


class AccountEdiXmlUblBis3(models.AbstractModel):
    """Peppol BIS 3 and XRechnung (UBL): service periods and direct debit."""

    _inherit = "account.edi.xml.ubl_bis3"

    def _get_document_template(self, vals):
        """Odoo's order of the nodes has no mandate."""
        template = super()._get_document_template(vals)
        if "cac:PaymentMeans" not in template:
            return template
        means = {**template["cac:PaymentMeans"], "cac:PaymentMandate": MANDATE}
        return {**template, "cac:PaymentMeans": means}

    def _add_invoice_header_nodes(self, document_node, vals):
        result = super()._add_invoice_header_nodes(document_node, vals)
        first, last = vals["invoice"]._get_service_period()
        if last:
            document_node["cac:InvoicePeriod"] = self._get_period_node(first, last)
        return result

    def _add_invoice_line_period_nodes(self, line_node, vals):
        result = super()._add_invoice_line_period_nodes(line_node, vals)
        line = vals["base_line"].get("record")
        if line and line._name == "account.move.line" and line.subscription_date_end:
            first = line.subscription_date_start or line.subscription_date_end
            line_node["cac:InvoicePeriod"] = self._get_period_node(
                first, line.subscription_date_end
            )
        return result

    @staticmethod
    def _get_period_node(first, last):
        return {"cbc:StartDate": {"_text": first}, "cbc:EndDate": {"_text": last}}

    def _add_invoice_payment_means_nodes(self, document_node, vals):
        result = super()._add_invoice_payment_means_nodes(document_node, vals)
        if mandate := vals["invoice"]._get_debit_mandate():
            node = document_node["cac:PaymentMeans"]
            node["cbc:PaymentMeansCode"] = {
                "_text": SEPA_DIRECT_DEBIT,
                "name": "SEPA direct debit",
            }
            node["cac:PayeeFinancialAccount"] = None
            node["cac:PaymentMandate"] = {
                "cbc:ID": {"_text": mandate.name},
                "cac:PayerFinancialAccount": {"cbc:ID": {"_text": mandate.iban}},
            }
        return result

    def _get_party_node(self, vals):
        """BT-90, who debits: an identification of the seller with the scheme SEPA."""
        node = super()._get_party_node(vals)
        invoice = vals.get("invoice")
        if vals["role"] == "supplier" and invoice and invoice._get_debit_mandate():
            creditor = invoice.company_id.subscription_creditor_identifier
            own = node.get("cac:PartyIdentification") or []
            node["cac:PartyIdentification"] = [
                *(own if isinstance(own, list) else [own]),
                {"cbc:ID": {"_text": creditor, "schemeID": "SEPA"}},
            ]
        return node

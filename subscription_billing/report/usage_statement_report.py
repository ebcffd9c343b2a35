from odoo import api, fields, models


class UsageStatementReport(models.AbstractModel):
    """Statements of billed charges of usage."""

    _name = "report.subscription_billing.report_usage_statement"
    _description = "Usage Statement Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        charges = self.env["subscription.charge"].browse(docids)
        statements = self.env["subscription.usage.statement"]
        rendering = self.env["subscription.usage.statement.rendering"]
        return {
            "doc_ids": docids,
            "doc_model": "subscription.charge",
            "docs": charges,
            "documents": [
                rendering._prepare_document(statements._of_charge(charge))
                for charge in charges
            ],
        }


class UsageSoFarReport(models.AbstractModel):
    """The same for metered lines in an open period."""

    _name = "report.subscription_billing.report_usage_so_far"
    _description = "Usage So Far Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        lines = self.env["subscription.contract.line"].browse(docids)
        rendering = self.env["subscription.usage.statement.rendering"]
        return {
            "doc_ids": docids,
            "doc_model": "subscription.contract.line",
            "docs": lines,
            "documents": [
                rendering._prepare_document(
                    self.env["subscription.usage.statement"]._of_line(
                        line, self._get_day(line, data)
                    )
                )
                for line in lines
            ],
        }

    def _get_day(self, line, data):
        day = fields.Date.to_date((data or {}).get("date"))
        runs = self.env["subscription.billing.run"]
        return day or runs._get_billing_date(line.sudo().contract_id.tz)

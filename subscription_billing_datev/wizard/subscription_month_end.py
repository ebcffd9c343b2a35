from odoo import models


class SubscriptionMonthEnd(models.TransientModel):
    _inherit = "subscription.month.end"

    def _prepare_lines(self):
        yield from super()._prepare_lines()
        if self.company_id.datev_chart:
            left = self.env["account.move"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("state", "=", "posted"),
                    ("date", ">=", self._first),
                    ("date", "<=", self.date),
                    ("datev_export_id", "=", False),
                ]
            )
            yield self._prepare(
                self.env._("Entries of the month without DATEV export"), left
            )

from odoo import api, models

from ..contracts.subscription_contract_line import BILLED_TERMS
from ..sentences import refusal

# What the lines of scheduled changes follow from.
DERIVED_FIELDS = {*BILLED_TERMS, "date_end"}


class SubscriptionContractLine(models.Model):
    """Direct edits of the lines of running contracts, which scheduled changes are made
    upon."""

    _inherit = "subscription.contract.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not lines._is_applying():
            lines.contract_id._derive_anew()
        return lines

    def write(self, vals):
        if self._is_applying() or not vals.keys() & DERIVED_FIELDS:
            return super().write(vals)
        self._check_not_derived("line_id" if "date_end" in vals else None)
        result = super().write(vals)
        self.contract_id._derive_anew()
        return result

    def unlink(self):
        if not self._is_applying():
            self._check_not_derived("line_id")
        return super().unlink()

    def _check_not_derived(self, name=None):
        """What a scheduled change has written follows from it alone.

        :param str name: also for lines the change ends
        """
        scheduled = [("change_id.state", "=", "scheduled")]
        row = self.env["subscription.change.line"].sudo()
        for role in filter(None, ("successor_id", name)):
            row = row or row.search([(role, "in", self.ids), *scheduled], limit=1)
        if row:
            raise refusal(self.env)._(
                "Contract %(contract)s: “%(change)s” of %(day)s builds upon this "
                "line. Enter a change instead, or withdraw that one first.",
                contract=row.change_id.contract_id.display_name,
                change=row.change_id._get_kind()._get_message(row.change_id),
                day=row.change_id.date_effective,
            )

from odoo import models
from odoo.tools import formatLang

from ..sentences import refusal


class SubscriptionChangeKindUnbook(models.AbstractModel):
    """A component that is ended while the contract runs."""

    _name = "subscription.change.kind.unbook"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"
    _is_of_lines = True

    def _get_offered_lines(self, contract):
        lines = super()._get_offered_lines(contract)
        return lines.filtered(lambda line: not line.component_id.is_required)

    def _check(self, change, day):
        self._check_line(change, day)
        if change._get_line().component_id.is_required:
            raise refusal(self.env)._(
                "Contract %(contract)s: %(line)s is a required part of the plan. "
                "Change the plan, or end the contract.",
                contract=change.contract_id.display_name,
                line=change.line_id.name,
            )

    def _apply(self, change, day, today):
        change._end_line(change._get_line(), day)

    def _describe(self, change):
        line = change._get_line()
        return f"{line.name}: {formatLang(self.env, line.quantity)}", False

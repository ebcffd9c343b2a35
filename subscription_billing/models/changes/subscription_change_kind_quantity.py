from odoo import models
from odoo.tools import formatLang

from ..sentences import refusal

WITH_QUANTITY = ("base", "quantity")


class SubscriptionChangeKindQuantity(models.AbstractModel):
    """More or fewer of a booked component, such as seats."""

    _name = "subscription.change.kind.quantity"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"
    _is_of_lines = True

    def _get_offered_lines(self, contract):
        lines = super()._get_offered_lines(contract)
        return lines.filtered(lambda line: line.kind in WITH_QUANTITY)

    def _check(self, change, day):
        self._check_line(change, day)
        if change.line_id.kind not in WITH_QUANTITY:
            raise refusal(self.env)._(
                "Contract %(contract)s: %(line)s has no quantity that could be "
                "changed. Choose a fee or a quantity add-on.",
                contract=change.contract_id.display_name,
                line=change.line_id.name,
            )

    def _apply(self, change, day, today):
        change._go_on(change._get_line(), day, {"quantity": change.quantity}, today)

    def _describe(self, change):
        line = change._get_line()
        texts = (
            f"{line.name}: {formatLang(self.env, number)}"
            for number in (line.quantity, change.quantity)
        )
        return tuple(texts)

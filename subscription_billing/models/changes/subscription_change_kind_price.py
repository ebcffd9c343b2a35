from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class SubscriptionChangeKindPrice(models.AbstractModel):
    """An own price for one line of a contract, or back to the price of the plan."""

    _name = "subscription.change.kind.price"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _check(self, change, day):
        self._check_line(change, day)
        if change.has_price_override and change.price_override < 0:
            raise UserError(
                self.env._(
                    "Contract %(contract)s, %(line)s: the price must not be negative.",
                    contract=change.contract_id.display_name,
                    line=change.line_id.name,
                )
            )

    def _apply(self, change, day, today):
        own = change.has_price_override
        vals = {
            "has_price_override": own,
            "price_override": change.price_override if own else 0.0,
        }
        change._go_on(change.line_id, day, vals, today)

    def _describe(self, change):
        line = change.line_id
        new = (
            formatLang(self.env, change.price_override, currency_obj=change.currency_id)
            if change.has_price_override
            else line.price_id._get_amount_text(None)
        )
        return f"{line.name}: {line.price_text}", f"{line.name}: {new}"

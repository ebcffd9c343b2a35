from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class SubscriptionChange(models.Model):
    """An own price for one line of a contract, or back to the price of the plan."""

    _inherit = "subscription.change"

    def _check_price(self, day):
        self._check_line(day)
        if self.has_price_override and self.price_override < 0:
            raise UserError(
                self.env._(
                    "Contract %(contract)s, %(line)s: the price must not be negative.",
                    contract=self.contract_id.display_name,
                    line=self.line_id.name,
                )
            )

    def _apply_price(self, day, today):
        own = self.has_price_override
        vals = {
            "has_price_override": own,
            "price_override": self.price_override if own else 0.0,
        }
        self._go_on(self.line_id, day, vals, today)

    def _describe_price(self):
        line = self.line_id
        new = (
            formatLang(self.env, self.price_override, currency_obj=self.currency_id)
            if self.has_price_override
            else line.price_id._get_amount_text(None)
        )
        return f"{line.name}: {line.price_text}", f"{line.name}: {new}"

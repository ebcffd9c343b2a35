from odoo import models

from ..sentences import refusal


class SubscriptionChangeKindPrice(models.AbstractModel):
    """An own price for one line of a contract, or back to the price of the plan."""

    _name = "subscription.change.kind.price"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"
    _is_of_lines = True

    def _check(self, change, day):
        self._check_line(change, day)
        if change.has_price_override and change.price_override < 0:
            raise refusal(self.env)._(
                "Contract %(contract)s, %(line)s: the price must not be negative.",
                contract=change.contract_id.display_name,
                line=change.line_id.name,
            )

    def _apply(self, change, day, today):
        change._go_on(change._get_line(), day, self._prepare_price(change), today)

    def _prepare_price(self, change):
        """The price that was agreed, as values of the line."""
        own = change.has_price_override
        return {
            "has_price_override": own,
            "price_override": change.price_override if own else 0.0,
        }

    def _describe(self, change):
        line = change._get_line()
        priced = line.new(self._prepare_price(change), origin=line)
        return f"{line.name}: {line.price_text}", f"{line.name}: {priced.price_text}"

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class SubscriptionChange(models.Model):
    """More or fewer of a booked component, such as seats."""

    _inherit = "subscription.change"

    def _check_quantity(self, day):
        self._check_line(day)
        if self.line_id.kind not in ("base", "quantity"):
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(line)s has no quantity that could be "
                    "changed. Choose a fee or a quantity add-on.",
                    contract=self.contract_id.display_name,
                    line=self.line_id.name,
                )
            )

    def _check_line(self, day):
        """The line must be booked on the day, and no change of it may come later."""
        contract, line = self.contract_id, self.line_id
        if not line or line.contract_id != contract:
            raise UserError(
                self.env._(
                    "Contract %s: choose one of its lines.", contract.display_name
                )
            )
        validity = line._as_validity()
        if not validity or not validity.contains(day):
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(line)s is booked from %(start)s to "
                    "%(end)s. Choose a day within, or the line of %(day)s.",
                    contract=contract.display_name,
                    line=line.name,
                    start=line.date_start,
                    end=line.date_end or "…",
                    day=day,
                )
            )

    def _apply_quantity(self, day, today):
        self._go_on(self.line_id, day, {"quantity": self.quantity}, today)

    def _describe_quantity(self):
        line = self.line_id
        texts = (
            f"{line.name}: {formatLang(self.env, number)}"
            for number in (line.quantity, self.quantity)
        )
        return tuple(texts)

from odoo import fields, models

from ..failures import explain
from ..sentences import refusal


class SubscriptionChange(models.Model):
    """Changes that bring the price of a price change to one contract line."""

    _inherit = "subscription.change"

    price_change_line_id = fields.Many2one(
        "subscription.price.change.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    price_change_id = fields.Many2one(
        related="price_change_line_id.change_id", store=True, index="btree_not_null"
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state"):
            self.price_change_id._update_progress(vals["state"])
        return result

    def _check_day(self, day):
        """A price change and what else is scheduled for its day go together."""
        return None if self.price_change_line_id else super()._check_day(day)

    def _contradicts(self, other):
        return not other.price_change_line_id and super()._contradicts(other)

    def _check_last_price(self):
        """A later price change was made from the prices of this one."""
        later = self.search(
            [
                ("price_change_id", "not in", self.price_change_id.ids),
                ("price_change_id", "!=", False),
                ("state", "=", "scheduled"),
                ("line_id", "in", self.line_id.ids),
                ("id", ">", max(self.ids, default=0)),
            ],
            limit=1,
        )
        if later:
            raise refusal(self.env)._(
                "Undo price change %s first: it came later.", later.price_change_id.name
            )

    def _refuse(self, error):
        """The price change leaves this contract out, and says why."""
        reason = explain(self.env, error, self.display_name)
        self.price_change_line_id.write({"method": "error", "note": reason})
        self.unlink()

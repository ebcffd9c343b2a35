from dataclasses import replace

from odoo import api, models

from ...engine.limits import Limited


class SubscriptionContractLine(models.Model):
    """Bonuses that change what a line costs by its quantity."""

    _inherit = "subscription.contract.line"

    @api.depends("contract_id.bonus_ids")
    def _compute_amount(self):
        return super()._compute_amount()

    def _as_price(self):
        price, every = super()._as_price(), self._get_nth_free()
        if not every:
            return price
        limited = price if isinstance(price, Limited) else Limited(price)
        return replace(limited, nth_free=every)

    def _get_price_key(self):
        earned = self.contract_id.bonus_ids.filtered(lambda it: it._is_for(self))
        return super()._get_price_key(), earned._ids

    def _get_bonuses(self, kind):
        self.ensure_one()
        return self.contract_id.bonus_ids.filtered(
            lambda bonus: bonus.kind == kind and bonus._is_for(self)
        )

    def _get_nth_free(self):
        """Every how many units one is free; 0 for none."""
        return min(self._get_bonuses("nth_unit").mapped("every"), default=0)

    def _get_carry_over_cap(self):
        """How much unused quota moves on to the next period at most; 0 for none."""
        caps = self._get_bonuses("carry_over").mapped("quantity_maximum")
        return max(caps, default=0.0)

    def _get_bonus_quantity(self, day):
        """Free quantity earned by loyalty in the fee period that begins on ``day``;
        the first full one may begin before the contract."""
        day = max(day, self.contract_id.date_start)
        loyal = self._get_bonuses("loyalty").filtered(
            lambda bonus: bonus.reward == "quantity"
        )
        return sum(
            bonus.quantity_free
            for bonus in loyal
            if bonus._get_months(self.contract_id).contains(day)
        )

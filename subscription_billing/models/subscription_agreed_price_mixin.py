from odoo import api, fields, models

from ..engine.money import to_decimal
from .subscription_price import PRICE_MODELS, as_price

# Of an average month, for the monthly amount of intervals in days and weeks.
DAYS_PER_MONTH = 365.25 / 12


class SubscriptionAgreedPriceMixin(models.AbstractModel):
    """What a booked component costs: the price version it was sold with, or a price
    of its own (C6). Made for contract lines, whose fields it relies on."""

    _name = "subscription.agreed.price.mixin"
    _description = "Subscription Agreed Price"

    currency_id = fields.Many2one("res.currency")
    price_id = fields.Many2one(
        "subscription.price",
        "Price Version",
        compute="_compute_price_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    has_price_override = fields.Boolean("Own Price")
    price_override = fields.Float(digits=(16, 6))
    price_model = fields.Selection(PRICE_MODELS, compute="_compute_price_unit")
    price_unit = fields.Float("Price", compute="_compute_price_unit", digits=(16, 6))
    amount = fields.Monetary(
        compute="_compute_amount", help="Price of one fee interval at this quantity."
    )

    @api.depends(
        "component_id",
        "contract_id.variant_id",
        "contract_id.currency_id",
        "contract_id.partner_id",
        "date_start",
    )
    def _compute_price_id(self):
        for line in self:
            contract = line.contract_id
            if contract.state != "draft" and line.price_id:
                continue  # C6: sold is sold
            line.price_id = (
                line.component_id._get_price(
                    contract.variant_id,
                    contract.currency_id,
                    contract.partner_id,
                    line.date_start,
                )
                if line.component_id and line.date_start
                else False
            )

    @api.depends("price_id", "has_price_override", "price_override")
    def _compute_price_unit(self):
        for line in self:
            own = line.has_price_override
            line.price_model = line.price_id.price_model or (
                "flat" if line.kind == "base" else "per_unit"
            )
            line.price_unit = line.price_override if own else line.price_id.amount

    @api.depends("price_unit", "price_model", "quantity")
    def _compute_amount(self):
        for line in self:
            priced = line._as_price().rate(to_decimal(line.quantity))
            line.amount = float(priced.amount)

    def _get_missing_price_message(self):
        self.ensure_one()
        return self.env._(
            "Contract %(contract)s: plan %(variant)s has no %(currency)s price for "
            "%(component)s on %(day)s. Add one under Configuration > Prices, or set an "
            "own price on the line.",
            contract=self.contract_id.display_name,
            variant=self.contract_id.variant_id.display_name,
            currency=self.currency_id.name,
            component=self.component_id.display_name,
            day=self.date_start,
        )

    def _get_monthly_amount(self):
        """Recurring amount per average month (365.25 / 12 days), unrounded."""
        self.ensure_one()
        if self.fee_interval_count < 1:
            return 0.0  # still being typed; saving it is refused
        interval = self._as_fee_interval()
        return self.amount / (interval.months or interval.days / DAYS_PER_MONTH)

    def _as_price(self):
        self.ensure_one()
        return as_price(self.price_model, self.price_unit)

from odoo import api, fields, models

from ...engine.money import ZERO, to_decimal
from ...engine.worth import monthly_value
from ..numbers import PRICE_DIGITS, Number
from ..sentences import said
from .subscription_price import PRICE_MODELS, SINGLE_AMOUNT_MODELS


class SubscriptionContractLine(models.Model):
    """What a booked component costs: the price version it was sold with, or a price
    of its own (C6). Made for contract lines, whose fields it relies on."""

    _inherit = "subscription.contract.line"

    price_id = fields.Many2one(
        "subscription.price",
        "Price Version",
        compute="_compute_price_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    agreed_steps = fields.Json(
        compute="_compute_agreed_steps",
        store=True,
        precompute=True,
        help="Quantities and prices of the pricelist on the day of the sale.",
    )
    has_price_override = fields.Boolean(
        "Own Price",
        help="Takes the place of a flat fee, a price per unit or per package. With any "
        "other price model the line is billed per unit at its own price. Free "
        "quantity, minimum and maximum stay.",
    )
    price_override = Number(digits=PRICE_DIGITS)
    price_model = fields.Selection(PRICE_MODELS, compute="_compute_price_unit")
    price_unit = fields.Float(
        "Price",
        compute="_compute_price_unit",
        digits=PRICE_DIGITS,
        help="Of tiers and pricelists: the average at this quantity.",
    )
    price_text = fields.Char("Price Details", compute="_compute_price_text")
    amount = fields.Monetary(
        compute="_compute_amount",
        help="Price of one fee interval at this quantity; of metered usage what is due "
        "without any usage.",
    )
    explanation_html = fields.Html(
        "Why this amount?", compute="_compute_explanation_html", sanitize=False
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

    @api.depends("price_id", "contract_id.partner_id", "date_start")
    def _compute_agreed_steps(self):
        for line in self:
            price, contract = line.price_id, line.contract_id
            if contract.state != "draft" and line.agreed_steps:
                continue  # C6: sold is sold
            line.agreed_steps = (
                price._get_pricelist_steps(contract.partner_id, line.date_start)
                if price.price_model == "pricelist" and line.date_start
                else False
            )

    @api.depends("price_id", "has_price_override", "price_override", "quantity")
    def _compute_price_unit(self):
        for line in self:
            own, model = line._get_own_amount(), line.price_id.price_model
            if not model:
                model = "flat" if line.kind == "base" else "per_unit"
            elif own is not None and model not in SINGLE_AMOUNT_MODELS:
                model = "per_unit"
            line.price_model = model
            line.price_unit = line._get_price_unit() if own is None else own

    @api.depends("price_id", "has_price_override", "price_override")
    @api.depends_context("lang")
    def _compute_price_text(self):
        for line in self:
            price = line.price_id or line.price_id.new(
                {"price_model": line.price_model, "currency_id": line.currency_id.id}
            )
            own = line._get_own_amount()
            is_priced = line.price_id or own is not None
            line.price_text = is_priced and price._get_amount_text(own)

    @api.depends("price_unit", "price_model", "quantity", "agreed_steps")
    def _compute_amount(self):
        for line in self:
            line.amount = float(line._rate_booked().amount)

    @api.depends("amount")
    @api.depends_context("lang")
    def _compute_explanation_html(self):
        explaining = self.env["subscription.explaining"]
        for line in self:
            priced = line._rate_booked()
            total = explaining._format_money(self.env, priced.amount, line.currency_id)
            line.explanation_html = explaining._render_slices_html(
                self.env,
                explaining._prepare_slices(priced),
                line.currency_id,
                footer=[(self.env._("Per fee interval"), total)],
            )

    def _rate_booked(self):
        """What the line costs per fee interval as it is booked; usage is not booked."""
        self.ensure_one()
        if self.kind == "metered":
            return self._as_price().rate(ZERO, ())
        return self._as_price().rate(to_decimal(self.quantity))

    def _get_own_amount(self):
        return self.price_override if self.has_price_override else None

    def _get_price_unit(self):
        """The one price of the version, or the average where it has several."""
        self.ensure_one()
        version, quantity = self.price_id, self.quantity
        if not version or version.price_model in SINGLE_AMOUNT_MODELS:
            return version.amount
        if self.kind == "metered" or not quantity:
            return 0.0
        return float(self._rate_booked().amount) / quantity

    def _get_missing_price_message(self):
        self.ensure_one()
        return said(self.env)._(
            "Contract %(contract)s: plan %(variant)s has no %(currency)s price for "
            "%(component)s on %(day)s. Add one under Configuration > Prices, or set an "
            "own price on the line.",
            contract=self.contract_id.display_name,
            variant=self.contract_id.variant_id,
            currency=self.currency_id.name,
            component=self.component_id,
            day=self.date_start,
        )

    def _get_monthly_amount(self):
        """Recurring amount per month, unrounded; a year has 365 days."""
        self.ensure_one()
        return self._as_monthly(self.amount)

    def _as_monthly(self, amount):
        """What an amount per fee interval is per month, unrounded."""
        return float(monthly_value(to_decimal(amount), self._as_fee_interval()))

    def _get_price_key(self):
        """Lines with the same key have the same price, and earn the same bonuses."""
        self.ensure_one()
        if not self.price_id or self.agreed_steps:
            return self.id
        return self.price_id.id, self._get_own_amount()

from odoo import api, fields, models

from ..numbers import PRICE_DIGITS, Number

# Models whose price is entered with the component itself.
PLAIN_MODELS = ("flat", "per_unit")


class SubscriptionComponent(models.Model):
    """What a component costs whoever buys the plan: entered with the component, kept as
    a price like any other."""

    _inherit = "subscription.component"

    amount = Number(
        "General Price",
        compute="_compute_amount",
        inverse="_inverse_amount",
        digits=PRICE_DIGITS,
        help="For all variants and customers, in the currency of the company: a fee, "
        "or a price per unit where a quantity is booked. What differs by variant, "
        "currency or date, and tiers, are entered under Prices.",
    )
    is_amount_open = fields.Boolean(
        compute="_compute_amount", help="The general price is one amount, or none yet."
    )

    @api.depends("price_ids.amount", "price_ids.price_model", "plan_id.company_id")
    def _compute_amount(self):
        for component in self:
            price = component._get_general_price()
            component.is_amount_open = not price or price.price_model in PLAIN_MODELS
            component.amount = price.amount if component.is_amount_open else 0.0

    def _inverse_amount(self):
        for component, amount in [(it, it.amount) for it in self]:
            price = component._get_general_price()
            if price.price_model in PLAIN_MODELS:
                price.amount = amount
            elif amount and not price:
                price.create(component._prepare_general_price(amount))

    def _get_general_price(self):
        """The one for everybody in the currency of the company, in force today."""
        self.ensure_one()
        prices = self.price_ids.filtered(
            lambda it: not (it.variant_id or it.partner_id or it.change_id)
        )
        nobody = self.env["res.partner"]
        variant = self.env["subscription.plan.variant"]
        return self._get_price(
            variant, self._get_currency(), nobody, self._get_today(), prices
        )

    def _prepare_general_price(self, amount):
        is_unit = self.kind in ("quantity", "metered")
        return {
            "component_id": self.id,
            "currency_id": self._get_currency().id,
            "price_model": "per_unit" if is_unit else "flat",
            "amount": amount,
        }

    def _get_currency(self):
        return (self.plan_id.company_id or self.env.company).currency_id

    def _get_today(self):
        runs = self.env["subscription.billing.run"]
        return runs._get_billing_date(self.env.user.tz or "UTC")

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import formatLang

from ..engine.money import to_decimal
from ..engine.price import Flat, PerUnit

PRICE_MODELS = [("flat", "Flat fee"), ("per_unit", "Per unit")]


def as_price(model, amount):
    """The engine's price object for a stored price model and amount (net)."""
    amount = to_decimal(amount)
    return PerUnit(amount) if model == "per_unit" else Flat(amount)


class SubscriptionPrice(models.Model):
    """A dated price of a component in one currency. New prices are new rows: a
    contract keeps the row it was sold with (C6)."""

    _name = "subscription.price"
    _description = "Subscription Price"
    _order = "component_id, currency_id, variant_id, date_start desc, id desc"
    _check_company_auto = True

    component_id = fields.Many2one(
        "subscription.component", required=True, index=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(related="component_id.plan_id", store=True, index=True)
    company_id = fields.Many2one(related="component_id.company_id", store=True)
    variant_id = fields.Many2one(
        "subscription.plan.variant",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('plan_id', '=', plan_id)]",
        help="Leave empty for all variants of the plan.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", help="Leave empty for all customers."
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    date_start = fields.Date("Valid From", help="Contracts sold from this day on.")
    price_model = fields.Selection(PRICE_MODELS, default="flat", required=True)
    amount = fields.Float(
        digits=(16, 6),
        required=True,
        aggregator=None,
        help="Per fee interval; taxes as set on the product's taxes.",
    )

    _version_unique = models.UniqueIndex(
        "(component_id, currency_id, COALESCE(variant_id, 0),"
        " COALESCE(partner_id, 0), COALESCE(date_start, '1970-01-01'::date))",
        "There is already a price for this component, variant, customer, currency "
        "and start date.",
    )

    @api.depends("component_id", "variant_id", "currency_id", "amount", "price_model")
    @api.depends_context("subscription_short_name")
    def _compute_display_name(self):
        short = self.env.context.get("subscription_short_name")
        models_ = dict(self._fields["price_model"]._description_selection(self.env))
        for price in self:
            text = price._get_amount_text()
            if short:
                variant = price.variant_id.name
                price.display_name = f"{text}, {variant}" if variant else text
            else:
                price.display_name = (
                    f"{price.component_id.name}: {text} "
                    f"({models_.get(price.price_model)})"
                )

    def _get_amount_text(self):
        """Amount with all its decimals, at least two, and the currency's code."""
        decimals = len(f"{self.amount:.6f}".rstrip("0").partition(".")[2])
        text = formatLang(self.env, self.amount, digits=max(2, decimals))
        return f"{text} {self.currency_id.name or ''}"

    @api.constrains("amount")
    def _check_amount(self):
        for price in self:
            if price.amount < 0:
                raise ValidationError(
                    self.env._(
                        "The price of %(component)s must not be negative.",
                        component=price.component_id.display_name,
                    )
                )

    @api.constrains("variant_id", "component_id")
    def _check_variant(self):
        for price in self:
            if price.variant_id and price.variant_id.plan_id != price.plan_id:
                raise ValidationError(
                    self.env._(
                        "The price of %(component)s names variant %(variant)s, which "
                        "belongs to another plan.",
                        component=price.component_id.display_name,
                        variant=price.variant_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        prices = super().create(vals_list)
        # Lines that wait for a price find it: they do not follow the catalogue.
        lines = self.env["subscription.contract.line"].sudo()
        lines.search(
            [
                ("component_id", "in", prices.component_id.ids),
                ("price_id", "=", False),
                ("has_price_override", "=", False),
            ]
        )._compute_price_id()
        return prices

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        self._check_unsold()

    def write(self, vals):
        if vals.keys() & {"amount", "price_model", "currency_id", "component_id"}:
            self._check_unsold()
        return super().write(vals)

    def _check_unsold(self):
        """C6: what a running contract was sold with does not change under it."""
        line = (
            self.env["subscription.contract.line"]
            .sudo()
            .search(
                [("price_id", "in", self.ids), ("contract_id.state", "!=", "draft")],
                limit=1,
            )
        )
        if line:
            raise ValidationError(
                self.env._(
                    "Contract %(contract)s was sold with the price %(price)s. Add a "
                    "new price with a later start date instead of changing it.",
                    contract=line.contract_id.display_name,
                    price=line.price_id.display_name,
                )
            )

    def _as_price(self):
        self.ensure_one()
        return as_price(self.price_model, self.amount)

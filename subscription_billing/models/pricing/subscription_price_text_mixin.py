from odoo import api, fields, models

from .subscription_price_checks_mixin import TERM_DEPENDS
from .subscription_price_terms_mixin import SINGLE_AMOUNT_MODELS


class SubscriptionPriceTextMixin(models.AbstractModel):
    """A price in words: its name in lists, and what its model means."""

    _name = "subscription.price.text.mixin"
    _description = "Subscription Price Texts"

    unit_model = fields.Char(compute="_compute_unit_model")
    model_hint = fields.Char("How It Counts", compute="_compute_model_hint")
    amount_text = fields.Char("Price", compute="_compute_amount_text")

    @api.depends("price_model", "bucket_model")
    def _compute_unit_model(self):
        for price in self:
            price.unit_model = price._get_unit_model()

    @api.depends("price_model")
    @api.depends_context("lang")
    def _compute_model_hint(self):
        hints = {
            "flat": self.env._("One amount per period, whatever the quantity."),
            "per_unit": self.env._("The same price for each unit."),
            "graduated": self.env._("Each unit at the price of the tier it lies in."),
            "volume": self.env._(
                "All units at the price of the tier they reach together."
            ),
            "stairstep": self.env._("The fixed amount of the tier that is reached."),
            "package": self.env._("One price for each package of so many units."),
            "discount_scale": self.env._(
                "A price per unit, less the percent of the tier that is reached."
            ),
            "percentage": self.env._("A percent of the amount of each event."),
            "graduated_percentage": self.env._(
                "Each part of an amount at the percent of the tier it lies in."
            ),
            "bucketed": self.env._(
                "Each hour, day or month priced alone, and summed up."
            ),
            "pricelist": self.env._(
                "As Odoo's pricelist says on the day of the sale, with its steps by "
                "quantity. A contract keeps the steps it was sold with."
            ),
        }
        for price in self:
            price.model_hint = hints.get(price.price_model)

    @api.depends("component_id", "variant_id", *TERM_DEPENDS)
    @api.depends_context("subscription_short_name", "lang")
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

    @api.depends(*TERM_DEPENDS)
    @api.depends_context("lang")
    def _compute_amount_text(self):
        for price in self:
            price.amount_text = price._get_amount_text()

    def _get_amount_text(self, own_amount=None):
        """The price in one line, with all its digits and the currency's code.

        :param float own_amount: as in ``_as_price``
        """
        self.ensure_one()
        model = self.price_model
        is_replaced = own_amount is not None and model not in SINGLE_AMOUNT_MODELS
        text = (
            self._format_money(own_amount)
            if is_replaced
            else self._get_model_text(model, own_amount)
        )
        free = self.free_quantity if is_replaced else self._get_free()
        if free and model not in ("flat", "percentage"):
            quantity = self._format(free, 0)
            text = self.env._(
                "%(quantity)s free, then %(price)s", quantity=quantity, price=text
            )
        if self.amount_minimum:
            low = self._format(self.amount_minimum)
            text = self.env._("%(price)s, at least %(low)s", price=text, low=low)
        if self.amount_maximum:
            high = self._format(self.amount_maximum)
            text = self.env._("%(price)s, at most %(high)s", price=text, high=high)
        return text

    def _get_model_text(self, model, own_amount=None):
        amount = self.amount if own_amount is None else own_amount
        if model == "bucketed":
            units = dict(self._fields["bucket_unit"]._description_selection(self.env))
            text = self._get_model_text(self.bucket_model)
            return f"{text} / {units[self.bucket_unit]}"
        if model == "package":
            size = self._format(self.package_size, 0)
            return self.env._(
                "%(price)s per %(size)s", price=self._format_money(amount), size=size
            )
        if model == "percentage":
            percent = f"{self._format(self.percent, 0)}%"
            fixed = self._format_money(self.amount_event)
            return f"{percent} + {fixed}" if self.amount_event else percent
        if model == "discount_scale":
            return f"{self._format_money(amount)} ({self._get_percents('−')})"
        if model == "graduated_percentage":
            return self._get_percents()
        if model == "pricelist":
            return self.pricelist_id.name or self.env._("Customer's pricelist")
        if model in ("graduated", "volume", "stairstep"):
            return self._get_tier_text(model)
        return self._format_money(amount)

    def _get_tier_text(self, model):
        name = "amount_flat" if model == "stairstep" else "price_unit"
        tiers = self._get_sorted_tiers()
        paid = tiers[1:] if self._is_first_free() else tiers
        amounts = [self._format(tier[name]) for tier in paid]
        return f"{' / '.join(amounts)} {self.currency_id.name or ''}"

    def _get_percents(self, sign=""):
        tiers = self._get_sorted_tiers()
        return (
            " / ".join(f"{sign}{self._format(tier.percent, 0)}%" for tier in tiers)
            or "–"
        )

    def _get_free(self):
        first = self._get_sorted_tiers()[:1]
        return self.free_quantity + (first.up_to if self._is_first_free() else 0)

    def _is_first_free(self):
        """Whether the first of several tiers is nothing but a free quantity."""
        first = self._get_sorted_tiers()[:1]
        return bool(
            self._get_unit_model() == "graduated"
            and len(self.tier_ids) > 1
            and not (first.price_unit or first.amount_flat)
        )

    def _format_money(self, amount):
        return f"{self._format(amount)} {self.currency_id.name or ''}"

    def _format(self, number, decimals=2):
        explaining = self.env["subscription.explaining"]
        return explaining._format_number(self.env, number, decimals)

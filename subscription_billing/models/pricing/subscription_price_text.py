from odoo import models

from .subscription_price import SINGLE_AMOUNT_MODELS


class SubscriptionPriceText(models.AbstractModel):
    """A price in words, in one line."""

    _name = "subscription.price.text"
    _description = "Subscription Price in Words"

    def _get_amount_text(self, price, own_amount=None):
        """The price in one line, with all its digits and the currency's code.

        :param float own_amount: as in ``_as_price``
        """
        price.ensure_one()
        model = price.price_model
        is_replaced = own_amount is not None and model not in SINGLE_AMOUNT_MODELS
        text = (
            self._format_money(price, own_amount)
            if is_replaced
            else self._get_model_text(price, model, own_amount)
        )
        free = price.free_quantity if is_replaced else self._get_free(price)
        if free and model not in ("flat", "percentage"):
            quantity = self._format(free, 0)
            text = self.env._(
                "%(quantity)s free, then %(price)s", quantity=quantity, price=text
            )
        if price.amount_minimum:
            low = self._format(price.amount_minimum)
            text = self.env._("%(price)s, at least %(low)s", price=text, low=low)
        if price.amount_maximum:
            high = self._format(price.amount_maximum)
            text = self.env._("%(price)s, at most %(high)s", price=text, high=high)
        return text

    def _get_model_text(self, price, model, own_amount=None):
        amount = price.amount if own_amount is None else own_amount
        if model == "bucketed":
            units = dict(price._fields["bucket_unit"]._description_selection(self.env))
            text = self._get_model_text(price, price.bucket_model)
            return f"{text} / {units[price.bucket_unit]}"
        if model == "package":
            size = self._format(price.package_size, 0)
            money = self._format_money(price, amount)
            return self.env._("%(price)s per %(size)s", price=money, size=size)
        if model == "percentage":
            percent = f"{self._format(price.percent, 0)}%"
            fixed = self._format_money(price, price.amount_event)
            return f"{percent} + {fixed}" if price.amount_event else percent
        if model == "discount_scale":
            percents = self._get_percents(price, "−")
            return f"{self._format_money(price, amount)} ({percents})"
        if model == "graduated_percentage":
            return self._get_percents(price)
        if model == "pricelist":
            return price.pricelist_id.name or self.env._("Customer's pricelist")
        if model in ("graduated", "volume", "stairstep"):
            return self._get_tier_text(price, model)
        return self._format_money(price, amount)

    def _get_tier_text(self, price, model):
        name = "amount_flat" if model == "stairstep" else "price_unit"
        tiers = price._get_sorted_tiers()
        paid = tiers[1:] if self._is_first_free(price) else tiers
        amounts = [self._format(tier[name]) for tier in paid]
        return f"{' / '.join(amounts)} {price.currency_id.name or ''}"

    def _get_percents(self, price, sign=""):
        tiers = price._get_sorted_tiers()
        return (
            " / ".join(f"{sign}{self._format(tier.percent, 0)}%" for tier in tiers)
            or "–"
        )

    def _get_free(self, price):
        first = price._get_sorted_tiers()[:1]
        return price.free_quantity + (first.up_to if self._is_first_free(price) else 0)

    def _is_first_free(self, price):
        """Whether the first of several tiers is nothing but a free quantity."""
        first = price._get_sorted_tiers()[:1]
        return bool(
            price._get_unit_model() == "graduated"
            and len(price.tier_ids) > 1
            and not (first.price_unit or first.amount_flat)
        )

    def _format_money(self, price, amount):
        return f"{self._format(amount)} {price.currency_id.name or ''}"

    def _format(self, number, decimals=2):
        explaining = self.env["subscription.explaining"]
        return explaining._format_number(self.env, number, decimals)

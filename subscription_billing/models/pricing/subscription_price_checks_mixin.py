from odoo import api, models
from odoo.exceptions import ValidationError

from ...engine.errors import EngineError
from .subscription_price_terms_mixin import TIERED

# These price the single events or stretches of time that only a meter knows.
METERED_MODELS = ("percentage", "graduated_percentage", "bucketed")
NUMBERS = (
    "amount",
    "percent",
    "package_size",
    "free_quantity",
    "amount_minimum",
    "amount_maximum",
    "amount_event",
    "free_events",
    "free_amount",
    "event_minimum",
    "event_maximum",
)
TERM_FIELDS = (
    "price_model",
    "package_rounding",
    "bucket_unit",
    "bucket_model",
    "pricelist_id",
    "tier_ids",
    *NUMBERS,
)
# All that what a price costs depends on.
TERM_DEPENDS = (
    *TERM_FIELDS,
    "tier_ids.up_to",
    "tier_ids.price_unit",
    "tier_ids.amount_flat",
    "tier_ids.percent",
    "currency_id",
)


class SubscriptionPriceChecksMixin(models.AbstractModel):
    """What makes a price unusable, in words for who enters it. Made for prices."""

    _name = "subscription.price.checks.mixin"
    _description = "Subscription Price Checks"

    @api.constrains(*TERM_FIELDS, "component_id")
    def _check_terms(self):
        """:raise ValidationError: with the first thing that is wrong"""
        for price in self:
            problem = price._get_problem()
            if problem:
                raise ValidationError(
                    self.env._(
                        "Price of %(component)s: %(problem)s",
                        component=price.component_id.display_name,
                        problem=problem,
                    )
                )

    def _check_tiers_saved(self):
        """The same after an edit of tiers. While their price is being saved they are
        checked when the last of them is written: in between, bounds may meet."""
        if not self.env.context.get("subscription_saving_price"):
            self._check_terms()

    def _get_problem(self):
        """Why this price cannot be used, or None."""
        return (
            self._get_number_problem(self, NUMBERS)
            or self._get_tier_problem()
            or self._get_range_problem()
            or self._get_metered_problem()
            or self._get_engine_problem()
        )

    def _get_number_problem(self, record, names):
        for name in names:
            if record[name] < 0:
                label = record._fields[name]._description_string(self.env)
                return self.env._("%s must not be negative.", label)
        if record.percent > 100:
            return self.env._("a percent must lie between 0 and 100.")
        return None

    def _get_tier_problem(self):
        if self._get_unit_model() not in TIERED:
            return None
        if not self.tier_ids:
            return self.env._("add at least one tier, without upper bound.")
        seen = set()
        for tier in self._get_sorted_tiers():
            names = ("up_to", "price_unit", "amount_flat", "percent")
            problem = self._get_number_problem(tier, names)
            if problem:
                return problem
            if tier.up_to in seen:
                return (
                    self.env._("two tiers end at %s; give each its own.", tier.up_to)
                    if tier.up_to
                    else self.env._(
                        "only the last tier may be without upper bound. Fill in "
                        "“Up To” in the others."
                    )
                )
            seen.add(tier.up_to)
        return None

    def _get_range_problem(self):
        if self._get_unit_model() == "package" and not self.package_size:
            return self.env._("the package size must be above zero.")
        for low, high in (
            ("amount_minimum", "amount_maximum"),
            ("event_minimum", "event_maximum"),
        ):
            if self[high] and self[low] > self[high]:
                return self.env._(
                    "the minimum of %(low)s exceeds the maximum of %(high)s.",
                    low=self[low],
                    high=self[high],
                )
        return None

    def _get_metered_problem(self):
        component = self.component_id
        if self.price_model not in METERED_MODELS or component.kind == "metered":
            return None
        return self.env._(
            "the price model “%(model)s” counts single events, which only a metered "
            "component has. Choose another model, or make the component metered.",
            model=dict(self._fields["price_model"]._description_selection(self.env))[
                self.price_model
            ],
        )

    def _get_engine_problem(self):
        """The engine has the last word. A pricelist is Odoo's to judge."""
        if self.price_model == "pricelist":
            return None
        try:
            self._as_price()
        except EngineError as error:
            return str(error)
        return None

from decimal import Decimal

from markupsafe import Markup

from odoo import api, fields, models

from ...engine.errors import EngineError
from ...engine.money import ZERO, to_decimal
from ...engine.price import Basis
from ...formats import line_chart
from .price_numbers import QUANTITY_DIGITS, PriceNumber
from .subscription_price_checks_mixin import TERM_DEPENDS
from .subscription_price_terms_mixin import TIERED

# Enough for a smooth line; each is rated by the engine whenever something changes.
SAMPLES = 60
MOST_EVENTS = 1000
# A bound belongs to the tier below: right behind it the next one begins.
BEHIND = Decimal("0.00000001")


class SubscriptionPricePreviewMixin(models.AbstractModel):
    """Type a quantity, see the slices, the amount and a chart, also of what is not
    saved yet. Made for prices."""

    _name = "subscription.price.preview.mixin"
    _description = "Subscription Price Preview"

    preview_quantity = PriceNumber(
        "Quantity",
        compute="_compute_preview_quantity",
        readonly=False,
        store=False,
        digits=QUANTITY_DIGITS,
        help="Try the price with any quantity; nothing is saved.",
    )
    preview_count = fields.Integer(
        "Times",
        compute="_compute_preview_quantity",
        readonly=False,
        store=False,
        help="Events or time buckets of this quantity.",
    )
    preview_html = fields.Html(
        "Preview", compute="_compute_preview_html", sanitize=False
    )

    @api.depends("price_model", "bucket_model")
    def _compute_preview_quantity(self):
        """Something that shows what is special: the middle of the tiers, one and a
        half packages."""
        for price in self:
            bounds = [tier.up_to for tier in price._get_sorted_tiers() if tier.up_to]
            model, quantity = price._get_unit_model(), 10.0
            if model in TIERED and bounds:
                quantity = sum(bounds[:2]) / 2 if bounds[1:] else bounds[0] * 1.5
            elif model == "package":
                quantity = price.package_size * 1.5
            elif model in ("percentage", "graduated_percentage"):
                quantity = 100.0
            price.preview_quantity = quantity + price.free_quantity
            price.preview_count = price.free_events + 1 if model == "percentage" else 1

    @api.depends(
        *TERM_DEPENDS,
        "component_id",
        "partner_id",
        "date_start",
        "preview_quantity",
        "preview_count",
    )
    @api.depends_context("lang")
    def _compute_preview_html(self):
        for price in self:
            price.preview_html = price._render_preview()

    def _render_preview(self):
        problem = self._get_problem() or self._get_preview_problem()
        if problem:
            return Markup('<p class="text-warning-emphasis">%s</p>') % problem
        try:
            price = self._as_price()
        except EngineError as error:  # a pricelist may say anything
            return Markup('<p class="text-warning-emphasis">%s</p>') % error
        return Markup('<div class="row"><div class="col-lg-6">%s</div>%s</div>') % (
            self._render_table(price),
            Markup('<div class="col-lg-6">%s</div>') % self._render_chart(price),
        )

    def _get_preview_problem(self):
        if not self.component_id or not self.currency_id:
            return self.env._("Choose component and currency to see the price.")
        if self.preview_quantity < 0:
            return self.env._("Type a quantity from zero up to see its price.")
        return None

    def _render_table(self, price):
        explaining = self.env["subscription.explaining"]
        priced = self._rate_preview(price, to_decimal(self.preview_quantity))
        amount = explaining._format_money(self.env, priced.amount, self.currency_id)
        return explaining._render_slices_html(
            self.env,
            explaining._prepare_slices(priced),
            self.currency_id,
            self._get_unit_name(),
            footer=[(self.env._("Total"), amount)],
        )

    def _rate_preview(self, price, quantity):
        """Price of the quantity, once per event or bucket where those count."""
        if price.basis is Basis.QUANTITY:
            return price.rate(quantity)
        count = min(max(self.preview_count, 1), MOST_EVENTS)
        return price.rate(quantity * count, (quantity,) * count)

    def _render_chart(self, price):
        """The amount over the quantity, up to beyond the last tier and the mark."""
        quantity = to_decimal(self.preview_quantity)
        ends = [quantity * 2, *(bound * 5 / 4 for bound in self._get_bounds(price))]
        stop = line_chart.nice_stop(float(max(ends)))
        points = [
            (float(x), float(self._rate_preview(price, x).amount))
            for x in self._get_samples(to_decimal(stop), price)
        ]
        mark = float(quantity), float(self._rate_preview(price, quantity).amount)
        unit, code = self._get_unit_name(), self.currency_id.name
        amount_title = self.env._("Price")
        quantity_title = {
            Basis.QUANTITY: self.env._("Quantity"),
            Basis.EVENTS: self.env._("Amount of each event"),
            Basis.BUCKETS: self.env._("Quantity in each bucket"),
        }[price.basis]
        write = self.env["subscription.explaining"]._format_number
        x_axis = line_chart.Axis(
            f"{quantity_title} ({unit})" if unit else quantity_title,
            stop,
            lambda value: write(self.env, value),
        )
        y_axis = line_chart.Axis(
            f"{amount_title} ({code})",
            line_chart.nice_stop(max(amount for _quantity, amount in points)),
            lambda value: write(self.env, value),
        )
        title = self.env._("Price over quantity")
        return Markup(line_chart.render(points, mark, x_axis, y_axis, title))

    def _get_samples(self, stop, price):
        """Quantities to rate: evenly spread, and both sides of every bound."""
        samples = {stop * n / SAMPLES for n in range(SAMPLES + 1)}
        for bound in self._get_bounds(price):
            samples |= {bound, bound + BEHIND}
        if self._get_unit_model() == "package":
            size, free = to_decimal(self.package_size), to_decimal(self.free_quantity)
            count = min(int(stop / size) + 1, SAMPLES)
            for n in range(count):
                samples |= {free + n * size, free + n * size + BEHIND}
        return sorted(x for x in samples if x <= stop)

    def _get_bounds(self, price):
        """Quantities at which the price changes its slope or jumps."""
        inner = getattr(price, "price", price)
        steps = getattr(inner, "steps", None)
        if steps is not None:
            return [low - BEHIND for low, _price in steps if low]
        free = ZERO if self.price_model == "flat" else to_decimal(self.free_quantity)
        if self._get_unit_model() not in TIERED:
            return [free] if free else []
        ends = [to_decimal(tier.up_to) for tier in self.tier_ids if tier.up_to]
        return [free + end for end in ends]

    def _get_unit_name(self):
        """What is counted, where a meter says it."""
        return self.component_id.meter_id.unit_name

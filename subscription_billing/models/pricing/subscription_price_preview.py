from decimal import Decimal

from markupsafe import Markup

from odoo import models

from ...engine.errors import EngineError
from ...engine.money import ZERO, to_decimal
from ...engine.price import Basis
from ...formats import line_chart
from ..failures import explain
from .subscription_price import TIERED

SAMPLES = 60
MOST_EVENTS = 1000
# A bound belongs to the tier below: right behind it the next one begins.
BEHIND = Decimal("0.00000001")


class SubscriptionPricePreview(models.AbstractModel):
    """What a price asks for a quantity, as a table with a chart, before it is saved.
    ``record`` is the price, ``price`` its value for the engine."""

    _name = "subscription.price.preview"
    _description = "Subscription Price Preview"

    def _render_preview(self, record):
        problem = record._get_problem() or self._get_preview_problem(record)
        if problem:
            return Markup('<p class="text-warning-emphasis">%s</p>') % problem
        try:
            price = record._as_price()
        except EngineError as error:  # a pricelist may say anything
            problem = explain(self.env, error, record.display_name)
            return Markup('<p class="text-warning-emphasis">%s</p>') % problem
        halves = (self._render_table(record, price), self._render_chart(record, price))
        column = Markup('<div class="col-lg-6">%s</div>')
        return Markup('<div class="row">%s</div>') % Markup("").join(
            column % half for half in halves
        )

    def _get_preview_problem(self, record):
        if not record.component_id or not record.currency_id:
            return self.env._("Choose component and currency to see the price.")
        if record.preview_quantity < 0:
            return self.env._("Type a quantity from zero up to see its price.")
        return None

    def _render_table(self, record, price):
        explaining = self.env["subscription.explaining"]
        priced = self._rate_preview(record, price, to_decimal(record.preview_quantity))
        amount = explaining._format_money(self.env, priced.amount, record.currency_id)
        return explaining._render_slices_html(
            self.env,
            explaining._prepare_slices(priced),
            record.currency_id,
            self._get_unit_name(record),
            footer=[(self.env._("Total"), amount)],
        )

    def _rate_preview(self, record, price, quantity):
        """Price of the quantity, once per event or bucket where those count."""
        if price.basis is Basis.QUANTITY:
            return price.rate(quantity)
        count = min(max(record.preview_count, 1), MOST_EVENTS)
        return price.rate(quantity * count, (quantity,) * count)

    def _render_chart(self, record, price):
        """The amount over the quantity, up to beyond the last tier and the mark."""
        quantity = to_decimal(record.preview_quantity)
        bounds = self._get_bounds(record, price)
        ends = [quantity * 2, *(bound * 5 / 4 for bound in bounds)]
        stop = line_chart.nice_stop(float(max(ends)))
        points = [
            (float(x), float(self._rate_preview(record, price, x).amount))
            for x in self._get_samples(record, to_decimal(stop), price)
        ]
        amount = self._rate_preview(record, price, quantity).amount
        mark = float(quantity), float(amount)
        unit, code = self._get_unit_name(record), record.currency_id.name
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

    def _get_samples(self, record, stop, price):
        """Quantities to rate: evenly spread, and both sides of every bound."""
        samples = {stop * n / SAMPLES for n in range(SAMPLES + 1)}
        for bound in self._get_bounds(record, price):
            samples |= {bound, bound + BEHIND}
        if record._get_unit_model() == "package":
            size = to_decimal(record.package_size)
            free = to_decimal(record.free_quantity)
            count = min(int(stop / size) + 1, SAMPLES)
            for n in range(count):
                samples |= {free + n * size, free + n * size + BEHIND}
        return sorted(x for x in samples if x <= stop)

    def _get_bounds(self, record, price):
        """Quantities at which the price changes its slope or jumps."""
        inner = getattr(price, "price", price)
        steps = getattr(inner, "steps", None)
        if steps is not None:
            return [low - BEHIND for low, _price in steps if low]
        is_flat = record.price_model == "flat"
        free = ZERO if is_flat else to_decimal(record.free_quantity)
        if record._get_unit_model() not in TIERED:
            return [free] if free else []
        ends = [to_decimal(tier.up_to) for tier in record.tier_ids if tier.up_to]
        return [free + end for end in ends]

    def _get_unit_name(self, record):
        """What is counted, where a meter says it."""
        return record.component_id.meter_id.unit_name

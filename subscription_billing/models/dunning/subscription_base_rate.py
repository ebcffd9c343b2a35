from odoo import api, models

from ...engine.interest import half_year
from ...engine.money import to_decimal
from ..dates import Day
from ..numbers import Number
from ..sentences import invalid
from ..texts import Label


class SubscriptionBaseRate(models.Model):
    """The base rate of one half-year (§ 247 BGB). A half-year without one bears no
    interest: the rate before is never carried forward."""

    _name = "subscription.base.rate"
    _description = "Base Rate"
    _order = "date_start desc"
    _rec_name = "date_start"

    date_start = Day(
        "From", required=True, help="1 January or 1 July; it holds for six months."
    )
    rate = Number("Rate (%)", digits=(6, 2), required=True)
    source = Label(required=True, help="Where the rate was published.")

    _date_start_unique = models.Constraint(
        "UNIQUE (date_start)", "There is a base rate for this half-year already."
    )

    @api.constrains("date_start")
    def _check_half_year(self):
        for rate in self:
            if rate.date_start != half_year(rate.date_start):
                raise invalid(self.env)._(
                    "The base rate of %s: it changes on 1 January and on 1 July.",
                    rate.date_start,
                )

    @api.model
    def _get_rates(self):
        """Rate in percent by first day of its half-year, for the engine."""
        return {it.date_start: to_decimal(it.rate) for it in self.sudo().search([])}

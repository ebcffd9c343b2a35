from odoo import api, fields, models

from ...engine.interval import Interval
from ...engine.term import Term
from ..numbers import Count
from ..sentences import invalid
from .subscription_recurrence_mixin import INTERVAL_UNITS


class SubscriptionTermMixin(models.AbstractModel):
    """How long a contract binds and how it may be left: shared by the plan variant
    and the contract, which keeps the terms it was sold with."""

    _name = "subscription.term.mixin"
    _description = "Subscription Term and Notice"

    first_term_count = Count(
        "First Term",
        aggregator=None,
        help="Length of the first term; 0 = none, indefinite at once.",
    )
    first_term_unit = fields.Selection(INTERVAL_UNITS, default="month", required=True)
    later_term_count = Count(
        "Later Terms",
        aggregator=None,
        help="Length of each renewal; 0 = indefinite after the first.",
    )
    later_term_unit = fields.Selection(INTERVAL_UNITS, default="month", required=True)
    notice_first_count = Count("Notice in the First Term", aggregator=None)
    notice_first_unit = fields.Selection(INTERVAL_UNITS, default="month", required=True)
    notice_later_count = Count("Notice Later", aggregator=None)
    notice_later_unit = fields.Selection(INTERVAL_UNITS, default="month", required=True)

    @api.constrains(
        "first_term_count",
        "later_term_count",
        "notice_first_count",
        "notice_later_count",
    )
    def _check_terms(self):
        names = ("first_term", "later_term", "notice_first", "notice_later")
        for record in self:
            for name in names:
                field = f"{name}_count"
                if record[field] < 0:
                    raise invalid(self.env)._(
                        "%(record)s: %(field)s must not be negative "
                        "(it is %(value)s). Use 0 for none.",
                        record=record.display_name,
                        field=record._fields[field].get_description(self.env)["string"],
                        value=record[field],
                    )

    def _as_term(self):
        """The engine's term (C2); a count of 0 means none or indefinite."""
        self.ensure_one()
        return Term(
            first=self._as_length("first_term"),
            later=self._as_length("later_term"),
            notice_first=self._as_length("notice_first"),
            notice_later=self._as_length("notice_later"),
        )

    def _as_length(self, name):
        count = self[f"{name}_count"]
        return Interval.parse(count, self[f"{name}_unit"]) if count else None

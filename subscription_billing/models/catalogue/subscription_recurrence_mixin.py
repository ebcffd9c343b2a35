from odoo import api, fields, models

from ...engine.interval import Interval
from ...engine.recurrence import Alignment, Recurrence
from ..numbers import Count
from ..sentences import invalid

INTERVAL_UNITS = [
    ("day", "Days"),
    ("week", "Weeks"),
    ("month", "Months"),
    ("quarter", "Quarters"),
    ("half_year", "Half-years"),
    ("year", "Years"),
]
BILLING_MODES = [("advance", "In advance"), ("arrears", "In arrears")]
PRORATIONS = [
    ("day", "By day"),
    ("second", "By second"),
    ("day_fixed_30", "By day, months of 30 days"),
    ("none", "Never"),
]


class SubscriptionRecurrenceMixin(models.AbstractModel):
    """When fees fall due: shared by the plan variant (the offer) and the contract
    (the agreement), which takes a copy so that a later change of the offer does not
    move the periods of what was sold."""

    _name = "subscription.recurrence.mixin"
    _description = "Subscription Recurrence"

    fee_interval_count = Count(
        "Fee Every",
        default=1,
        required=True,
        aggregator=None,
        help="A fee is charged once per fee interval and never divided by the "
        "billing interval.",
    )
    fee_interval_unit = fields.Selection(INTERVAL_UNITS, default="month", required=True)
    billing_interval_count = Count(
        "Bill Every",
        default=1,
        required=True,
        aggregator=None,
        help="How often the contract is looked at and invoiced. A yearly fee with "
        "monthly billing appears once a year; a monthly fee with yearly billing "
        "appears as twelve fees at once.",
    )
    billing_interval_unit = fields.Selection(
        INTERVAL_UNITS, default="month", required=True
    )
    billing_mode = fields.Selection(BILLING_MODES, default="advance", required=True)
    alignment = fields.Selection(
        [
            ("anniversary", "Anniversary of the start"),
            ("calendar", "Calendar (1st of the period, Monday)"),
            ("billing_day", "Fixed billing day"),
        ],
        default="anniversary",
        required=True,
        help="Where periods begin. The part before the first aligned day is prorated.",
    )
    billing_day = Count(
        help="Day of the month, 1 to 31; shorter months use their last day.",
        default=1,
    )

    @api.constrains("fee_interval_count", "billing_interval_count")
    def _check_intervals(self):
        for record in self:
            if record.fee_interval_count < 1 or record.billing_interval_count < 1:
                raise invalid(self.env)._(
                    "%(record)s: fee and billing interval must be at least 1 "
                    "(they are %(fee)s and %(billing)s).",
                    record=record.display_name,
                    fee=record.fee_interval_count,
                    billing=record.billing_interval_count,
                )

    @api.constrains("alignment", "billing_day")
    def _check_billing_day(self):
        for record in self:
            if record.alignment == "billing_day" and not 1 <= record.billing_day <= 31:
                raise invalid(self.env)._(
                    "%(record)s: the billing day must lie between 1 and 31, "
                    "it is %(day)s.",
                    record=record.display_name,
                    day=record.billing_day,
                )

    @api.constrains("alignment", "fee_interval_unit", "billing_interval_unit")
    def _check_alignment_unit(self):
        for record in self:
            units = {record.fee_interval_unit, record.billing_interval_unit}
            if record.alignment == "billing_day" and units & {"day", "week"}:
                raise invalid(self.env)._(
                    "%(record)s: a fixed billing day needs intervals of months "
                    "or years. Choose another alignment for days and weeks.",
                    record=record.display_name,
                )

    def _as_fee_interval(self):
        self.ensure_one()
        return Interval.parse(self.fee_interval_count, self.fee_interval_unit)

    def _as_billing_interval(self):
        self.ensure_one()
        return Interval.parse(self.billing_interval_count, self.billing_interval_unit)

    def _as_recurrence(self, interval, start, anchor=None, stop=None):
        """The periods of ``interval`` from ``start`` under this record's alignment.

        :param Interval interval: fee or billing interval
        :param date start: first day
        :param date anchor: day every boundary is computed from (default: ``start``)
        :param date stop: first day that no longer belongs to it, or None
        """
        self.ensure_one()
        by_day = self.alignment == "billing_day"
        return Recurrence(
            start=start,
            interval=interval,
            alignment=Alignment(self.alignment),
            anchor=anchor,
            billing_day=self.billing_day if by_day else None,
            stop=stop,
        )

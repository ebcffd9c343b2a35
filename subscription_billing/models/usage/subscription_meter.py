from odoo import api, fields, models

from ..numbers import Count
from ..sentences import invalid
from ..texts import Label

AGGREGATIONS = [
    ("count", "Number of events"),
    ("sum", "Sum"),
    ("max", "Highest value"),
    ("last", "Last value"),
    ("unique", "Number of different values"),
    ("weighted", "Level, weighted by time"),
    ("prorated_sum", "Sum, each event for the rest of the period"),
    ("prorated_unique", "Different values, each for the time it was there"),
]
UNIQUE_AGGREGATIONS = ("unique", "prorated_unique")
# An event of these meters that says no quantity means one.
COUNTING_AGGREGATIONS = ("count", *UNIQUE_AGGREGATIONS)
ROUNDING_MODES = [
    ("none", "Not rounded"),
    ("half_up", "To the nearest"),
    ("up", "Up"),
    ("down", "Down"),
]
# What events were recorded under; another meaning is another meter.
MEANING_FIELDS = {
    "aggregation",
    "unique_property",
    "is_carry_over",
    "company_id",
}
# What billed periods were rated with; late events rate them again.
ROUNDING_FIELDS = {"rounding_mode", "rounding_digits"}


class SubscriptionMeter(models.Model):
    """What is counted, and how the events of a period become one quantity."""

    _name = "subscription.meter"
    _description = "Subscription Meter"
    _order = "name, id"
    _check_company_auto = True

    name = Label(required=True, translate=True)
    code = Label(
        required=True,
        copy=False,
        help="What events name the meter by, unique in the company.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    aggregation = fields.Selection(AGGREGATIONS, default="sum", required=True)
    unit_name = Label(
        "Unit", translate=True, help="What one is called on invoices, e.g. calls or GB."
    )
    unique_property = Label(
        help="Property of the event whose different values are counted, e.g. user."
    )
    rounding_mode = fields.Selection(ROUNDING_MODES, default="none", required=True)
    rounding_digits = Count(
        help="Decimals the quantity of a period is rounded to; -2 = whole hundreds."
    )
    is_carry_over = fields.Boolean(
        "Carried Over",
        help="The value lives on into the next period: storage, seats.",
    )
    allow_negative = fields.Boolean(
        "Negative Quantities", help="Events may take back a quantity."
    )
    filter_ids = fields.One2many(
        "subscription.meter.filter", "meter_id", "Only Events", copy=True
    )
    component_ids = fields.One2many("subscription.component", "meter_id", "Used By")
    usage_count = fields.Integer(compute="_compute_usage_count")

    _code_unique = models.Constraint(
        "UNIQUE (company_id, code)",
        "Another meter of this company has the same code.",
    )

    def _compute_usage_count(self):
        groups = self.env["subscription.usage"]._read_group(
            [("meter_id", "in", self.ids)], ["meter_id"], ["__count"]
        )
        counts = dict(groups)
        for meter in self:
            meter.usage_count = counts.get(meter._origin, 0)

    @api.constrains("aggregation", "unique_property")
    def _check_unique_property(self):
        for meter in self:
            if meter._is_unique() and not meter.unique_property:
                raise invalid(self.env)._(
                    "Meter %s counts different values: name the property of the "
                    "event that holds the value.",
                    meter.display_name,
                )

    @api.constrains("code")
    def _check_code(self):
        for meter in self:
            if meter.code != meter.code.strip() or not meter.code.isprintable():
                raise invalid(self.env)._(
                    "Meter %s: the code must not begin or end with a space or "
                    "hold invisible characters.",
                    meter.display_name,
                )

    @api.constrains("rounding_digits")
    def _check_rounding_digits(self):
        for meter in self:
            if not -12 <= meter.rounding_digits <= 8:
                raise invalid(self.env)._(
                    "Meter %(meter)s: rounding to %(digits)s decimals is not "
                    "possible, only from -12 to 8.",
                    meter=meter.display_name,
                    digits=meter.rounding_digits,
                )

    def write(self, vals):
        self._filter_changed(MEANING_FIELDS, vals)._check_unused()
        self._filter_changed(ROUNDING_FIELDS, vals)._check_unbilled()
        return super().write(vals)

    def _filter_changed(self, names, vals):
        """Meters to which the values mean a change of one of these fields."""
        written = names & vals.keys()
        return self.filtered(
            lambda meter: any(
                meter[name] != meter._convert_locked(name, vals[name])
                for name in written
            )
        )

    def _convert_locked(self, name, value):
        """A written value as the record would show it."""
        field = self._fields[name]
        return field.convert_to_record(field.convert_to_cache(value, self), self)

    def _check_unbilled(self):
        """Billed periods keep the rules they were measured by (C6)."""
        self.env["subscription.component"]._check_usage_unbilled(
            [("component_id.meter_id", "in", self.ids)]
        )

    def _check_unused(self):
        """Events keep the meaning they were recorded with (C6)."""
        usage = (
            self.env["subscription.usage"]
            .sudo()
            .search([("meter_id", "in", self.ids)], limit=1)
        )
        if usage:
            raise invalid(self.env)._(
                "Meter %s has recorded usage and keeps company, aggregation, "
                "property and carry-over. Add a new meter and book it from the "
                "day of the change.",
                usage.meter_id.display_name,
            )

    def _is_unique(self):
        self.ensure_one()
        return self.aggregation in UNIQUE_AGGREGATIONS

    @api.depends("code")
    def _compute_display_name(self):
        for meter in self:
            meter.display_name = f"{meter.name} ({meter.code})"

    def action_view_usage(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_usage_action"
        )
        action["domain"] = [("meter_id", "=", self.id)]
        action["context"] = {"default_meter_id": self.id}
        return action

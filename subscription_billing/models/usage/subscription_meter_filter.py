from odoo import api, fields, models

from ..sentences import invalid
from ..texts import Label

OPERATORS = [("in", "is one of"), ("not_in", "is none of")]


class SubscriptionMeterFilter(models.Model):
    """Which events count, by one of their properties. Of a meter: for all that use
    it. Of a component: one priced dimension of the meter, e.g. a region."""

    _name = "subscription.meter.filter"
    _description = "Subscription Meter Filter"
    _order = "property, operator, id"

    meter_id = fields.Many2one(
        "subscription.meter", index="btree_not_null", ondelete="cascade"
    )
    component_id = fields.Many2one(
        "subscription.component", index="btree_not_null", ondelete="cascade"
    )
    property = Label(required=True, help="Name of the property, e.g. region.")
    operator = fields.Selection(OPERATORS, default="in", required=True)
    values = Label(
        maximum=20_000,
        required=True,
        help="Separated by commas, e.g. eu, us. Numbers as written.",
    )

    _owner_set = models.Constraint(
        "CHECK ((meter_id IS NULL) != (component_id IS NULL))",
        "A filter belongs to one meter or to one component.",
    )

    @api.constrains("property", "values")
    def _check_values(self):
        for record in self:
            if not record.property.strip() or not record._get_values():
                raise invalid(self.env)._(
                    "Filter of %(owner)s: give a property and at least one value "
                    "(it says %(values)s).",
                    owner=(record.meter_id or record.component_id).display_name,
                    values=record.values,
                )

    @api.model_create_multi
    def create(self, vals_list):
        filters = super().create(vals_list)
        filters._check_unbilled()
        return filters

    def write(self, vals):
        names = vals.keys() & {"property", "operator", "values"}
        changed = self.filtered(
            lambda it: any(it[name] != vals[name] for name in names)
        )
        if vals.keys() & {"meter_id", "component_id"}:
            changed = self
        changed._check_unbilled()
        result = super().write(vals)
        changed._check_unbilled()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._check_unbilled()

    def _check_unbilled(self):
        """Billed periods keep the events they were measured from (C6)."""
        self.meter_id._check_unbilled()
        self.env["subscription.component"]._check_usage_unbilled(
            [("component_id", "in", self.component_id.ids)]
        )

    def _compute_display_name(self):
        operators = dict(self._fields["operator"]._description_selection(self.env))
        for record in self:
            operator = operators[record.operator]
            record.display_name = f"{record.property} {operator} {record.values}"

    def _get_values(self):
        self.ensure_one()
        parts = (part.strip() for part in (self.values or "").split(","))
        return [part for part in parts if part]

    def _as_filters(self):
        """These filters together, all of which must hold.

        Values are text: a property that is a number or true/false is compared as it
        stands in JSON.

        :return: two dicts property -> list of values: those allowed, those left out
        """
        include, exclude = {}, {}
        for record in self:
            name, values = record.property.strip(), record._get_values()
            if record.operator == "not_in":
                exclude[name] = [*exclude.get(name, ()), *values]
            elif name in include:
                include[name] = [v for v in include[name] if v in values]
            else:
                include[name] = values
        return include, exclude

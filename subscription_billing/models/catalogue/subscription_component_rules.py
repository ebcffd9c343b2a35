from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SubscriptionComponent(models.Model):
    """How much of a component may be booked, and beside which others."""

    _inherit = "subscription.component"

    quantity_minimum = fields.Float(
        "Minimum Quantity", digits="Product Unit", help="0 = no minimum."
    )
    quantity_maximum = fields.Float(
        "Maximum Quantity", digits="Product Unit", help="0 = no maximum."
    )
    quantity_step = fields.Float(
        "In Steps of", digits="Product Unit", help="0 = any quantity."
    )
    requires_ids = fields.Many2many(
        "subscription.component",
        "subscription_component_requires_rel",
        "component_id",
        "required_id",
        "Requires",
        copy=False,
        domain="[('plan_id', '=', plan_id), ('id', '!=', id)]",
        help="Can only be booked for days on which all of these are booked too.",
    )
    excludes_ids = fields.Many2many(
        "subscription.component",
        "subscription_component_excludes_rel",
        "component_id",
        "excluded_id",
        "Excludes",
        copy=False,
        domain="[('plan_id', '=', plan_id), ('id', '!=', id)]",
        help="Cannot be booked for days on which one of these is booked.",
    )

    @api.constrains(
        "quantity_minimum", "quantity_maximum", "quantity_step", "default_quantity"
    )
    def _check_quantity_rules(self):
        for component in self:
            low, high = component.quantity_minimum, component.quantity_maximum
            if min(low, high, component.quantity_step) < 0 or 0 < high < low:
                raise ValidationError(
                    self.env._(
                        "Component %s: minimum, maximum and step must not be negative, "
                        "and the minimum must not exceed the maximum.",
                        component.display_name,
                    )
                )
            proposed = component.default_quantity
            if proposed and (proposed < low or 0 < high < proposed):
                raise ValidationError(
                    self.env._(
                        "Component %(component)s: the default quantity %(quantity)s "
                        "lies outside of its own minimum and maximum. Change it, too.",
                        component=component.display_name,
                        quantity=proposed,
                    )
                )

    @api.constrains("requires_ids", "excludes_ids", "plan_id")
    def _check_other_components(self):
        for component in self:
            others = component.requires_ids | component.excludes_ids
            both = component.requires_ids & component.excludes_ids
            foreign = others.filtered(
                lambda other, plan=component.plan_id: other.plan_id != plan
            )
            if component in others or both or foreign:
                raise ValidationError(
                    self.env._(
                        "Component %(component)s: %(others)s cannot be required or "
                        "excluded. Choose other components of the plan %(plan)s, each "
                        "for one of the two.",
                        component=component.display_name,
                        others=", ".join(
                            (both or foreign or component).mapped("display_name")
                        ),
                        plan=component.plan_id.display_name,
                    )
                )

    @api.constrains("kind")
    def _check_prices_of_kind(self):
        """Some price models only count where something is measured."""
        self.price_ids._check_terms()


class SubscriptionPlan(models.Model):
    """A copied plan has rules between its own components."""

    _inherit = "subscription.plan"

    def _copy_prices(self, copy):
        result = super()._copy_prices(copy)
        twins = dict(
            zip(
                self.component_ids.sorted("id"),
                copy.component_ids.sorted("id"),
                strict=False,
            )
        )
        for component, twin in twins.items():
            for name in ("requires_ids", "excludes_ids"):
                others = component[name]
                twin[name] = twin.union(*(twins.get(o, o) for o in others)) - twin
        return result

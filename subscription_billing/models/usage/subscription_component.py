from odoo import api, fields, models

from ..sentences import invalid


class SubscriptionComponent(models.Model):
    """Metered components: which events they price, and what late ones cost."""

    _inherit = "subscription.component"

    meter_id = fields.Many2one(
        "subscription.meter",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="What is counted. Several components may price the same meter, each its "
        "own events.",
    )
    filter_ids = fields.One2many(
        "subscription.meter.filter",
        "component_id",
        "Only Events",
        copy=True,
        help="The events this component prices, e.g. of one region. Without a filter: "
        "those no other booked component of the meter prices.",
    )
    late_usage = fields.Selection(
        [
            ("quota", "Counts into the free quantity of its period"),
            ("no_quota", "Without free quantity"),
        ],
        default="quota",
        required=True,
        help="Events that arrive after their period was billed are billed by the next "
        "run, with their own date.",
    )
    # Alerts.
    usage_alert_ids = fields.One2many(
        "subscription.usage.alert", "component_id", "Usage Alerts", copy=True
    )

    @api.constrains("kind", "meter_id")
    def _check_meter(self):
        for component in self:
            if (component.kind == "metered") != bool(component.meter_id):
                raise invalid(self.env)._(
                    "Component %s: metered usage needs a meter, and only metered "
                    "usage has one.",
                    component.display_name,
                )

    def write(self, vals):
        if "meter_id" in vals and any(
            component.meter_id.id != vals["meter_id"] for component in self
        ):
            self._check_unsold()
        return super().write(vals)

    @api.model
    def _check_usage_unbilled(self, domain):
        """C6: a late event rates its closed period anew, by the same rules.

        :param list domain: on ``subscription.charge``
        """
        domain = [*domain, ("usage_to", "!=", False), ("is_void", "=", False)]
        charge = self.env["subscription.charge"].sudo().search(domain, limit=1)
        if charge:
            component = charge.component_id
            raise invalid(self.env)._(
                "Component %(component)s has billed usage (%(contract)s): it and "
                "meter %(meter)s keep filters and rounding. Add a new component "
                "with a meter of its own.",
                component=component,
                contract=charge.contract_id.display_name,
                meter=component.meter_id.display_name,
            )

    def _get_meter_rivals(self):
        """Other components of the plan that price events of the same meter."""
        self.ensure_one()
        every = self.plan_id.with_context(active_test=False).component_ids
        return every.filtered(lambda it: it.meter_id == self.meter_id) - self

    def _get_rank(self):
        """Place in the plan: where two price the same event, the first one does."""
        self.ensure_one()
        return self.sequence, self.id

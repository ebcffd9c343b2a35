from odoo import api, fields, models

from ..numbers import BigCount
from ..texts import Label


class SubscriptionPlan(models.Model):
    """What is sold: a catalogue entry with its variants (price and rhythm) and its
    components (what a customer books)."""

    _name = "subscription.plan"
    _description = "Subscription Plan"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = Label(required=True, translate=True, tracking=True)
    code = Label(
        copy=False,
        help="Short name used by imports and interfaces; unique per company.",
    )
    sequence = BigCount(default=10)
    active = fields.Boolean(default=True)
    color = BigCount()
    description = fields.Html(translate=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Leave empty to offer the plan in every company.",
    )
    group_id = fields.Many2one(
        "subscription.plan.group", index="btree_not_null", check_company=True
    )
    variant_ids = fields.One2many("subscription.plan.variant", "plan_id", copy=True)
    component_ids = fields.One2many("subscription.component", "plan_id", copy=True)
    contract_ids = fields.One2many("subscription.contract", "plan_id")
    contract_count = fields.Integer(compute="_compute_contract_count")
    _code_unique = models.UniqueIndex(
        "(COALESCE(company_id, 0), code) WHERE code IS NOT NULL",
        "Another plan of this company has the same code.",
    )

    @api.depends("contract_ids.state")
    def _compute_contract_count(self):
        counts = dict(
            self.env["subscription.contract"]._read_group(
                [("plan_id", "in", self.ids), ("state", "not in", ("draft", "ended"))],
                ["plan_id"],
                ["__count"],
            )
        )
        for plan in self:
            plan.contract_count = counts.get(plan._origin, 0)

    def copy(self, default=None):
        copies = super().copy(default)
        for plan, copy in zip(self, copies, strict=True):
            plan._copy_prices(copy)
            plan._copy_rules(copy)
        return copies

    def _copy_prices(self, copy):
        """Prices name component and variant: both must be the copy's."""
        variants = dict(
            zip(
                self.variant_ids.sorted("id"),
                copy.variant_ids.sorted("id"),
                strict=False,
            )
        )
        pairs = zip(
            self.component_ids.sorted("id"),
            copy.component_ids.sorted("id"),
            strict=False,
        )
        for component, twin in pairs:
            for price in component.price_ids:
                variant = variants.get(price.variant_id, price.variant_id)
                price.copy({"component_id": twin.id, "variant_id": variant.id})

    def _copy_rules(self, copy):
        """Rules name other components: they must be the copy's."""
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

    def action_view_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_contract_action"
        )
        action["domain"] = [("plan_id", "=", self.id)]
        action["context"] = {"default_variant_id": self.variant_ids[:1].id}
        return action

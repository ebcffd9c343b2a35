from odoo import api, fields, models

from ...engine.money import to_decimal
from ..numbers import QUANTITY_DIGITS, PriceNumber
from ..sentences import invalid

GRANT_PHASES = [
    ("always", "Always"),
    ("paid", "When paid, not in the trial"),
    ("trial", "In the trial only"),
]
GRANT_SOURCES = ("plan_id", "variant_id", "component_id")


class SubscriptionFeatureGrant(models.Model):
    """What a plan, a variant or a component grants of a feature. Grants add up; what a
    variant grants of a feature takes the place of what its plan grants of it (C7)."""

    _name = "subscription.feature.grant"
    _description = "Subscription Feature Grant"
    _order = "feature_id, phase, id"
    _rec_name = "feature_id"
    _check_company_auto = True

    feature_id = fields.Many2one(
        "subscription.feature",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    kind = fields.Selection(related="feature_id.kind")
    unit_name = fields.Char(related="feature_id.unit_name")
    plan_id = fields.Many2one(
        "subscription.plan",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    variant_id = fields.Many2one(
        "subscription.plan.variant",
        "Plan Variant",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    component_id = fields.Many2one(
        "subscription.component",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, index=True
    )
    amount = PriceNumber("Limit", digits=QUANTITY_DIGITS)
    is_unlimited = fields.Boolean("Unlimited")
    is_per_unit = fields.Boolean(
        "Per Unit", help="The limit counts once for each unit booked, e.g. per seat."
    )
    phase = fields.Selection(GRANT_PHASES, "Granted", default="always", required=True)

    _one_source = models.Constraint(
        "CHECK (num_nonnulls(plan_id, variant_id, component_id) = 1)",
        "A feature is granted by one plan, one variant or one component.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "The limit of a feature must not be negative."
    )
    _once = models.UniqueIndex(
        "(feature_id, COALESCE(plan_id, 0), COALESCE(variant_id, 0),"
        " COALESCE(component_id, 0), phase)",
        "The feature is granted here already. Change that limit instead.",
    )

    @api.depends(
        "plan_id.company_id", "variant_id.company_id", "component_id.company_id"
    )
    def _compute_company_id(self):
        for grant in self:
            grant.company_id = grant._get_source().company_id

    @api.constrains("is_per_unit", "component_id")
    def _check_per_unit(self):
        for grant in self:
            component = grant.component_id
            if grant.is_per_unit and (not component or component.kind == "metered"):
                raise invalid(self.env)._(
                    "%(offer)s grants %(feature)s per unit, but has no quantity "
                    "that is booked. Grant it by a component with one.",
                    offer=grant._get_source().display_name,
                    feature=grant.feature_id.display_name,
                )

    def _get_source(self):
        """The plan, variant or component that grants."""
        self.ensure_one()
        return self.plan_id or self.variant_id or self.component_id

    def _counts_in(self, phase):
        """Whether it counts in a phase of a contract, "trial" or "active"."""
        self.ensure_one()
        return self.phase in ("always", "trial" if phase == "trial" else "paid")

    def _get_limit(self, quantity):
        """The limit it grants, None for no limit.

        :param Decimal quantity: how many units are booked
        """
        self.ensure_one()
        if self.is_unlimited:
            return None
        amount = to_decimal(self.amount)
        return amount * quantity if self.is_per_unit else amount

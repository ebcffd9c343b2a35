from odoo import api, fields, models


class SubscriptionPlanVariant(models.Model):
    """One way to buy a plan: rhythm, term, notice and currency."""

    _name = "subscription.plan.variant"
    _description = "Subscription Plan Variant"
    _inherit = [
        "subscription.recurrence.mixin",
        "subscription.term.mixin",
        "subscription.trial.mixin",
    ]
    _order = "plan_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short name used by imports, unique within the plan.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    plan_id = fields.Many2one(
        "subscription.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Currency proposed on new contracts. Others may be sold if the "
        "components have prices in them.",
    )
    customer_type = fields.Selection(
        [
            ("any", "Everybody"),
            ("consumer", "Consumers"),
            ("business", "Businesses"),
        ],
        default="any",
        required=True,
    )
    price_ids = fields.One2many("subscription.price", "variant_id")
    contract_ids = fields.One2many("subscription.contract", "variant_id")

    _code_unique = models.UniqueIndex(
        "(plan_id, code) WHERE code IS NOT NULL",
        "Another variant of this plan has the same code.",
    )

    @api.depends("name", "plan_id.name")
    @api.depends_context("subscription_short_name")
    def _compute_display_name(self):
        short = self.env.context.get("subscription_short_name")
        for variant in self:
            plan = variant.plan_id.name
            name = variant.name or ""
            variant.display_name = name if short or not plan else f"{plan}, {name}"

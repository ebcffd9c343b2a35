from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .subscription_price_checks_mixin import TERM_FIELDS


class SubscriptionPrice(models.Model):
    """A dated price of a component in one currency. New prices are new rows: a
    contract keeps the row it was sold with (C6)."""

    _name = "subscription.price"
    _description = "Subscription Price"
    _inherit = [
        "subscription.price.terms.mixin",
        "subscription.price.checks.mixin",
        "subscription.price.text.mixin",
        "subscription.price.preview.mixin",
    ]
    _order = "component_id, currency_id, variant_id, date_start desc, id desc"
    _check_company_auto = True

    component_id = fields.Many2one(
        "subscription.component", required=True, index=True, ondelete="cascade"
    )
    component_kind = fields.Selection(related="component_id.kind")
    plan_id = fields.Many2one(related="component_id.plan_id", store=True, index=True)
    company_id = fields.Many2one(related="component_id.company_id", store=True)
    variant_id = fields.Many2one(
        "subscription.plan.variant",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('plan_id', '=', plan_id)]",
        help="Leave empty for all variants of the plan.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", help="Leave empty for all customers."
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    date_start = fields.Date("Valid From", help="Contracts sold from this day on.")
    tier_ids = fields.One2many(
        "subscription.price.tier", "price_id", "Tiers", copy=True
    )

    _version_unique = models.UniqueIndex(
        "(component_id, currency_id, COALESCE(variant_id, 0),"
        " COALESCE(partner_id, 0), COALESCE(date_start, '1970-01-01'::date))"
        " WHERE change_id IS NULL",
        "There is already a price for this component, variant, customer, currency "
        "and start date.",
    )

    @api.constrains("variant_id", "component_id")
    def _check_variant(self):
        for price in self:
            if price.variant_id and price.variant_id.plan_id != price.plan_id:
                raise ValidationError(
                    self.env._(
                        "The price of %(component)s names variant %(variant)s, which "
                        "belongs to another plan.",
                        component=price.component_id.display_name,
                        variant=price.variant_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        saving = self.with_context(subscription_saving_price=True)
        prices = super(SubscriptionPrice, saving).create(vals_list).with_env(self.env)
        # Lines that wait for a price find it: they do not follow the catalogue.
        lines = self.env["subscription.contract.line"].sudo()
        lines.search(
            [
                ("component_id", "in", prices.component_id.ids),
                ("price_id", "=", False),
                ("has_price_override", "=", False),
            ]
        )._compute_price_id()
        return prices

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        self._check_unsold()

    def write(self, vals):
        if vals.keys() & {"currency_id", "component_id", *TERM_FIELDS}:
            self._check_unsold()
        saving = self.with_context(subscription_saving_price=True)
        return super(SubscriptionPrice, saving).write(vals)

    def _check_unsold(self):
        """C6: what a running contract was sold with does not change under it."""
        line = (
            self.env["subscription.contract.line"]
            .sudo()
            .search(
                [("price_id", "in", self.ids), ("contract_id.state", "!=", "draft")],
                limit=1,
            )
        )
        if line:
            raise ValidationError(
                self.env._(
                    "Contract %(contract)s was sold with the price %(price)s. Add a "
                    "new price with a later start date instead of changing it.",
                    contract=line.contract_id.display_name,
                    price=line.price_id.display_name,
                )
            )

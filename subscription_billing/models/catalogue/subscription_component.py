from odoo import api, fields, models

from ..numbers import BigCount, Count, Number
from ..sentences import invalid
from ..texts import Label
from .subscription_recurrence_mixin import BILLING_MODES, INTERVAL_UNITS, PRORATIONS

COMPONENT_KINDS = [
    ("base", "Base fee"),
    ("quantity", "Quantity add-on"),
    ("on_off", "On/off add-on"),
    ("metered", "Metered usage"),
    ("setup", "Setup fee"),
    ("one_off", "One-off item"),
]
ONE_OFF_KINDS = ("setup", "one_off")


class SubscriptionComponent(models.Model):
    """An item of a plan. Account, taxes and name come from its product; amount and
    currency from its prices; the rhythm from the variant unless it has its own."""

    _name = "subscription.component"
    _description = "Subscription Component"
    _order = "plan_id, sequence, id"
    _check_company_auto = True

    name = Label(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        translate=True,
    )
    code = Label(help="Short name used by imports, unique within the plan.")
    sequence = BigCount(default=10)
    active = fields.Boolean(default=True)
    plan_id = fields.Many2one(
        "subscription.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain=[("type", "!=", "combo")],
    )
    kind = fields.Selection(COMPONENT_KINDS, default="base", required=True)
    is_required = fields.Boolean(
        "Required", default=True, help="Booked with every new contract of the plan."
    )
    default_quantity = Number(default=1.0, digits="Product Unit")
    has_own_interval = fields.Boolean(
        "Own Fee Interval", help="Otherwise the fee interval of the variant."
    )
    interval_count = Count("Fee Every", default=1)
    interval_unit = fields.Selection(INTERVAL_UNITS, default="month", required=True)
    billing_mode = fields.Selection(
        BILLING_MODES, help="Leave empty to bill like the contract."
    )
    proration = fields.Selection(
        PRORATIONS,
        default="day",
        required=True,
        help="By day: parts of a period cost their share of its days. By second: of "
        "its hours, on days of a clock change too. Months of 30 days: each month "
        "counts 30 days. Never: a period that was begun is charged in full.",
    )
    price_ids = fields.One2many("subscription.price", "component_id")
    _code_unique = models.UniqueIndex(
        "(plan_id, code) WHERE code IS NOT NULL",
        "Another component of this plan has the same code.",
    )
    # Rules.
    quantity_minimum = Number(
        "Minimum Quantity", digits="Product Unit", help="0 = no minimum."
    )
    quantity_maximum = Number(
        "Maximum Quantity", digits="Product Unit", help="0 = no maximum."
    )
    quantity_step = Number(
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
        check_company=True,
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
        check_company=True,
    )

    @api.depends("product_id")
    def _compute_name(self):
        for component in self:
            component.name = component.name or component.product_id.name

    @api.constrains("has_own_interval", "interval_count")
    def _check_interval(self):
        for component in self:
            if component.has_own_interval and component.interval_count < 1:
                raise invalid(self.env)._(
                    "Component %(component)s: its own fee interval must be at "
                    "least 1 (it is %(count)s).",
                    component=component.display_name,
                    count=component.interval_count,
                )

    @api.constrains("default_quantity")
    def _check_default_quantity(self):
        for component in self:
            if component.default_quantity < 0:
                raise invalid(self.env)._(
                    "Component %(component)s: the quantity must not be negative.",
                    component=component.display_name,
                )

    def write(self, vals):
        if vals.keys() & {"kind", "plan_id"}:
            self._check_unsold()
        return super().write(vals)

    def _check_unsold(self):
        """C6: a fee that runs does not become a one-off item, or another plan's."""
        line = (
            self.env["subscription.contract.line"]
            .sudo()
            .search(
                [
                    ("component_id", "in", self.ids),
                    ("contract_id.state", "!=", "draft"),
                ],
                limit=1,
            )
        )
        if line:
            raise invalid(self.env)._(
                "Component %(component)s is sold (contract %(contract)s) and keeps "
                "its kind and plan. Add a new component.",
                component=line.component_id.display_name,
                contract=line.contract_id.display_name,
            )

    def _is_one_off(self):
        self.ensure_one()
        return self.kind in ONE_OFF_KINDS

    def _get_price(self, variant, currency, partner, on, among=None):
        """The price version in force, the most specific first.

        A price of the customer beats a general one, a price of the variant beats one
        of the whole plan, a later start beats an earlier one.

        :param variant: ``subscription.plan.variant``
        :param currency: ``res.currency`` of the contract
        :param partner: the customer
        :param date on: day of the sale
        :param among: ``subscription.price`` records to choose from, by default those
            offered to new contracts
        :return: one ``subscription.price`` or an empty recordset
        """
        self.ensure_one()
        nobody = self.env["res.partner"]
        customers = nobody, partner, partner.commercial_partner_id
        if among is None:
            among = self.price_ids.filtered(lambda price: not price.change_id)
        prices = among.filtered(
            lambda price: price.component_id == self
            and price.currency_id == currency
            and price.variant_id in (self.env["subscription.plan.variant"], variant)
            and price.partner_id in customers
            and (not price.date_start or price.date_start <= on)
        )
        return prices.sorted(
            lambda price: (
                bool(price.partner_id),
                bool(price.variant_id),
                price.date_start or fields.Date.to_date("1970-01-01"),
                price.id,
            )
        )[-1:]

    # ----------------------------------------------------------------------
    # Rules
    #
    # How much of a component may be booked, and beside which others.
    # ----------------------------------------------------------------------

    @api.constrains(
        "quantity_minimum", "quantity_maximum", "quantity_step", "default_quantity"
    )
    def _check_quantity_rules(self):
        for component in self:
            low, high = component.quantity_minimum, component.quantity_maximum
            if min(low, high, component.quantity_step) < 0 or 0 < high < low:
                raise invalid(self.env)._(
                    "Component %s: minimum, maximum and step must not be negative, "
                    "and the minimum must not exceed the maximum.",
                    component.display_name,
                )
            proposed = component.default_quantity
            if proposed and (proposed < low or 0 < high < proposed):
                raise invalid(self.env)._(
                    "Component %(component)s: the default quantity %(quantity)s "
                    "lies outside of its own minimum and maximum. Change it, too.",
                    component=component.display_name,
                    quantity=proposed,
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
                raise invalid(self.env)._(
                    "Component %(component)s: %(others)s cannot be required or "
                    "excluded. Choose other components of the plan %(plan)s, each "
                    "for one of the two.",
                    component=component.display_name,
                    others=", ".join(
                        (both or foreign or component).mapped("display_name")
                    ),
                    plan=component.plan_id.display_name,
                )

    @api.constrains("kind")
    def _check_prices_of_kind(self):
        """Some price models only count where something is measured."""
        self.price_ids._check_terms()

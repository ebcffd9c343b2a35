from odoo import api, fields, models
from odoo.tools import float_round

from ...engine.errors import EngineError
from ..dates import Day
from ..failures import explain
from ..numbers import (
    PRICE_DIGITS,
    QUANTITY_DIGITS,
    BigCount,
    Count,
    OptionalNumber,
    PriceNumber,
    by_bound,
)
from ..private_context import PRIVATE, get_private
from ..sentences import invalid

PRICE_MODELS = [
    ("flat", "Flat fee"),
    ("per_unit", "Per unit"),
    ("graduated", "Graduated"),
    ("volume", "Volume"),
    ("stairstep", "Stairstep"),
    ("package", "Package"),
    ("discount_scale", "Discount scale"),
    ("percentage", "Percentage"),
    ("graduated_percentage", "Graduated percentage"),
    ("bucketed", "Per time bucket"),
    ("pricelist", "Odoo pricelist"),
]
BUCKET_MODELS = [
    pair
    for pair in PRICE_MODELS
    if pair[0] in ("per_unit", "graduated", "volume", "stairstep", "package")
]
BUCKET_UNITS = [("hour", "Hour"), ("day", "Day"), ("month", "Month")]
ROUNDINGS = [("up", "Started packages"), ("down", "Full packages")]
# An amount of one's own takes the place of these; of the others it is per unit.
SINGLE_AMOUNT_MODELS = ("flat", "per_unit", "package")
TIERED = (
    "graduated",
    "volume",
    "stairstep",
    "graduated_percentage",
    "discount_scale",
)
# These price the single events or stretches of time that only a meter knows.
METERED_MODELS = ("percentage", "graduated_percentage", "bucketed")
NUMBERS = (
    "amount",
    "percent",
    "package_size",
    "free_quantity",
    "amount_minimum",
    "amount_maximum",
    "amount_event",
    "free_events",
    "free_amount",
    "event_minimum",
    "event_maximum",
)
TERM_FIELDS = (
    "price_model",
    "package_rounding",
    "bucket_unit",
    "bucket_model",
    "pricelist_id",
    "tier_ids",
    *NUMBERS,
)
# All that what a price costs depends on.
TERM_DEPENDS = (
    *TERM_FIELDS,
    "tier_ids.up_to",
    "tier_ids.price_unit",
    "tier_ids.amount_flat",
    "tier_ids.percent",
    "currency_id",
)
# Enough for a smooth line; each is rated by the engine whenever something changes.


class SubscriptionPrice(models.Model):
    """A dated price of a component in one currency. New prices are new rows: a
    contract keeps the row it was sold with (C6)."""

    _name = "subscription.price"
    _description = "Subscription Price"
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
        check_company=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        help="Leave empty for all customers.",
        check_company=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    date_start = Day("Valid From", help="Contracts sold from this day on.")
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
    # Terms.
    price_model = fields.Selection(PRICE_MODELS, default="flat", required=True)
    amount = PriceNumber(
        digits=PRICE_DIGITS,
        required=True,
        default=0.0,
        help="Per fee interval; taxes as set on the product's taxes.",
    )
    percent = PriceNumber(digits=(9, 6))
    package_size = PriceNumber(
        default=1.0, digits=QUANTITY_DIGITS, help="Units per package."
    )
    package_rounding = fields.Selection(
        ROUNDINGS, "Charged", default="up", required=True
    )
    free_quantity = OptionalNumber(
        digits=QUANTITY_DIGITS, help="Units of each period that cost nothing."
    )
    amount_minimum = OptionalNumber(
        "Minimum",
        digits=PRICE_DIGITS,
        help="Least amount of a period; what it lacks is added.",
    )
    amount_maximum = OptionalNumber(
        "Maximum", digits=PRICE_DIGITS, help="Most that a period can cost."
    )
    amount_event = OptionalNumber(
        "Fixed per Event", digits=PRICE_DIGITS, help="Added for each event paid for."
    )
    free_events = BigCount(
        aggregator=None, help="First events of each period that cost nothing."
    )
    free_amount = OptionalNumber(
        digits=PRICE_DIGITS,
        help="First amount of each period that costs nothing. With free events as "
        "well, it is free while both last.",
    )
    event_minimum = OptionalNumber("Minimum per Event", digits=PRICE_DIGITS)
    event_maximum = OptionalNumber("Maximum per Event", digits=PRICE_DIGITS)
    bucket_unit = fields.Selection(
        BUCKET_UNITS,
        "Time Bucket",
        default="day",
        required=True,
        help="Each stretch of this length is priced alone and summed up.",
    )
    bucket_model = fields.Selection(
        BUCKET_MODELS, "Price of a Bucket", default="per_unit", required=True
    )
    # In words.
    unit_model = fields.Char(compute="_compute_unit_model")
    model_hint = fields.Char("How It Counts", compute="_compute_model_hint")
    amount_text = fields.Char("Price", compute="_compute_amount_text")
    # Preview.
    preview_quantity = PriceNumber(
        "Quantity",
        compute="_compute_preview_quantity",
        readonly=False,
        store=False,
        digits=QUANTITY_DIGITS,
        help="Try the price with any quantity; nothing is saved.",
    )
    preview_count = Count(
        "Times",
        compute="_compute_preview_quantity",
        readonly=False,
        store=False,
        help="Events or time buckets of this quantity.",
    )
    preview_html = fields.Html(
        "Preview", compute="_compute_preview_html", sanitize=False
    )
    # Pricelists.
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        ondelete="restrict",
        help="Leave empty to take the customer's pricelist.",
    )

    @api.constrains("variant_id", "component_id")
    def _check_variant(self):
        for price in self:
            if price.variant_id and price.variant_id.plan_id != price.plan_id:
                raise invalid(self.env)._(
                    "The price of %(component)s names variant %(variant)s, which "
                    "belongs to another plan.",
                    component=price.component_id,
                    variant=price.variant_id,
                )

    @api.model_create_multi
    def create(self, vals_list):
        saving = self.with_context(subscription_saving_price=PRIVATE)
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
        saving = self.with_context(subscription_saving_price=PRIVATE)
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
            raise invalid(self.env)._(
                "Contract %(contract)s was sold with the price %(price)s. Add a "
                "new price with a later start date instead of changing it.",
                contract=line.contract_id.display_name,
                price=line.price_id.display_name,
            )

    # ----------------------------------------------------------------------
    # Terms
    #
    # How a price counts: its model and its tiers.
    # ----------------------------------------------------------------------

    def _get_unit_model(self):
        """How units are priced, within a time bucket if there are some."""
        self.ensure_one()
        is_bucketed = self.price_model == "bucketed"
        return self.bucket_model if is_bucketed else self.price_model

    def _get_sorted_tiers(self):
        """Tiers by bound, also while they are being edited."""
        return self.tier_ids.sorted(lambda tier: by_bound(tier.up_to))

    # ----------------------------------------------------------------------
    # Checks
    #
    # What makes a price unusable, in words for who enters it. Made for prices.
    # ----------------------------------------------------------------------

    @api.constrains(*TERM_FIELDS, "component_id")
    def _check_terms(self):
        """:raise ValidationError: with the first thing that is wrong"""
        for price in self:
            problem = price._get_problem()
            if problem:
                raise invalid(self.env)._(
                    "Price of %(component)s: %(problem)s",
                    component=price.component_id,
                    problem=problem,
                )

    def _check_tiers_saved(self):
        """The same after an edit of tiers. While their price is being saved they are
        checked when the last of them is written: in between, bounds may meet."""
        if not get_private(self.env, "subscription_saving_price"):
            self._check_terms()

    def _get_problem(self):
        """Why this price cannot be used, or None."""
        return (
            self._get_number_problem(self, NUMBERS)
            or self._get_tier_problem()
            or self._get_range_problem()
            or self._get_metered_problem()
            or self._get_engine_problem()
        )

    def _get_number_problem(self, record, names):
        for name in names:
            if record[name] < 0:
                label = record._fields[name]._description_string(self.env)
                return self.env._("%s must not be negative.", label)
        if record.percent > 100:
            return self.env._("a percent must lie between 0 and 100.")
        return None

    def _get_tier_problem(self):
        if self._get_unit_model() not in TIERED:
            return None
        if not self.tier_ids:
            return self.env._("add at least one tier, without upper bound.")
        seen = set()
        for tier in self._get_sorted_tiers():
            names = ("up_to", "price_unit", "amount_flat", "percent")
            problem = self._get_number_problem(tier, names)
            if problem:
                return problem
            if tier.up_to in seen:
                return (
                    self.env._("two tiers end at %s; give each its own.", tier.up_to)
                    if tier.up_to
                    else self.env._(
                        "only the last tier may be without upper bound. Fill in "
                        "“Up To” in the others."
                    )
                )
            seen.add(tier.up_to)
        return None

    def _get_range_problem(self):
        if self._get_unit_model() == "package" and not self.package_size:
            return self.env._("the package size must be above zero.")
        for low, high in (
            ("amount_minimum", "amount_maximum"),
            ("event_minimum", "event_maximum"),
        ):
            if self[high] and self[low] > self[high]:
                return self.env._(
                    "the minimum of %(low)s exceeds the maximum of %(high)s.",
                    low=self[low],
                    high=self[high],
                )
        return None

    def _get_metered_problem(self):
        component = self.component_id
        if self.price_model not in METERED_MODELS or component.kind == "metered":
            return None
        return self.env._(
            "the price model “%(model)s” counts single events, which only a metered "
            "component has. Choose another model, or make the component metered.",
            model=dict(self._fields["price_model"]._description_selection(self.env))[
                self.price_model
            ],
        )

    def _get_engine_problem(self):
        """The engine has the last word. A pricelist is Odoo's to judge."""
        if self.price_model == "pricelist":
            return None
        try:
            self._as_price()
        except EngineError as error:
            return explain(self.env, error, self.display_name)
        return None

    # ----------------------------------------------------------------------
    # In words
    #
    # A price in words: its name in lists, and what its model means.
    # ----------------------------------------------------------------------

    @api.depends("price_model", "bucket_model")
    def _compute_unit_model(self):
        for price in self:
            price.unit_model = price._get_unit_model()

    @api.depends("price_model")
    @api.depends_context("lang")
    def _compute_model_hint(self):
        hints = {
            "flat": self.env._("One amount per period, whatever the quantity."),
            "per_unit": self.env._("The same price for each unit."),
            "graduated": self.env._("Each unit at the price of the tier it lies in."),
            "volume": self.env._(
                "All units at the price of the tier they reach together."
            ),
            "stairstep": self.env._("The fixed amount of the tier that is reached."),
            "package": self.env._("One price for each package of so many units."),
            "discount_scale": self.env._(
                "A price per unit, less the percent of the tier that is reached."
            ),
            "percentage": self.env._("A percent of the amount of each event."),
            "graduated_percentage": self.env._(
                "Each part of an amount at the percent of the tier it lies in."
            ),
            "bucketed": self.env._(
                "Each hour, day or month priced alone, and summed up."
            ),
            "pricelist": self.env._(
                "As Odoo's pricelist says on the day of the sale, with its steps by "
                "quantity. A contract keeps the steps it was sold with."
            ),
        }
        for price in self:
            price.model_hint = hints.get(price.price_model)

    @api.depends("component_id", "variant_id", *TERM_DEPENDS)
    @api.depends_context("subscription_short_name", "lang")
    def _compute_display_name(self):
        short = self.env.context.get("subscription_short_name")
        models_ = dict(self._fields["price_model"]._description_selection(self.env))
        for price in self:
            text = price._get_amount_text()
            if short:
                variant = price.variant_id.name
                price.display_name = f"{text}, {variant}" if variant else text
            else:
                price.display_name = (
                    f"{price.component_id.name}: {text} "
                    f"({models_.get(price.price_model)})"
                )

    @api.depends(*TERM_DEPENDS)
    @api.depends_context("lang")
    def _compute_amount_text(self):
        for price in self:
            price.amount_text = price._get_amount_text()

    def _get_amount_text(self, own_amount=None):
        """The price in one line, with all its digits and the currency's code.

        :param float own_amount: as in ``_as_price``
        """
        texts = self.env["subscription.price.text"]
        return texts._get_amount_text(self, own_amount)

    # ----------------------------------------------------------------------
    # Preview
    #
    # Type a quantity, see the slices, the amount and a chart, also of what is not saved
    # yet. Made for prices.
    # ----------------------------------------------------------------------

    @api.depends("price_model", "bucket_model")
    def _compute_preview_quantity(self):
        """Something that shows what is special: the middle of the tiers, one and a
        half packages."""
        for price in self:
            bounds = [tier.up_to for tier in price._get_sorted_tiers() if tier.up_to]
            model, quantity = price._get_unit_model(), 10.0
            if model in TIERED and bounds:
                quantity = sum(bounds[:2]) / 2 if bounds[1:] else bounds[0] * 1.5
            elif model == "package":
                quantity = price.package_size * 1.5
            elif model in ("percentage", "graduated_percentage"):
                quantity = 100.0
            price.preview_quantity = quantity + price.free_quantity
            price.preview_count = price.free_events + 1 if model == "percentage" else 1

    @api.depends(
        *TERM_DEPENDS,
        "component_id",
        "partner_id",
        "date_start",
        "preview_quantity",
        "preview_count",
    )
    @api.depends_context("lang")
    def _compute_preview_html(self):
        for price in self:
            previews = self.env["subscription.price.preview"]
            price.preview_html = previews._render_preview(price)

    # ----------------------------------------------------------------------
    # Pricelists
    #
    # Odoo's pricelists as a source of prices. Their rules stay Odoo's business: it is
    # asked for the price at each quantity where a rule begins.
    # ----------------------------------------------------------------------

    def _get_current_steps(self):
        """Steps of the pricelist for a sale on the day the price begins, or today."""
        on = self.date_start or self.component_id._get_today()
        return self._get_pricelist_steps(self.partner_id, on)

    def _get_pricelist_steps(self, partner, on):
        """Prices per unit by quantity, as Odoo would sell the product on a day.

        :param partner: the customer, for the customer's own pricelist
        :param date on: day of the sale
        :return: list of pairs (quantity the price begins at, price), the first at 0
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        product = self.component_id.product_id.with_company(company)
        partner = partner.with_company(company)
        pricelist = self._get_pricelist(partner).with_company(company)
        # Fixed prices are said in the pricelist's currency, whatever Odoo is asked for.
        currency = pricelist.currency_id or self.currency_id
        steps = []
        for quantity in sorted({0.0} | self._get_quantities(pricelist, product, on)):
            price = pricelist._get_product_price(
                product, quantity, currency=currency, date=on
            )
            price = currency._convert(price, self.currency_id, company, on, round=False)
            price = float_round(price, precision_digits=PRICE_DIGITS[1])
            if not steps or steps[-1][1] != price:
                steps.append((quantity, price))
        self._check_steps(pricelist, steps)
        return steps

    def _get_pricelist(self, partner):
        """The pricelist named, else the customer's; none: the product's own price.
        Read as superuser: what was agreed does not depend on who looks it up."""
        pricelist = (
            self.pricelist_id
            or partner.property_product_pricelist
            # Odoo computes none as long as pricelists are switched off in Sales.
            or partner.specific_property_product_pricelist
        )
        return pricelist.sudo()

    def _get_quantities(self, pricelist, product, on):
        """Quantities at which a rule begins, of pricelists it builds upon too."""
        quantities, unread, seen = set(), pricelist, pricelist.browse()
        while unread:
            seen |= unread
            rules = self.env["product.pricelist.item"].sudo()
            for each in unread:
                rules |= each._get_applicable_rules(product, on)
            quantities |= set(rules.mapped("min_quantity"))
            unread = rules.base_pricelist_id - seen
        return quantities

    def _check_steps(self, pricelist, steps):
        if any(price < 0 for _quantity, price in steps):
            raise invalid(self.env)._(
                "Pricelist %(pricelist)s gives %(product)s a negative price. "
                "Correct its rules, or choose another price model.",
                pricelist=pricelist.display_name,
                product=self.component_id.product_id,
            )

    @api.constrains("pricelist_id", "component_id")
    def _check_pricelist_company(self):
        """A plan of all companies must not sell by the pricelist of one."""
        for price in self:
            owner = price.pricelist_id.company_id
            if owner and owner != price.company_id:
                raise invalid(self.env)._(
                    "Pricelist %(pricelist)s belongs to %(owner)s, and the price "
                    "of %(component)s does not. Choose a pricelist of all "
                    "companies, or limit the plan to this one.",
                    pricelist=price.pricelist_id.display_name,
                    owner=owner.display_name,
                    component=price.component_id,
                )

from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.term import consumer_findings
from ..numbers import BigCount
from ..sentences import invalid, refusal
from ..texts import Label


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
    _rec_names_search = ["name", "code", "plan_id.name", "plan_id.code"]

    name = Label(required=True, translate=True)
    code = Label(help="Short name used by imports, unique within the plan.")
    sequence = BigCount(default=10)
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
    # What follows the first term.
    is_ended_after_first_term = fields.Boolean(
        "Ends After the First Term",
        help="The contract ends with it, or goes on in the next variant.",
    )
    next_variant_id = fields.Many2one(
        "subscription.plan.variant",
        "Goes On As",
        ondelete="restrict",
        help="Empty = the contract ends after the first term.",
        check_company=True,
    )

    @api.depends("name", "plan_id.name")
    @api.depends_context("subscription_short_name")
    def _compute_display_name(self):
        short = self.env.context.get("subscription_short_name")
        for variant in self:
            plan = variant.plan_id.name
            name = variant.name or ""
            variant.display_name = name if short or not plan else f"{plan}, {name}"

    @api.onchange("fee_interval_count", "fee_interval_unit")
    def _onchange_fee_interval(self):
        """It is billed as often as a fee is charged, unless somebody says otherwise."""
        self.billing_interval_count = self.fee_interval_count
        self.billing_interval_unit = self.fee_interval_unit

    # ----------------------------------------------------------------------
    # What follows the first term
    #
    # What follows the first term: introductory offers and ramps.
    # ----------------------------------------------------------------------

    @api.constrains("is_ended_after_first_term", "next_variant_id", "first_term_count")
    def _check_next_variant(self):
        for variant in self.filtered("is_ended_after_first_term"):
            if not variant.first_term_count:
                raise invalid(self.env)._(
                    "%s ends after its first term and has none. Enter its length.",
                    variant.display_name,
                )
            following = variant.next_variant_id
            group = variant.plan_id.group_id
            is_near = following.plan_id == variant.plan_id or (
                group and following.plan_id.group_id == group
            )
            if following == variant or (following and not is_near):
                raise invalid(self.env)._(
                    "%(variant)s can't go on as %(next)s. Choose another variant "
                    "of the same plan or plan group.",
                    variant=variant.display_name,
                    next=following.display_name,
                )

    # ----------------------------------------------------------------------
    # Consumer law
    #
    # Terms the law forbids towards consumers are refused when they are saved (C2).
    # ----------------------------------------------------------------------

    @api.constrains(
        *("customer_type", "first_term_count", "first_term_unit"),
        *("later_term_count", "later_term_unit"),
        *("notice_first_count", "notice_first_unit"),
        *("notice_later_count", "notice_later_unit"),
    )
    def _check_consumer_law(self):
        for variant in self.filtered(lambda it: it.customer_type == "consumer"):
            findings = consumer_findings(variant._as_term())
            if findings:
                raise invalid(self.env)._(
                    "%(variant)s is for consumers: %(findings)s.",
                    variant=variant.display_name,
                    findings="; ".join(map(self._get_finding_text, findings)),
                )

    def _get_finding_text(self, finding):
        texts = {
            "first_term_too_long": self.env._("the first term is at most two years"),
            "renewal_not_indefinite": self.env._(
                "after the first term it runs indefinitely, without a later term"
            ),
            "notice_later_too_long": self.env._(
                "notice is at most one month after the first term"
            ),
            "notice_first_too_long": self.env._(
                "notice is at most one month before the end of the first term"
            ),
        }
        return f"{texts[finding.code]} ({finding.paragraph})"

    def _check_customer(self, customer, contract):
        """Variants for businesses are not sold to consumers, whose rights they lack."""
        if not self._is_for(customer):
            raise refusal(self.env)._(
                "Contract %(contract)s: %(variant)s is for businesses, and "
                "%(customer)s is a private person. Mark the customer as a company, "
                "or choose another variant.",
                contract=contract.display_name,
                variant=self,
                customer=customer.display_name,
            )

    def _is_for(self, customer):
        is_consumer = not customer.commercial_partner_id.is_company
        return not (self.customer_type == "business" and is_consumer)

    # ----------------------------------------------------------------------
    # Found and shown: by plan and variant, with what it costs
    # ----------------------------------------------------------------------

    @api.model
    def _search_display_name(self, operator, value):
        """Each part of “Team, Monthly” is looked for."""
        text = value
        if operator == "in" and not isinstance(value, str) and len(value) == 1:
            (text,) = value  # the one name of an import
        parts = text.split(",") if isinstance(text, str) else ()
        parts = [part.strip() for part in parts if part.strip()]
        if len(parts) < 2:
            return super()._search_display_name(operator, value)
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # Odoo asks for the contrary, and turns it round
        operator = "=" if operator == "in" else operator
        search = super()._search_display_name
        return Domain.AND(search(operator, part) for part in parts)

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from ...engine.interval import Interval, Unit
from ...engine.money import to_decimal
from ...engine.period import FOREVER, Period
from ...engine.recurrence import Grid
from ...engine.reduction import Reduction
from ..numbers import Amount, BigCount, Count, Number
from ..sentences import invalid
from ..texts import Label
from .subscription_discount_terms_mixin import AMOUNT_MAXIMUM, format_percent

BONUS_KINDS = [
    ("nth_unit", "Every nth unit free"),
    ("nth_period", "Every nth fee period free"),
    ("loyalty", "Loyalty"),
    ("carry_over", "Unused quota carried over"),
]
# What a running contract was sold with; its name may still be translated.
AGREED_BONUS_FIELDS = {
    "plan_id",
    "variant_id",
    "component_id",
    "kind",
    "every",
    "reward",
    "percent",
    "amount",
    "currency_id",
    "quantity_free",
    "quantity_maximum",
    "month_start",
    "month_count",
}


class SubscriptionBonus(models.Model):
    """An advantage a contract earns by itself. A contract keeps the bonuses of the
    plan it was sold with (C6)."""

    _name = "subscription.bonus"
    _inherit = ["subscription.guard.mixin"]
    _description = "Subscription Bonus"
    _order = "plan_id, sequence, id"
    _check_company_auto = True

    name = Label(
        required=True,
        translate=True,
        help="Shown on invoices, in the customer's language.",
    )
    sequence = BigCount(default=10)
    active = fields.Boolean(default=True)
    plan_id = fields.Many2one(
        "subscription.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    variant_id = fields.Many2one(
        "subscription.plan.variant",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('plan_id', '=', plan_id)]",
        help="Leave empty for all variants of the plan.",
        check_company=True,
    )
    component_id = fields.Many2one(
        "subscription.component",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('plan_id', '=', plan_id)]",
        help="Leave empty for all fees of the plan.",
        check_company=True,
    )
    kind = fields.Selection(BONUS_KINDS, default="loyalty", required=True)
    every = Count(default=12, help="12 = the 12th, 24th, 36th ...", aggregator=None)
    reward = fields.Selection(
        [
            ("percent", "Percent off"),
            ("amount", "Amount off per billing period"),
            ("quantity", "Additional free quantity"),
        ],
        default="percent",
        required=True,
    )
    percent = Number(digits=(5, 2), aggregator=None)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    amount = Amount(
        aggregator=None, help="Contracts in another currency do not get it."
    )
    quantity_free = Number(
        "Free Quantity", digits="Product Unit", aggregator=None, help="Per fee period."
    )
    quantity_maximum = Number(
        "Carried Over at Most", digits="Product Unit", aggregator=None
    )
    month_start = Count(
        "After Months",
        default=12,
        aggregator=None,
        help="Fee periods that begin so many months after the contract came to its "
        "plan, or later.",
    )
    month_count = Count("For Months", help="0 = for ever.", aggregator=None)
    contract_ids = fields.Many2many("subscription.contract", readonly=True, copy=False)
    terms = fields.Char(compute="_compute_terms")

    @api.depends(*AGREED_BONUS_FIELDS)
    @api.depends_context("lang")
    def _compute_terms(self):
        for bonus in self:
            bonus.terms = bonus._get_terms()

    def _get_terms(self):
        """The rule in a few words."""
        self.ensure_one()
        if self.kind == "nth_unit":
            return self.env._("Every unit number %s free", self.every)
        if self.kind == "nth_period":
            return self.env._("Every fee period number %s free", self.every)
        if self.kind == "carry_over":
            quantity = formatLang(self.env, self.quantity_maximum)
            return self.env._("At most %s units per period", quantity)
        reward = {
            "percent": self.env._("%s %%", format_percent(self.env, self.percent)),
            "amount": formatLang(self.env, self.amount, currency_obj=self.currency_id),
            "quantity": self.env._(
                "%s units", formatLang(self.env, self.quantity_free)
            ),
        }.get(self.reward, "")
        return self.env._(
            "%(reward)s after %(months)s months", reward=reward, months=self.month_start
        )

    @api.constrains(
        *("kind", "every", "reward", "percent", "amount"),
        *("quantity_free", "quantity_maximum", "month_start", "month_count"),
        *("plan_id", "variant_id", "component_id"),
    )
    def _check_terms(self):
        for bonus in self:
            problem = bonus._get_number_problem() or bonus._get_component_problem()
            if problem:
                raise invalid(self.env)._(
                    "Bonus %(bonus)s: %(problem)s",
                    bonus=bonus.display_name,
                    problem=problem,
                )

    def _get_number_problem(self):
        if self.kind in ("nth_unit", "nth_period"):
            if self.every < 2:
                return self.env._("enter which one is free, the 2nd or a later one.")
        elif self.kind == "carry_over":
            if not 0 < self.quantity_maximum < AMOUNT_MAXIMUM:
                return self.env._("enter how much is carried over at most.")
        elif self.month_start < 0 or self.month_count < 0:
            return self.env._("the months must not be negative.")
        elif self.reward == "percent" and not 0 < self.percent <= 100:
            return self.env._("the percentage must lie above 0 and not above 100.")
        elif self.reward == "amount" and not 0 < self.amount < AMOUNT_MAXIMUM:
            return self.env._("the amount must be positive.")
        elif self.reward == "quantity" and not 0 < self.quantity_free < AMOUNT_MAXIMUM:
            return self.env._("the free quantity must be positive.")
        return None

    def _get_component_problem(self):
        component = self.component_id
        if (component.plan_id | self.variant_id.plan_id) - self.plan_id:
            return self.env._("component and variant must be of its own plan.")
        if self.kind == "nth_unit" and component.kind not in ("quantity", "metered"):
            return self.env._("choose a component with a quantity or metered usage.")
        if self.kind == "nth_period" and component and component._is_one_off():
            return self.env._("a one-off item has no periods.")
        needs_usage = self.kind == "carry_over" or (
            self.kind == "loyalty" and self.reward == "quantity"
        )
        if needs_usage and component.kind != "metered":
            return self.env._("choose a component with metered usage.")
        return None

    def write(self, vals):
        if vals.keys() & AGREED_BONUS_FIELDS:
            self._check_unsold()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        self._check_unsold()

    def _check_unsold(self):
        """C6: what a running contract was sold with does not change under it."""
        contract = (
            self.env["subscription.contract"]
            .sudo()
            .search([("bonus_ids", "in", self.ids), ("state", "!=", "draft")], limit=1)
        )
        if contract:
            raise invalid(self.env)._(
                "Contract %(contract)s was sold with the bonus %(bonus)s. Archive "
                "it and add a new one, which new contracts will get.",
                contract=contract.display_name,
                bonus=(contract.bonus_ids & self)[:1].display_name,
            )

    def _is_for(self, line):
        """Whether a contract line earns it."""
        if not self._is_of_plan(line):
            return False
        if self.component_id:
            return line.component_id == self.component_id
        is_fee = line._is_recurring() and line.kind != "metered"
        return is_fee or self.kind == "loyalty"

    def _is_of_plan(self, line):
        """Whether a line is booked under its plan and variant: a bonus ends with them
        and comes back with them."""
        self.ensure_one()
        variant = self.variant_id
        return line.component_id.plan_id == self.plan_id and (
            not variant or variant == line.contract_id._get_variant_on(line.date_start)
        )

    def _get_months(self, contract):
        """The days on which a loyalty bonus is earned, half-open.

        Counted as periods are (T1), from the first day the contract is on its plan;
        whoever took it over goes on with the time of before.
        """
        first = min(self._get_days_of_plan(contract), default=contract.date_start)
        months = Grid.at(first, Interval(1, Unit.MONTH))
        start = months.boundary(self.month_start)
        end = self.month_start + self.month_count
        return Period(start, months.boundary(end) if self.month_count else FOREVER)

    def _get_days_of_plan(self, contract):
        """First days of what is or was booked under its plan."""
        before = contract._get_taken_over()
        days = self._get_days_of_plan(before) if before else []
        return days + [
            max(line.date_start, contract.date_start)
            for line in contract.line_ids
            if self._is_of_plan(line) and line._as_validity()
        ]

    def _as_reduction(self, contract):
        """What it takes off the charges of ``contract``; None if it is no matter of
        charges but of quantities."""
        self.ensure_one()
        lines = contract.line_ids.filtered(self._is_for)
        shared = {
            "key": f"bonus-{self.id}",
            "label": self.with_context(lang=contract.partner_id.lang).name,
            "items": frozenset(lines.ids),
        }
        if self.kind == "nth_period":
            return Reduction(percent=to_decimal(100), every=self.every, **shared)
        if self.kind != "loyalty" or self.reward == "quantity":
            return None
        months = self._get_months(contract)
        is_percent = self.reward == "percent"
        return Reduction(
            percent=to_decimal(self.percent) if is_percent else None,
            amount=None if is_percent else to_decimal(self.amount),
            start=months.start if self.month_start else None,
            stop=months.stop if self.month_count else None,
            **shared,
        )

from dataclasses import replace
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine.charge import ChargeKind
from ...engine.money import ZERO
from ...engine.period import Period
from ...engine.reduction import reduce


class SubscriptionContract(models.Model):
    """Discounts a contract has redeemed and bonuses it earns: taken off its charges
    between planning and invoicing."""

    _inherit = "subscription.contract"

    discount_ids = fields.One2many(
        "subscription.contract.discount", "contract_id", "Discounts", readonly=True
    )
    bonus_ids = fields.Many2many(
        "subscription.bonus",
        string="Bonuses",
        compute="_compute_bonus_ids",
        store=True,
        readonly=False,
        copy=False,
        help="Those of the plan when it was sold.",
    )

    @api.depends("variant_id", "currency_id")
    def _compute_bonus_ids(self):
        for contract in self:
            if contract.state == "draft":
                contract.bonus_ids = contract.plan_id.bonus_ids.filtered(
                    contract._is_bonus_fit
                )

    def _is_bonus_fit(self, bonus):
        is_money = bonus.kind == "loyalty" and bonus.reward == "amount"
        return (
            bonus.plan_id == self.plan_id
            and bonus.variant_id in (bonus.variant_id.browse(), self.variant_id)
            and (not is_money or bonus.currency_id == self.currency_id)
        )

    @api.depends("bonus_ids")
    def _compute_amount_monthly(self):
        return super()._compute_amount_monthly()

    @api.constrains("bonus_ids", "variant_id", "currency_id")
    def _check_bonus_ids(self):
        for contract in self:
            for bonus in contract.bonus_ids:
                if not contract._is_bonus_fit(bonus):
                    raise ValidationError(
                        self.env._(
                            "Contract %(contract)s: the bonus %(bonus)s is not part of "
                            "plan %(plan)s in %(currency)s.",
                            contract=contract.display_name,
                            bonus=bonus.display_name,
                            plan=contract.variant_id.display_name,
                            currency=contract.currency_id.name,
                        )
                    )

    def write(self, vals):
        if "bonus_ids" in vals:
            for contract in self:
                if contract.state != "draft":
                    raise UserError(
                        self.env._(
                            "Contract %s is running and keeps the bonuses it was "
                            "sold with.",
                            contract.display_name,
                        )
                    )
        return super().write(vals)

    def _check_ready(self):
        """A draft may have changed since the discount was redeemed for it."""
        for redemption in self.discount_ids:
            redemption.sudo().discount_id._check_fits(self)
        return super()._check_ready()

    def _redeem(self, discount, on, date_from=None):
        """Give the contract a discount.

        :param discount: ``subscription.discount``
        :param date on: the day it is redeemed on
        :param date date_from: first day it counts for; None = start of the contract
        :return: ``subscription.contract.discount``
        :raise UserError: if the discount cannot be redeemed, or counts for periods
            that are billed already
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "ended" or (date_from and self._as_stop_before(date_from)):
            raise UserError(
                self.env._(
                    "Contract %(contract)s ends on %(end)s: there is nothing left to "
                    "take discount %(discount)s off.",
                    contract=self.display_name,
                    end=self.date_end,
                    discount=discount.display_name,
                )
            )
        discount = discount.sudo()
        discount._lock()
        discount._check_redeemable(self, on)
        redemption = self.env["subscription.contract.discount"].sudo()
        redemption = redemption.create(discount._prepare_redemption(self, date_from))
        redemption._check_in_time()
        self.env["subscription.event"]._log(
            "discount_redeemed",
            self,
            self.env._("Discount redeemed: %s", discount.display_name),
            date_effective=redemption.date_start,
        )
        return redemption.sudo(False)

    def _as_stop_before(self, day):
        return bool(self.date_end) and self.date_end < day

    def _as_reductions(self):
        """Discounts and then bonuses as the engine's values, in their order."""
        self.ensure_one()
        found = [
            *(each._as_reduction() for each in self.discount_ids.sorted()),
            *(bonus._as_reduction(self) for bonus in self.bonus_ids.sorted()),
        ]
        return tuple(reduction for reduction in found if reduction)

    def _reduce_plans(self, plans):
        """Take discounts and bonuses off what is due.

        :param dict plans: contract -> ``engine.charge.Plan`` with priced charges
        :return: the same with reduced amounts
        """
        found = {
            contract: contract._as_reductions()
            for contract, due in plans.items()
            if due.charges
        }
        due_days = [
            contract._with_cell(charge).billing_period.start
            for contract, due in plans.items()
            for charge in due.charges
            if any(each.amount or each.minimum for each in found[contract])
        ]
        known = self._get_spent(plans, min(due_days)) if due_days else {}
        return {
            contract: contract._reduce(due, found[contract], known.get(contract.id))
            if found.get(contract)
            else due
            for contract, due in plans.items()
        }

    def _reduce(self, due, reductions, known):
        """One plan, less its reductions.

        :param known: what the ledger has of its billing periods: list of ``Spent``
            and dict start -> amount before discounts
        """
        self.ensure_one()
        spent, billed = known or ((), {})
        charges = reduce(
            [self._with_cell(charge) for charge in due.charges],
            reductions,
            spent,
            self._as_rounding(),
            self.tz,
            billed,
        )
        return replace(due, charges=charges)

    def _with_cell(self, charge):
        """Late usage belongs to the billing period its usage was billed in."""
        if charge.kind != ChargeKind.LATE:
            return charge
        recurrence = self._as_billing_recurrence()
        whole = recurrence.whole_at(charge.period.last_day)
        cell = Period(max(whole.start, self.date_start), whole.stop)
        return replace(charge, billing_period=cell)

    def _get_spent(self, plans, since):
        """What the ledger took of amounts per billing period, one read for all.

        :param dict plans: their credits are as good as written
        :param date since: start of the first billing period that is looked at
        :return: dict contract id -> (list of ``Spent``, dict start -> amount)
        """
        rows = (
            self.env["subscription.charge"]
            .sudo()
            .search(
                [
                    ("contract_id", "in", self.ids),
                    ("is_void", "=", False),
                    ("kind", "in", ("fee", "late")),
                    ("date_end", ">=", since),
                ]
            )
        )
        known, credits_ = {}, _get_credited(plans)
        for row in rows:
            text = (row.explanation or {}).get("billing_start")
            if text:
                cell = date.fromisoformat(text)
                spent, billed = known.setdefault(row.contract_id.id, ([], {}))
                charged = row._as_charged()
                given = (*charged.credited, *credits_.get(row.id, ()))
                charged = replace(charged, credited=given)
                spent += row._as_spent(cell, charged)
                amount = row._get_live_list_amount(charged)
                billed[cell] = billed.get(cell, ZERO) + amount
        return known


def _get_credited(plans):
    """Days that are about to be credited: dict id of the charge -> list of periods."""
    credited = {}
    for due in plans.values():
        for credit in due.credits:
            credited.setdefault(credit.credits, []).append(credit.period)
    return credited

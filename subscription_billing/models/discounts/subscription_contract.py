from odoo import api, fields, models

from ..dates import as_stop
from ..sentences import invalid, refusal, said


class SubscriptionContract(models.Model):
    """Discounts a contract has redeemed and bonuses it earns."""

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
        context={"active_test": False},  # C6: archived ones are sold no longer
        help="Those of the plan when it was sold, and of plans it changes to; each "
        "counts for what is booked under its plan.",
        check_company=True,
    )

    @api.depends("variant_id", "currency_id")
    def _compute_bonus_ids(self):
        for contract in self:
            if contract.state == "draft":
                contract.bonus_ids = contract._get_offered_bonuses()

    def _get_offered_bonuses(self):
        """Those a contract on this plan and variant gets today."""
        offered = self.plan_id.bonus_ids.filtered("active")
        return offered.filtered(self._is_bonus_fit)

    def _is_bonus_fit(self, bonus):
        is_money = bonus.kind == "loyalty" and bonus.reward == "amount"
        return (
            bonus.plan_id == self.plan_id
            and bonus.variant_id in (bonus.variant_id.browse(), self.variant_id)
            and (not is_money or bonus.currency_id == self.currency_id)
        )

    @api.depends(
        "bonus_ids",
        "discount_ids.date_start",
        "discount_ids.date_end",
        "billing_interval_count",
        "billing_interval_unit",
    )
    def _compute_amount_monthly(self):
        return super()._compute_amount_monthly()

    @api.constrains("bonus_ids", "variant_id", "currency_id")
    def _check_bonus_ids(self):
        if self._is_applying():
            return  # whoever takes a contract over has what was agreed for it
        for contract in self.filtered(lambda it: it.state == "draft"):
            for bonus in contract.bonus_ids:
                if not contract._is_bonus_fit(bonus):
                    raise invalid(self.env)._(
                        "Contract %(contract)s: the bonus %(bonus)s is not part of "
                        "plan %(plan)s in %(currency)s.",
                        contract=contract.display_name,
                        bonus=bonus.display_name,
                        plan=contract.variant_id,
                        currency=contract.currency_id.name,
                    )

    def write(self, vals):
        if "bonus_ids" in vals and not self._is_applying():
            for contract in self:
                if contract.state != "draft":
                    raise refusal(self.env)._(
                        "Contract %s is running and keeps the bonuses it was "
                        "sold with.",
                        contract.display_name,
                    )
        return super().write(vals)

    def _check_ready(self):
        """A draft may have changed since the discount was redeemed for it."""
        for redemption in self.discount_ids:
            redemption.sudo().discount_id._check_fits(self)
        return super()._check_ready()

    def _move_trial_end(self, last):
        """What was promised for paid periods begins with them."""
        result = super()._move_trial_end(last)
        self.discount_ids.sudo()._begin_anew()
        return result

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
            raise refusal(self.env)._(
                "Contract %(contract)s ends on %(end)s: there is nothing left to "
                "take discount %(discount)s off.",
                contract=self.display_name,
                end=self.date_end,
                discount=discount.display_name,
            )
        discount = discount.sudo()
        discount._lock()
        discount._check_redeemable(self, on)
        redemption = self._add_redemption(discount, date_from)
        redemption._check_in_time()
        self._follow_edit()
        return redemption.sudo(False)

    def _bring_along(self, discount, period_count):
        """Go on with a discount that was redeemed in another system; its offer may be
        over by now.

        :param int period_count: billing periods that are left; None = as offered
        """
        self.ensure_one()
        self.check_access("write")
        left = {"duration": "periods", "period_count": period_count}
        start = as_stop(self.date_billed_until)
        self._add_redemption(discount.sudo(), start, **(left if period_count else {}))

    def _add_redemption(self, discount, date_from, **terms):
        redemption = self.env["subscription.contract.discount"].sudo()
        vals = discount._prepare_redemption(self, date_from)
        redemption = redemption.create({**vals, **terms})
        self.env["subscription.event"]._log(
            "discount_redeemed",
            self,
            said(self.env)._("Discount redeemed: %s", discount),
            date_effective=redemption.date_start,
        )
        return redemption

    def _as_stop_before(self, day):
        return bool(self.date_end) and self.date_end < day

    def _as_reductions(self):
        """Discounts and then bonuses as the engine's values, in their order."""
        self.ensure_one()
        found = [
            *(each._as_reduction() for each in self.discount_ids.sorted()),
            *(bonus._as_reduction(self) for bonus in self.bonus_ids.sorted()),
        ]
        mine = tuple(reduction for reduction in found if reduction)
        return super()._as_reductions() + mine

    def _get_reductions_on(self, day, lines):
        """Names of what is taken off these lines in periods that begin on a day."""
        return [
            each.label
            for each in self._as_reductions()
            if any(each.covers(key, day) for key in lines.ids)
        ]

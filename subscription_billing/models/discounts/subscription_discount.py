from odoo import api, fields, models
from odoo.fields import Command

from ..dates import Day
from ..numbers import Amount, BigCount, Number
from ..sentences import invalid, refusal
from ..texts import Label

# What a redemption keeps of the offer.
TERMS = (
    "sequence",
    "kind",
    "percent",
    "amount",
    "amount_minimum",
    "duration",
    "period_count",
)


class SubscriptionDiscount(models.Model):
    """A discount on offer: booked onto contracts by the back office, or redeemed with
    its code. Contracts keep the terms they redeemed (C6)."""

    _name = "subscription.discount"
    _description = "Subscription Discount"
    _inherit = ["subscription.discount.terms.mixin", "mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = Label(
        required=True,
        translate=True,
        tracking=True,
        help="Shown on invoices, in the customer's language.",
    )
    code = Label(
        copy=False,
        tracking=True,
        help="What the customer enters; kept in capitals. Leave empty for a discount "
        "that only the back office books.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        required=True, default=lambda self: self.env.company.currency_id
    )
    percent = Number(tracking=True)
    amount = Amount(tracking=True)
    date_start = Day("From", help="First day a discounted period may begin on.")
    date_end = Day("To", help="Last day a discounted period may begin on.")
    date_redeem_start = Day("Redeemable From")
    date_redeem_end = Day("Redeemable Until", help="Last day, inclusive.")
    is_once_per_customer = fields.Boolean(
        "Once per Customer",
        help="All contacts of one company count as one customer.",
    )
    redemption_limit = BigCount(
        "Redemptions at Most", help="0 = as often as you like.", aggregator=None
    )
    plan_ids = fields.Many2many(
        "subscription.plan",
        string="Plans",
        check_company=True,
        help="Leave empty for all plans.",
    )
    component_ids = fields.Many2many(
        "subscription.component",
        string="Components",
        check_company=True,
        help="Leave empty for all components.",
    )
    redemption_ids = fields.One2many("subscription.contract.discount", "discount_id")
    redemption_count = fields.Integer(
        "Redemptions", compute="_compute_redemption_count"
    )
    _code_unique = models.UniqueIndex(
        "(company_id, code) WHERE code IS NOT NULL",
        "Another discount of this company has the same code.",
    )

    def _compute_redemption_count(self):
        groups = self.env["subscription.contract.discount"]._read_group(
            [("discount_id", "in", self.ids)], ["discount_id"], ["__count"]
        )
        counts = dict(groups)
        for discount in self:
            discount.redemption_count = counts.get(discount._origin, 0)

    @api.depends("name", "code")
    def _compute_display_name(self):
        for discount in self:
            code = f" [{discount.code}]" if discount.code else ""
            discount.display_name = (discount.name or "") + code

    @api.constrains("duration", "date_start", "date_end")
    def _check_dates(self):
        for discount in self.filtered(lambda it: it.duration == "dates"):
            start, end = discount.date_start, discount.date_end
            if not start or (end and end < start):
                raise invalid(self.env)._(
                    "Discount %(discount)s is given from %(start)s to %(end)s: "
                    "enter a first day and no last day before it.",
                    discount=discount.display_name,
                    start=start or "?",
                    end=end or "?",
                )

    @api.constrains("date_redeem_start", "date_redeem_end", "redemption_limit")
    def _check_redeemable_terms(self):
        for discount in self:
            start, end = discount.date_redeem_start, discount.date_redeem_end
            if start and end and end < start:
                raise invalid(self.env)._(
                    "Discount %(discount)s: redeemable until %(end)s lies before "
                    "redeemable from %(start)s.",
                    discount=discount.display_name,
                    start=start,
                    end=end,
                )
            if discount.redemption_limit < 0:
                raise invalid(self.env)._(
                    "Discount %s: the number of redemptions must not be negative.",
                    discount.display_name,
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise(vals) for vals in vals_list])

    def write(self, vals):
        if vals.keys() & {"currency_id", "company_id"}:
            self._check_unredeemed()
        return super().write(self._normalise(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_redeemed(self):
        self._check_unredeemed()

    def _check_unredeemed(self):
        used = self.sudo().filtered("redemption_ids")
        if used:
            raise refusal(self.env)._(
                "Discount %s was redeemed: it keeps company and currency and is "
                "not deleted. Archive it, then nobody redeems it any more.",
                used[:1].display_name,
            )

    @api.model
    def _normalise(self, vals):
        if "code" not in vals:
            return vals
        return {**vals, "code": self._get_clean_code(vals["code"])}

    @api.model
    def _get_clean_code(self, code):
        """Codes are compared without regard to case and to blanks around them."""
        return (code or "").strip().upper() or False

    def action_view_redemptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_contract_discount_action"
        )
        action["domain"] = [("discount_id", "=", self.id)]
        return action

    # ----------------------------------------------------------------------
    # Redeeming
    #
    # Who may redeem a discount, and what a contract keeps of it.
    # ----------------------------------------------------------------------

    def _find(self, code, company):
        """The discount of a company with that code, archived or not.

        :param str code: as the customer typed it
        :raise UserError: if there is none
        """
        code = self._get_clean_code(code)
        discount = (
            self.with_context(active_test=False).search(
                [("code", "=", code), ("company_id", "=", company.id)]
            )
            if code
            else self.browse()
        )
        if not discount:
            raise refusal(self.env)._(
                "There is no discount with the code %(code)s in %(company)s. "
                "Check the spelling.",
                code=code or "''",
                company=company.name,
            )
        return discount

    def _lock(self):
        """Let only one transaction at a time count redemptions.

        An update, though nothing changes: after a mere lock, the one that waited
        would count in its old snapshot; after an update it is made to start anew.
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE subscription_discount SET active = active WHERE id = %s", (self.id,)
        )

    def _check_redeemable(self, contract, on):
        """Everything that speaks against a redemption.

        :param contract: one ``subscription.contract``
        :param date on: the day it is redeemed on
        :raise UserError: naming discount, contract and what to do
        """
        self.ensure_one()
        self._check_offered(on)
        self._check_fits(contract)
        self._check_left(contract)

    def _check_offered(self, on):
        start, end = self.date_redeem_start, self.date_redeem_end
        if not self.active:
            raise refusal(self.env)._(
                "Discount %s is no longer offered.", self.display_name
            )
        if start and on < start:
            raise refusal(self.env)._(
                "Discount %(discount)s can be redeemed from %(start)s on.",
                discount=self.display_name,
                start=start,
            )
        if end and on > end:
            raise refusal(self.env)._(
                "Discount %(discount)s could be redeemed until %(end)s.",
                discount=self.display_name,
                end=end,
            )

    def _check_fits(self, contract):
        """The contract is of the company, currency and plans the discount is for."""
        problem = self._get_misfit(contract)
        if problem:
            raise refusal(self.env)._(
                "Discount %(discount)s does not fit contract %(contract)s: %(problem)s",
                discount=self.display_name,
                contract=contract.display_name,
                problem=problem,
            )

    def _get_misfit(self, contract):
        if self.company_id != contract.company_id:
            return self.env._("it is offered by %s only.", self.company_id.name)
        if self._has_amounts() and self.currency_id != contract.currency_id:
            return self.env._("it is in %s.", self.currency_id.name)
        if self.plan_ids and contract.plan_id not in self.plan_ids:
            plans = ", ".join(self.plan_ids.mapped("name"))
            return self.env._("it is for %s only.", plans)
        components = self.component_ids
        if components and contract.plan_id not in components.plan_id:
            names = ", ".join(components.mapped("name"))
            return self.env._("it is for %s only, of another plan.", names)
        return None

    def _check_left(self, contract):
        """The contract has it once, and neither customer nor limit is used up."""
        redemptions = self.env["subscription.contract.discount"].sudo()
        domain = [("discount_id", "=", self.id)]
        if contract.discount_ids.filtered(lambda it: it.discount_id == self):
            raise refusal(self.env)._(
                "Contract %(contract)s has redeemed discount %(discount)s already.",
                contract=contract.display_name,
                discount=self.display_name,
            )
        customer = contract.commercial_partner_id
        if self.is_once_per_customer and redemptions.search_count(
            [*domain, ("contract_id.commercial_partner_id", "=", customer.id)], limit=1
        ):
            raise refusal(self.env)._(
                "%(customer)s has redeemed discount %(discount)s already, and it "
                "is given once per customer.",
                customer=customer.display_name,
                discount=self.display_name,
            )
        limit = self.redemption_limit
        if limit and redemptions.search_count(domain, limit=limit) >= limit:
            raise refusal(self.env)._(
                "Discount %(discount)s has been redeemed %(limit)s times and is "
                "used up.",
                discount=self.display_name,
                limit=limit,
            )

    def _prepare_redemption(self, contract, day):
        """Values of the redemption: the terms as they are now, in the customer's words.

        :param date day: first day it is asked for; None = the start of the contract
        """
        self.ensure_one()
        lang = contract.partner_id.lang or self.env.lang
        vals = {
            **{name: self[name] for name in TERMS},
            "name": self.with_context(lang=lang).name,
            "contract_id": contract.id,
            "discount_id": self.id,
            "plan_ids": [Command.set(self.plan_ids.ids)],
            "component_ids": [Command.set(self.component_ids.ids)],
            "date_asked": day,
        }
        if self.duration == "dates":
            vals["date_start"] = max(self.date_start, day or self.date_start)
            vals["date_end"] = self.date_end
        return vals

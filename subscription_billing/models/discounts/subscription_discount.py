from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

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

    name = fields.Char(
        required=True,
        translate=True,
        tracking=True,
        help="Shown on invoices, in the customer's language.",
    )
    code = fields.Char(
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
    percent = fields.Float(tracking=True)
    amount = fields.Monetary(tracking=True)
    date_start = fields.Date("From", help="First day a discounted period may begin on.")
    date_end = fields.Date("To", help="Last day a discounted period may begin on.")
    date_redeem_start = fields.Date("Redeemable From")
    date_redeem_end = fields.Date("Redeemable Until", help="Last day, inclusive.")
    is_once_per_customer = fields.Boolean(
        "Once per Customer",
        help="All contacts of one company count as one customer.",
    )
    redemption_limit = fields.Integer(
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
                raise ValidationError(
                    self.env._(
                        "Discount %(discount)s is given from %(start)s to %(end)s: "
                        "enter a first day and no last day before it.",
                        discount=discount.display_name,
                        start=start or "?",
                        end=end or "?",
                    )
                )

    @api.constrains("date_redeem_start", "date_redeem_end", "redemption_limit")
    def _check_redeemable_terms(self):
        for discount in self:
            start, end = discount.date_redeem_start, discount.date_redeem_end
            if start and end and end < start:
                raise ValidationError(
                    self.env._(
                        "Discount %(discount)s: redeemable until %(end)s lies before "
                        "redeemable from %(start)s.",
                        discount=discount.display_name,
                        start=start,
                        end=end,
                    )
                )
            if discount.redemption_limit < 0:
                raise ValidationError(
                    self.env._(
                        "Discount %s: the number of redemptions must not be negative.",
                        discount.display_name,
                    )
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
            raise UserError(
                self.env._(
                    "Discount %s was redeemed: it keeps company and currency and is "
                    "not deleted. Archive it, then nobody redeems it any more.",
                    used[:1].display_name,
                )
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

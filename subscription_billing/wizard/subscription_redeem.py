from odoo import api, fields, models

from ..models.dates import Day
from ..models.sentences import refusal
from ..models.texts import Label


class SubscriptionRedeem(models.TransientModel):
    """Give a contract a discount: by its code, or chosen from the list."""

    _name = "subscription.redeem"
    _inherit = ["subscription.dialog.mixin"]
    _description = "Redeem a Discount"

    contract_id = fields.Many2one(
        "subscription.contract",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    company_id = fields.Many2one(related="contract_id.company_id", related_sudo=False)
    state = fields.Selection(related="contract_id.state", related_sudo=False)
    code = Label(help="As the customer has it; case does not matter.")
    discount_id = fields.Many2one(
        "subscription.discount",
        compute="_compute_discount_id",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id)]",
        check_company=True,
    )
    terms = fields.Char(related="discount_id.terms", related_sudo=False)
    date = Day(
        "Redeemed On",
        required=True,
        default=lambda self: self._default_date(),
        help="The day that counts for redeemable from and until.",
    )
    date_from = Day(
        "Discount From",
        compute="_compute_date_from",
        store=True,
        readonly=False,
        help="It counts for fee periods that begin on this day or later. Empty = from "
        "the start of the contract.",
    )

    def _default_date(self):
        contract = self.env["subscription.contract"].browse(
            self.env.context.get("active_id")
        )
        tz = contract.tz or self.env.user.tz or "UTC"
        return self.env["subscription.billing.run"]._get_billing_date(tz)

    @api.depends("code", "company_id")
    def _compute_discount_id(self):
        discounts = self.env["subscription.discount"]
        for wizard in self:
            code = discounts._get_clean_code(wizard.code)
            if code:
                wizard.discount_id = discounts.search(
                    [("code", "=", code), ("company_id", "=", wizard.company_id.id)]
                )

    @api.depends("contract_id", "date")
    def _compute_date_from(self):
        for wizard in self:
            is_open = wizard.contract_id.state == "draft"
            wizard.date_from = False if is_open else wizard.date

    def action_redeem(self):
        self.ensure_one()
        discounts = self.env["subscription.discount"]
        discount = self.discount_id
        if self.code:
            discount = discounts._find(self.code, self.company_id)
        if not discount:
            raise refusal(self.env)._("Enter a code, or choose a discount.")
        self.contract_id._redeem(discount, self.date, self.date_from or None)

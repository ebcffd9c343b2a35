from odoo import api, fields, models
from odoo.tools import float_compare

from ..dates import Day
from ..sentences import refusal

# What a charge on the line has recorded; an edit here would part ledger and books.
AMOUNT_FIELDS = ("quantity", "price_unit", "discount")
# Odoo would take quantity, price and text anew from these.
SOURCE_FIELDS = ("product_id", "product_uom_id")
# More digits than prices and quantities have.
DIGITS = 9


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    subscription_contract_id = fields.Many2one(
        "subscription.contract",
        "Subscription Contract",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    subscription_date_start = Day("Service From", copy=False)
    subscription_date_end = Day(
        "Service To", copy=False, help="Last day of the service period, inclusive."
    )
    subscription_charge_ids = fields.One2many(
        "subscription.charge",
        "move_line_id",
        "Charges",
        copy=False,
        groups="base.group_user",
    )

    @api.depends("product_id", "product_uom_id")
    def _compute_price_unit(self):
        """A billed price is the contract's, whatever the product costs."""
        billed = self.filtered("subscription_contract_id")
        return super(AccountMoveLine, self - billed)._compute_price_unit()

    def write(self, vals):
        self._check_subscription_amounts(vals)
        result = super().write(vals)
        if not vals.keys().isdisjoint(AMOUNT_FIELDS):
            self._follow_refunds()
        return result

    def _follow_refunds(self):
        """A credit note written by hand gives back what it says at last."""
        for line in self:
            for refund in line.sudo().subscription_charge_ids:
                if refund.kind == "refund" and not refund.is_void:
                    refund.amount = -line._get_priced_amount()

    def _get_priced_amount(self):
        """Quantity x price less discount: net, or gross where the tax is included."""
        self.ensure_one()
        price = self.price_unit * (1 - self.discount / 100)
        return self.currency_id.round(self.quantity * price)

    def _check_subscription_amounts(self, vals):
        changed = vals.keys() & {*AMOUNT_FIELDS, *SOURCE_FIELDS}
        if not changed:
            return
        for line in self.filtered("subscription_contract_id"):
            if any(line._is_billed_otherwise(name, vals[name]) for name in changed):
                raise refusal(self.env)._(
                    "The line %(line)s was billed by contract %(contract)s and "
                    "keeps its amount. Add a line for a rebate, or delete the "
                    "line: its period is then open again.",
                    line=line.name,
                    contract=line.subscription_contract_id.display_name,
                )

    def _is_billed_otherwise(self, name, value):
        if name in SOURCE_FIELDS:
            return self[name].id != (value or False)
        return float_compare(self[name], value, precision_digits=DIGITS) != 0

    def _check_subscription_ledger(self):
        """The last look before posting: each line says what its charges say (X1)."""
        for line in self.sudo().filtered("subscription_charge_ids"):
            charges = line.subscription_charge_ids.filtered(lambda row: not row.is_void)
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            rest = sign * line._get_priced_amount() - sum(charges.mapped("amount"))
            if charges.currency_id != line.currency_id or not line.currency_id.is_zero(
                rest
            ):
                raise refusal(self.env)._(
                    "The line %s is not what its contract was charged. Delete it "
                    "and bill the contract again.",
                    line.name,
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_reopen_charges(self):
        """A deleted line opens its periods again (X3)."""
        self.sudo().subscription_charge_ids._void(
            lambda move: self.env._("Invoice line deleted from %s", move.display_name)
        )

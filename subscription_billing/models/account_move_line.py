from odoo import api, fields, models
from odoo.exceptions import UserError

# What a charge on the line has recorded; an edit here would part ledger and books.
BILLED_FIELDS = ("quantity", "price_unit", "discount")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    subscription_contract_id = fields.Many2one(
        "subscription.contract",
        "Subscription Contract",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    subscription_date_start = fields.Date("Service From", copy=False)
    subscription_date_end = fields.Date(
        "Service To", copy=False, help="Last day of the service period, inclusive."
    )
    subscription_charge_ids = fields.One2many(
        "subscription.charge", "move_line_id", "Charges", copy=False
    )

    def write(self, vals):
        self._check_subscription_amounts(vals)
        return super().write(vals)

    def _check_subscription_amounts(self, vals):
        changed = [name for name in BILLED_FIELDS if name in vals]
        if not changed:
            return
        for line in self.filtered("subscription_contract_id"):
            if any(
                line.currency_id.compare_amounts(line[name], vals[name])
                for name in changed
            ):
                raise UserError(
                    self.env._(
                        "The line %(line)s was billed by contract %(contract)s and "
                        "keeps its amount. Add a line for a rebate, or delete the "
                        "line: its period is then open again.",
                        line=line.name,
                        contract=line.subscription_contract_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_reopen_charges(self):
        """A deleted line opens its periods again (X3)."""
        charges = self.sudo().subscription_charge_ids
        for move, group in charges.grouped("move_id").items():
            group._void(self.env._("Invoice line deleted from %s", move.display_name))

from odoo import api, fields, models
from odoo.exceptions import UserError

# What the ledger has recorded of the invoice as a whole.
BILLED_FIELDS = ("currency_id", "move_type")


class AccountMove(models.Model):
    _inherit = "account.move"

    subscription_run_id = fields.Many2one(
        "subscription.billing.run",
        "Billing Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    subscription_contract_ids = fields.Many2many(
        "subscription.contract",
        compute="_compute_subscription_contract_ids",
        compute_sudo=True,
    )
    subscription_contract_count = fields.Integer(
        compute="_compute_subscription_contract_ids", compute_sudo=True
    )

    @api.depends(
        "line_ids.subscription_contract_id", "line_ids.subscription_charge_ids"
    )
    def _compute_subscription_contract_ids(self):
        for move in self:
            lines = move.line_ids
            # A credit note written by hand is linked by its refunds alone.
            contracts = (
                lines.subscription_contract_id
                | lines.subscription_charge_ids.contract_id
            )
            move.subscription_contract_ids = contracts
            move.subscription_contract_count = len(contracts)

    def action_view_subscription_contracts(self):
        self.ensure_one()
        contracts = self.subscription_contract_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_contract_action"
        )
        if len(contracts) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = contracts.id
        action["domain"] = [("id", "in", contracts.ids)]
        action["context"] = {"create": False}
        return action

    def write(self, vals):
        """Cancelling opens the billed periods again; a draft made of a cancelled
        invoice takes them back, unless they were billed elsewhere since (X3)."""
        self._check_subscription_document(vals)
        target = vals.get("state")
        cancelled = self.browse()
        if target == "cancel":
            cancelled = self.filtered(lambda move: move.state != "cancel")
        elif target:
            self.filtered(lambda move: move.state == "cancel")._restore_charges()
        result = super().write(vals)
        cancelled._get_charges()._void(
            lambda move: self.env._("Invoice %s was cancelled", move.display_name)
        )
        return result

    def _get_charges(self):
        """As superuser: whoever may cancel an invoice need not read the ledger."""
        return self.sudo().line_ids.subscription_charge_ids

    def _restore_charges(self):
        self._get_charges()._restore(
            lambda move: self.env._("Invoice %s is in force again", move.display_name)
        )

    def _check_subscription_document(self, vals):
        """The ledger knows a billed invoice in its currency and with its sign."""
        for name in BILLED_FIELDS:
            if name in vals and any(
                move._get_charges()
                for move in self
                if move._fields[name].convert_to_write(move[name], move) != vals[name]
            ):
                raise UserError(
                    self.env._(
                        "This document was billed by a contract and keeps its type "
                        "and currency. Delete it: its periods are then open again."
                    )
                )

    def _post(self, soft=True):
        self.line_ids._check_subscription_ledger()
        return super()._post(soft)

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note of billed charges enters the ledger as refund."""
        reverses = super()._reverse_moves(default_values_list, cancel=cancel)
        for move, reverse in zip(self, reverses, strict=True):
            if move._get_charges():
                reverse._link_refunds(move)
        return reverses

    def _link_refunds(self, origin):
        """Give each reversed line a refund row for the charge it gives back."""
        pairs = zip(origin.invoice_line_ids, self.invoice_line_ids, strict=True)
        vals_list = []
        for line, reverse in pairs:
            for charge in line.sudo().subscription_charge_ids:
                is_paid = charge.kind in ("fee", "late") and charge.amount >= 0
                if is_paid and not charge.is_void:
                    vals_list.append(charge._prepare_refund(reverse))
        self.env["subscription.charge"].sudo().create(vals_list)

    def _queue_subscription_sending(self):
        """Have Odoo's sending job mail these invoices (not in this transaction)."""
        author = self.env.user.partner_id.id
        for move in self:
            move.sending_data = {
                "author_user_id": self.env.user.id,
                "author_partner_id": author,
            }
        self.env.ref("account.ir_cron_account_move_send")._trigger()

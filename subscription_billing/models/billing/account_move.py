from odoo import api, fields, models

from ..private_context import get_private
from ..sentences import refusal, said

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
        groups="base.group_user",
    )
    subscription_replacement_id = fields.Many2one(
        "account.move",
        "Replaced By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The document this one was reversed for; it bills the same periods.",
        groups="base.group_user",
    )
    subscription_contract_ids = fields.Many2many(
        "subscription.contract",
        compute="_compute_subscription_contract_ids",
        compute_sudo=True,
        groups="base.group_user",
    )
    subscription_contract_count = fields.Integer(
        compute="_compute_subscription_contract_ids",
        compute_sudo=True,
        groups="base.group_user",
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
        if target in ("draft", "cancel"):
            self._check_not_replaced()
        cancelled = self.browse()
        if target == "cancel":
            cancelled = self.filtered(lambda move: move.state != "cancel")
        elif target:
            self.filtered(lambda move: move.state == "cancel")._restore_charges()
        result = super().write(vals)
        cancelled._get_charges()._void(
            lambda move: said(self.env)._("Invoice %s was cancelled", move.display_name)
        )
        return result

    def _get_charges(self):
        """As superuser: whoever may cancel an invoice need not read the ledger."""
        return self.sudo().line_ids.subscription_charge_ids

    def _restore_charges(self):
        self._get_charges()._restore(
            lambda move: said(self.env)._(
                "Invoice %s is in force again", move.display_name
            )
        )

    def _check_subscription_document(self, vals):
        """The ledger knows a billed invoice in its currency and with its sign."""
        for name in BILLED_FIELDS:
            if name in vals and any(
                move._get_charges()
                for move in self
                if move._fields[name].convert_to_write(move[name], move) != vals[name]
            ):
                raise refusal(self.env)._(
                    "This document was billed by a contract and keeps its type "
                    "and currency. Delete it: its periods are then open again."
                )

    def _post(self, soft=True):
        self.line_ids._check_subscription_ledger()
        return super()._post(soft)

    # ----------------------------------------------------------------------
    # Odoo's buttons: a credit note enters the ledger as a refund of what is left; a
    # document that is reversed for another one hands its charges over to it. Whatever
    # else would part ledger and documents is refused.
    # ----------------------------------------------------------------------

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note of billed charges enters the ledger as refund."""
        self._check_not_replaced()
        if get_private(self.env, "subscription_replacing"):
            return super()._reverse_moves(default_values_list, cancel=cancel)
        self._check_reversible()
        reverses = super()._reverse_moves(default_values_list, cancel=cancel)
        for move, reverse in zip(self, reverses, strict=True):
            if move._get_charges():
                reverse._link_refunds(move)
        return reverses

    def _check_reversible(self):
        """What the contract gave back, a run would give back again."""
        for move in self:
            charges = move._get_charges().filtered(lambda charge: not charge.is_void)
            given_back = charges.filtered(
                lambda it: it.kind in ("credit", "refund") or it.amount < 0
            )
            if given_back:
                raise refusal(self.env)._(
                    "%(document)s gives back what contract %(contract)s does not "
                    "owe. Instead of reversing it, change the contract: the next "
                    "run bills the difference. Or reset it to draft and cancel it, "
                    "or reverse it and create it anew.",
                    document=move.display_name,
                    contract=given_back[0].contract_id.display_name,
                )
            if any(charges.mapped("amount")) and not any(
                charge._get_uncredited() for charge in charges
            ):
                raise refusal(self.env)._(
                    "%s has been given back already; nothing is left to credit.",
                    move.display_name,
                )

    def _link_refunds(self, origin):
        """Give each reversed line a refund row for what is left of its charge."""
        pairs = zip(origin.invoice_line_ids, self.invoice_line_ids, strict=True)
        vals_list = []
        for line, reverse in list(pairs):
            live = line.sudo().subscription_charge_ids.filtered(
                lambda charge: not charge.is_void
            )
            # What costs nothing beside it is given back with the document.
            for charge in live.filtered("amount") or live:
                rest = charge._get_uncredited()
                if not rest and charge.amount:
                    reverse.unlink()
                    continue
                if charge.currency_id.compare_amounts(rest, charge.amount):
                    reverse.write({"quantity": 1, "price_unit": rest, "discount": 0})
                vals_list.append({**charge._prepare_refund(reverse), "amount": -rest})
        self.env["subscription.charge"].sudo().create(vals_list)

    def _check_not_replaced(self):
        """A document that was replaced, and what reversed it, stay for good."""
        for move in self:
            origin = move.reversed_entry_id if not move._get_charges() else move
            for replaced in move | origin:
                replacement = replaced.subscription_replacement_id
                if replacement:
                    raise refusal(self.env)._(
                        "%(document)s was replaced by %(replacement)s. Cancel that "
                        "one instead.",
                        document=replaced.display_name,
                        replacement=replacement.display_name,
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_replacing(self):
        self._check_not_replaced()
        domain = [("subscription_replacement_id", "in", self.ids)]
        replaced = self.sudo().search(domain, limit=1)
        if replaced:
            raise refusal(self.env)._(
                "%(document)s takes the place of %(replaced)s. Cancel it instead "
                "of deleting it: its periods are then open again.",
                document=replaced.subscription_replacement_id.display_name,
                replaced=replaced.display_name,
            )

    def _hand_over_charges(self, replacement):
        """The replacement bills from now on what this document billed (X3)."""
        self.subscription_replacement_id = replacement
        replacement.write(
            {
                "subscription_run_id": self.subscription_run_id.id,
                "reversed_entry_id": self.reversed_entry_id.id,
            }
        )
        pairs = zip(self.invoice_line_ids, replacement.invoice_line_ids, strict=True)
        for line, new in pairs:
            new.write(
                {
                    "subscription_contract_id": line.subscription_contract_id.id,
                    "subscription_date_start": line.subscription_date_start,
                    "subscription_date_end": line.subscription_date_end,
                }
            )
            line.sudo().subscription_charge_ids.move_line_id = new
        charges = replacement._get_charges()
        message = said(self.env)._(
            "Invoice %(old)s was reversed; %(new)s takes its place",
            old=self.display_name,
            new=replacement.display_name,
        )
        for contract in charges.contract_id:
            self.env["subscription.event"]._log(
                "replaced", contract, message, move_id=replacement.id
            )

    def _queue_subscription_sending(self):
        """Have Odoo's sending job mail these invoices (not in this transaction)."""
        author = self.env.user.partner_id.id
        for move in self:
            move.sending_data = {
                "author_user_id": self.env.user.id,
                "author_partner_id": author,
            }
        self.env.ref("account.ir_cron_account_move_send")._trigger()

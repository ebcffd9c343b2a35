from odoo import api, fields, models
from odoo.fields import Command

from ..engine.allocation import FEE, INTEREST, PRINCIPAL, Claim, allocate
from ..engine.money import to_decimal
from ..models.sentences import refusal

RANKS = {"fee": FEE, "interest": INTEREST, False: PRINCIPAL}


class SubscriptionPaymentAllocation(models.TransientModel):
    """A payment without designation is set against fees, interest and principal in this
    order (§ 367 BGB), once the accountant confirms it. A payment that names an invoice
    settles that one by Odoo's own matching."""

    _name = "subscription.payment.allocation"
    _inherit = ["subscription.dialog.mixin"]
    _description = "Set a Payment against Claims"

    case_id = fields.Many2one("subscription.dunning.case", required=True)
    currency_id = fields.Many2one(related="case_id.currency_id", related_sudo=False)
    payment_line_id = fields.Many2one(
        "account.move.line",
        "Payment",
        required=True,
        domain="[('id', 'in', available_line_ids)]",
    )
    available_line_ids = fields.Many2many(
        "account.move.line", compute="_compute_available_line_ids"
    )
    line_ids = fields.One2many(
        "subscription.payment.allocation.line",
        "allocation_id",
        "Proposal",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.model
    def default_get(self, names):
        vals = super().default_get(names)
        case = self.env["subscription.dunning.case"].browse(vals.get("case_id"))
        if case and "payment_line_id" in names:
            vals["payment_line_id"] = self._find_payments(case)[:1].id
        return vals

    def _find_payments(self, case):
        return case._find_open_lines().filtered(
            lambda it: it.amount_residual_currency < 0
        )

    @api.depends("case_id")
    def _compute_available_line_ids(self):
        for allocation in self:
            payments = self._find_payments(allocation.case_id)
            allocation.available_line_ids = payments

    @api.depends("payment_line_id")
    def _compute_line_ids(self):
        for allocation in self:
            allocation.line_ids = [
                Command.clear(),
                *(
                    Command.create({**vals, "amount": float(part)})
                    for vals, part in allocation._propose()
                ),
            ]

    def _propose(self):
        """Parts of the payment in the order of the law; claims that are booked when
        they are paid are among them."""
        if not self.payment_line_id:
            return []
        claims, vals_of = [], {}
        for line in self.case_id._find_open_lines():
            if line.amount_residual_currency > 0:
                kind = line.move_id.subscription_claim_kind
                due = line.date_maturity or line.date
                amount = to_decimal(line.amount_residual_currency)
                claims.append(Claim(line, RANKS[kind], due, amount))
                vals_of[line] = {"move_line_id": line.id, "claim_kind": kind}
        for step in self.case_id._find_unbooked():
            for kind, amount in step._get_claims():
                key = (step, kind)
                due = step.date_deadline
                claims.append(Claim(key, RANKS[kind], due, to_decimal(amount)))
                vals_of[key] = {"step_id": step.id, "claim_kind": kind}
        amount = to_decimal(-self.payment_line_id.amount_residual_currency)
        return [(vals_of[key], part) for key, part in allocate(amount, claims)]

    def action_confirm(self):
        """Reconcile as proposed.

        :raise UserError: if the payment or an item was settled meanwhile
        """
        self.ensure_one()
        self.case_id.check_access("write")
        payment = self.payment_line_id
        if payment not in self._find_payments(self.case_id) or not self.line_ids:
            raise refusal(self.env)._(
                "There is nothing to set against each other any more."
            )
        day = self.case_id.company_id._get_collection_date()
        booked = self.line_ids.step_id.sudo()._book_claims(day)
        for line in self.line_ids:
            item = line.move_line_id or booked._get_claim_line(line)
            (payment + item).reconcile()
        return {"type": "ir.actions.act_window_close"}

import logging

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import float_is_zero

from ..failures import explain
from ..sentences import refusal, said
from .subscription_collection_attempt import BUSY_STATES, OPEN_STATES

_logger = logging.getLogger(__name__)
OPEN_INVOICES = [
    ("move_type", "=", "out_invoice"),
    ("state", "=", "posted"),
    ("payment_state", "in", ("not_paid", "partial")),
    ("amount_residual", ">", 0),
    ("invoice_line_ids.subscription_contract_id", "!=", False),
]
OPEN_CREDITS = [
    ("move_type", "=", "out_refund"),
    ("state", "=", "posted"),
    ("payment_state", "in", ("not_paid", "partial")),
    ("amount_residual", ">", 0),
]


class AccountMove(models.Model):
    """Invoices of contracts as something to collect."""

    _inherit = "account.move"

    subscription_attempt_ids = fields.One2many(
        "subscription.collection.attempt",
        "move_id",
        "Collection",
        readonly=True,
        groups="base.group_user",
    )
    subscription_debit_line_ids = fields.One2many(
        "subscription.debit.line", "move_id", readonly=True, groups="base.group_user"
    )
    subscription_attempt_count = fields.Integer(
        compute="_compute_subscription_attempt_count", groups="base.group_user"
    )

    def _compute_subscription_attempt_count(self):
        for move in self:
            move.subscription_attempt_count = len(move.sudo().subscription_attempt_ids)

    def action_view_subscription_attempts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_collection_attempt_action"
        )
        return {**action, "domain": [("move_id", "=", self.id)], "context": {}}

    # ----------------------------------------------------------------------
    # Odoo's buttons: money that is under way belongs to a posted invoice
    # ----------------------------------------------------------------------

    def write(self, vals):
        if vals.get("state") in ("draft", "cancel"):
            self._stop_collecting()
        return super().write(vals)

    def _stop_collecting(self):
        """An invoice that is taken back is not collected any more."""
        posted = self.sudo().filtered(lambda it: it.state == "posted")
        for move in posted.filtered("subscription_contract_ids"):
            if move._is_being_collected():
                raise refusal(self.env)._(
                    "%s is being collected at this moment. Wait for the answer, or "
                    "give it back by a credit note.",
                    move.display_name,
                )
            planned = move.subscription_attempt_ids.filtered(
                lambda it: it.state == "scheduled"
            )
            planned._skip(said(self.env)._("The invoice was taken back."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_collected(self):
        for move in self:
            tried = move.sudo().subscription_attempt_ids.filtered("amount")
            if tried or move.sudo().subscription_debit_line_ids:
                raise refusal(self.env)._(
                    "%s was collected, or somebody has tried to. It stays on file; "
                    "cancel it instead.",
                    move.display_name,
                )

    # ----------------------------------------------------------------------
    # What is open, and who collects it
    # ----------------------------------------------------------------------

    def _is_settled(self):
        """Nothing is left to collect, however it came about."""
        self.ensure_one()
        open_states = ("not_paid", "partial")
        is_open = self.state == "posted" and self.payment_state in open_states
        return not is_open or self.currency_id.is_zero(self.amount_residual)

    def _is_being_collected(self):
        """Money for it is under way: nobody else may ask for it (P1)."""
        self.ensure_one()
        invoice = self.sudo()
        return any(
            attempt.state in BUSY_STATES for attempt in invoice.subscription_attempt_ids
        ) or any(it._is_under_way() for it in invoice.transaction_ids)

    def _get_collection_state(self):
        """How it stands with an open invoice: "collecting", "failed", "returned", or ""
        where nothing collects it."""
        self.ensure_one()
        attempts = self.sudo().subscription_attempt_ids.sorted("id", reverse=True)
        attempts = attempts.filtered(lambda it: it.state != "skipped")
        # A retry whose day has not come says nothing new.
        waiting = attempts[:1].state == "scheduled" and len(attempts) > 1
        last = attempts[1:2] if waiting else attempts[:1]
        if last.state in OPEN_STATES:
            return "collecting"
        return last.state if last.state in ("failed", "returned") else ""

    def _get_collecting_contract(self):
        """The contract whose way of payment counts, of several the oldest one."""
        self.ensure_one()
        return self.sudo().subscription_contract_ids.sorted("id")[:1]

    def _get_methods(self, day):
        """How invoices are paid by who owes them, whoever has the contract now.

        :return: dict move -> (mandate, tokens in the order they are charged); no tokens
            where there is a mandate
        """
        found = self.env["subscription.contract"]._search_methods(
            self.commercial_partner_id
        )
        nothing = (
            self.env["subscription.sepa.mandate"].sudo(),
            self.env["payment.token"].sudo(),
        )
        contract_of = {move: move._get_collecting_contract() for move in self}
        ids = [contract.id for contract in contract_of.values()]
        # Contracts are read together, and not one by one.
        return {
            move: contract.with_prefetch(ids)._choose_method(
                found,
                move.commercial_partner_id,
                move.company_id,
                move.currency_id,
                day,
            )
            if contract
            else nothing
            for move, contract in contract_of.items()
        }

    def _get_tokens(self, day):
        """Payment methods of who owes it, the preferred one first."""
        self.ensure_one()
        return self._get_methods(day)[self][1]

    def _get_mandate(self, day):
        """The mandate of who owes it, by which it is debited."""
        self.ensure_one()
        return self._get_methods(day)[self][0]

    def _is_collected_by_us(self):
        """The customer need not do anything: a mandate or a token pays."""
        self.ensure_one()
        day = self.company_id._get_collection_date()
        return any(self._get_methods(day)[self])

    def _compute_display_qr_code(self):
        """Who scans the code of what we collect pays twice."""
        result = super()._compute_display_qr_code()
        for move in self.filtered("display_qr_code"):
            if move._is_collected_by_us():
                move.display_qr_code = False
        return result

    def _compute_display_link_qr_code(self):
        result = super()._compute_display_link_qr_code()
        for move in self.filtered("display_link_qr_code"):
            if move._is_collected_by_us():
                move.display_link_qr_code = False
        return result

    # ----------------------------------------------------------------------
    # Credits first: what a customer has open with us is not collected
    # ----------------------------------------------------------------------

    def _set_off(self):
        """Settle open credit notes with what their customers owe: with the document
        they reverse, then with the oldest one."""
        for credit in self:
            moves = credit._get_moves_to_set_off()
            for part in (moves & credit.reversed_entry_id, moves):
                lines = (credit | part).line_ids.filtered(
                    lambda line: line.account_id.account_type == "asset_receivable"
                    and not line.reconciled
                )
                for group in lines.grouped("account_id").values():
                    # Both sides of it, else there is nothing to set off.
                    if len({line.balance > 0 for line in group}) == 2:
                        group.reconcile()

    def _get_moves_to_set_off(self):
        self.ensure_one()
        moves = self.search(
            [
                *OPEN_INVOICES,
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("currency_id", "=", self.currency_id.id),
            ],
            order="invoice_date_due, id",
        )
        return moves.filtered(lambda move: not move._is_being_collected())

    # ----------------------------------------------------------------------
    # By token
    # ----------------------------------------------------------------------

    def _schedule_attempts(self, day):
        """Plan the first attempt for invoices that are charged by a token.

        :param date day: when it is made
        """
        vals_list = [
            move._prepare_attempt(tokens[:1], day)
            for move, (_mandate, tokens) in self._get_methods(day).items()
            if tokens
        ]
        return self.env["subscription.collection.attempt"].sudo().create(vals_list)

    def _prepare_attempt(self, token, day, **vals):
        self.ensure_one()
        return {
            "move_id": self.id,
            "token_id": token.id,
            "date": day,
            "date_first": day,
            "number": len(self.sudo().subscription_attempt_ids) + 1,
            **vals,
        }

    def _schedule_again(self, token):
        """Charge at once what is open, now that there is another payment method."""
        attempts = self.env["subscription.collection.attempt"].sudo()
        for move in self:
            day = move.company_id._get_collection_date()
            open_ = move.sudo().subscription_attempt_ids.filtered(
                lambda attempt: attempt.state in OPEN_STATES
            )
            planned = open_.filtered(lambda attempt: attempt.state == "scheduled")
            first = move._get_tokens(day)[:1]
            if planned and first:
                planned.write(
                    {
                        "token_id": first.id,
                        "mandate_id": False,
                        "date": day,
                        "date_first": day,
                        "step": 0,
                    }
                )
            elif not open_ and first == token and move.subscription_attempt_ids:
                attempts += attempts.create(move._prepare_attempt(token, day))
        if self:
            self.env.ref("subscription_billing.ir_cron_collect")._trigger()
        return attempts

    # ----------------------------------------------------------------------
    # By direct debit
    # ----------------------------------------------------------------------

    def _set_off_credits(self):
        """Open credits of whom these invoices are to."""
        for (company, currency), moves in self.grouped(
            lambda it: (it.company_id, it.currency_id)
        ).items():
            credits_ = self.search(
                [
                    *OPEN_CREDITS,
                    ("company_id", "=", company.id),
                    ("currency_id", "=", currency.id),
                    ("commercial_partner_id", "in", moves.commercial_partner_id.ids),
                ]
            )
            credits_._set_off()

    def _get_worth_collecting(self, day):
        """Without those of customers who owe less than the company's minimum."""
        result = self.browse()
        for (_partner, currency), moves in self.grouped(
            lambda it: (it.commercial_partner_id, it.currency_id)
        ).items():
            owed = sum(moves.mapped("amount_residual"))
            if moves.company_id._is_worth_collecting(owed, currency, day):
                result += moves
        return result & self

    def _may_be_debited(self, until):
        """Whether a file of debits may ask for it: nothing else does, and what was
        returned only on the day it is tried again.

        :param date until: last day of what the file asks for
        """
        self.ensure_one()
        attempts = self.sudo().subscription_attempt_ids
        planned = attempts.filtered(lambda it: it.state == "scheduled")
        tried = attempts.filtered(lambda it: it.state in ("failed", "returned"))
        if tried and not planned or any(it.date > until for it in planned):
            return False
        return not self._is_being_collected()

    # ----------------------------------------------------------------------
    # Money given back
    # ----------------------------------------------------------------------

    def _settle_refund(self, payment):
        """Reconcile a refund by its provider with the credit note it belongs to, which
        is made if there is none (P2)."""
        amount = payment.amount
        notes = self.search(
            [("reversed_entry_id", "in", self.ids), *OPEN_CREDITS], order="id"
        )
        fitting = notes.filtered(
            lambda it: not it.currency_id.compare_amounts(it.amount_residual, amount)
        )
        note = (fitting or notes)[:1] or self[:1]._credit_refund(amount)
        account = payment.destination_account_id
        lines = (payment.move_id.line_ids + note.line_ids).filtered(
            lambda line: line.account_id == account and not line.reconciled
        )
        lines.reconcile()

    def _credit_refund(self, amount):
        """A posted credit note of ``amount``, taxes included, or of what is left."""
        self.ensure_one()
        note = self._reverse_moves(
            [
                {
                    "ref": self.env._("Refund of %s", self.name),
                    "invoice_date": self.company_id._get_collection_date(),
                }
            ]
        )
        rate = amount / note.amount_total if note.amount_total else 0.0
        if rate < 1:
            note.invoice_line_ids = [
                Command.update(line.id, {"price_unit": line.price_unit * rate})
                for line in note.invoice_line_ids
                if not float_is_zero(line.price_unit, precision_digits=6)
            ]
            note._absorb_difference(amount)
        note.action_post()
        return note

    def _absorb_difference(self, amount):
        """Have the last line take the cents that rounding has cost."""
        self.ensure_one()
        difference = self.currency_id.round(amount - self.amount_total)
        line = self.invoice_line_ids.filtered("price_subtotal")[-1:]
        if difference and line:
            line.price_unit += difference / (line.quantity or 1)

    # ----------------------------------------------------------------------
    # What did not work is seen (O1)
    # ----------------------------------------------------------------------

    def _note_not_set_off(self, error):
        self._note_trouble(
            self.env._("Credit %s was not set off", self.display_name), error
        )

    def _note_not_scheduled(self, error):
        self._note_trouble(self.env._("%s is not collected", self.display_name), error)

    def _note_not_booked(self, error):
        self._note_trouble(
            self.env._("The debit of %s was not booked", self.display_name), error
        )

    def _note_trouble(self, what, error):
        text = f"{what}: {explain(self.env, error, what)}"
        contracts = self.subscription_contract_ids
        origin = self.reversed_entry_id.subscription_contract_ids
        for contract in (contracts or origin)[:1]:
            contract._schedule_money_activity(text)
        _logger.warning("%s", text)

from datetime import date
from decimal import Decimal

from odoo import api, fields, models

from ...formats.pain_008 import Amendment, Debit
from ...formats.sepa_text import clean_id
from ..sentences import refusal

LINE_STATES = [
    ("selected", "Proposed"),
    ("submitted", "Submitted"),
    ("collected", "Collected"),
    ("rejected", "Rejected"),
    ("returned", "Returned"),
    ("dropped", "Not Needed"),
]
OPEN_LINE_STATES = ("selected", "submitted")


class SubscriptionDebitLine(models.Model):
    """One invoice in a file of direct debits."""

    _name = "subscription.debit.line"
    _description = "Direct Debit"
    _order = "batch_id desc, id"
    _rec_name = "move_id"
    _check_company_auto = True

    batch_id = fields.Many2one(
        "subscription.debit.batch",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="batch_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        related="move_id.partner_id", string="Customer", store=True
    )
    mandate_id = fields.Many2one(
        "subscription.sepa.mandate",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    iban_masked = fields.Char(related="mandate_id.iban_masked")
    currency_id = fields.Many2one(related="move_id.currency_id")
    amount = fields.Monetary(readonly=True)
    date = fields.Date("Debited On", required=True, readonly=True)
    date_announced = fields.Date(
        "Announced", readonly=True, help="When the debtor was told of it."
    )
    scheme = fields.Char(readonly=True)
    sequence_type = fields.Char("Sequence", readonly=True)
    block_ref = fields.Char("Block", readonly=True, index="btree_not_null")
    end_to_end_id = fields.Char("End-to-end ID", readonly=True, index=True)
    state = fields.Selection(
        LINE_STATES, default="selected", required=True, readonly=True, index=True
    )
    facts = fields.Json(
        readonly=True,
        groups="account.group_account_invoice",
        help="What the file says of the mandate, as it was when it was confirmed.",
    )
    attempt_id = fields.Many2one(
        "subscription.collection.attempt", readonly=True, index="btree_not_null"
    )
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null"
    )
    reason_id = fields.Many2one("subscription.failure.reason", readonly=True)
    amount_fee = fields.Monetary("Fee", readonly=True)

    _one_open = models.UniqueIndex(
        "(move_id) WHERE state IN ('selected', 'submitted')",
        "This invoice is in another file of debits already.",
    )
    _end_to_end_unique = models.UniqueIndex(
        "(company_id, end_to_end_id) WHERE end_to_end_id IS NOT NULL",
        "This end-to-end id is taken already.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for line in self:
            if line.batch_id.state != "draft":
                raise refusal(self.env)._(
                    "The debit of %s was confirmed and stays on file.",
                    line.move_id.name,
                )

    def _announce(self, day):
        """Tell the debtors of amount and day; without an address there is somebody to
        do it."""
        for line in self:
            contract = line.move_id._get_collecting_contract()
            line.date_announced = day
            contract._send_notice("debit_announced", debit=line, day=line.date)

    # ----------------------------------------------------------------------
    # Confirming
    # ----------------------------------------------------------------------

    def _freeze(self, day):
        """Look again at what is owed, and keep it: what is paid meanwhile is dropped.

        :param date day: today for the company
        """
        for line in self:
            move = line.move_id
            if move._is_settled() or move._is_being_collected():
                line.state = "dropped"
                continue
            line._check_announced()
            mandate = line.mandate_id
            if not mandate._is_usable(line.date):
                raise refusal(self.env)._(
                    "Mandate %(mandate)s cannot be debited on %(day)s. Remove the "
                    "debit of %(invoice)s.",
                    mandate=mandate.name,
                    day=line.date,
                    invoice=move.name,
                )
            attempt = line._create_attempt(day)
            line.write(
                {
                    "amount": move.amount_residual,
                    "scheme": mandate.scheme,
                    "sequence_type": mandate._get_sequence(),
                    "end_to_end_id": line._get_end_to_end_id(attempt.number),
                    "attempt_id": attempt.id,
                    "facts": mandate._get_facts(),
                }
            )

    def _check_announced(self):
        """A debit is told of so many days before it (EPC016-06, 4.1)."""
        days = self.company_id.subscription_announcement_days
        announced = self.date_announced
        if announced and (self.date - announced).days >= days:
            return
        raise refusal(self.env)._(
            "The debit of %(invoice)s on %(day)s was announced too late, or not at "
            "all: its debtor has to be told %(days)s days before. Announce it, "
            "then move it to a later day.",
            invoice=self.move_id.name,
            day=self.date,
            days=days,
        )

    def _create_attempt(self, day):
        """The try of the invoice that the debit is; one that was planned becomes it."""
        move = self.move_id
        vals = {"amount": move.amount_residual, "mandate_id": self.mandate_id.id}
        planned = move.subscription_attempt_ids.filtered(
            lambda it: it.state == "scheduled"
        )
        if planned:
            planned.write({**vals, "state": "pending", "token_id": False})
            return planned
        attempts = self.env["subscription.collection.attempt"]
        return attempts.create(
            {
                **move._prepare_attempt(attempts.token_id, day),
                **vals,
                "state": "pending",
            }
        )

    def _get_end_to_end_id(self, number):
        """Our own key by which returns are recognised: invoice and attempt."""
        suffix = f"-{number}"
        name = clean_id(self.move_id.name.replace("/", ""), 35 - len(suffix))
        return f"{name}{suffix}"

    def _as_debit(self):
        self.ensure_one()
        facts = dict(self.facts)
        amendment = facts.pop("amendment")
        signed_on = date.fromisoformat(facts.pop("signed_on"))
        return Debit(
            end_to_end_id=self.end_to_end_id,
            amount=Decimal(f"{self.amount:.2f}"),
            text=f"{self.move_id.name} {self.company_id.name}",
            signed_on=signed_on,
            amendment=Amendment(**amendment) if amendment else None,
            **facts,
        )

    # ----------------------------------------------------------------------
    # What became of it
    # ----------------------------------------------------------------------

    def _book(self):
        """Post and reconcile the payments on their collection dates."""
        for line in self:
            batch = line.batch_id
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": line.move_id.commercial_partner_id.id,
                    "amount": line.amount,
                    "currency_id": line.currency_id.id,
                    "date": line.date,
                    "journal_id": batch.journal_id.id,
                    "payment_method_line_id": batch._get_method_line().id,
                    "memo": f"{line.move_id.name} {line.end_to_end_id}",
                    "invoice_ids": [(6, 0, line.move_id.ids)],
                    "destination_account_id": line._get_receivable_line().account_id.id,
                }
            )
            payment.action_post()
            line.write({"payment_id": payment.id, "state": "collected"})
            lines = payment._get_receivable_line() + line._get_receivable_line()
            lines.filtered(lambda it: not it.reconciled).reconcile()
            line.attempt_id._succeed()

    def _get_receivable_line(self):
        return self.move_id.line_ids.filtered(
            lambda it: it.display_type == "payment_term" and not it.reconciled
        )

    def _take_answer(self, answer, reason, day):
        """Do what a reject or a return means.

        :param answer: ``formats.bank_answers.Answer``
        :param reason: ``subscription.failure.reason``
        :param date day: today for the company
        """
        self.ensure_one()
        booked_on = answer.day or day
        if self.state == "submitted":
            self.write({"state": "rejected", "reason_id": reason.id})
            self.attempt_id._fail(answer.text or reason.name, day, reason)
        else:
            amount = Decimal(f"{self.amount:.2f}")
            fee = float(max(answer.amount - amount, 0)) if answer.amount else 0.0
            ref = self.env._(
                "Return %(id)s: %(code)s", id=self.end_to_end_id, code=reason.code
            )
            self.payment_id._book_return(booked_on, fee, ref)
            self.write({"state": "returned", "reason_id": reason.id, "amount_fee": fee})
            self.attempt_id._take_back(reason, day)
        self._follow_reason(reason)

    def _follow_reason(self, reason):
        message = self.env._(
            "Debit of %(invoice)s: %(reason)s",
            invoice=self.move_id.name,
            reason=reason.name,
        )
        if reason.mandate_action == "suspend":
            self.mandate_id._suspend(message)
        elif reason.mandate_action == "cancel":
            self.mandate_id._cancel(message)
        if reason.mandate_action != "keep" or reason.failure_class == "configuration":
            contract = self.move_id._get_collecting_contract()
            contract._schedule_money_activity(message)

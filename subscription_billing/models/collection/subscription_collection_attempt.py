import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_date, formatLang

from ...engine.retry import next_try
from ..failures import RETRYABLE, explain
from ..sentences import Sentence, refusal, said

_logger = logging.getLogger(__name__)
ATTEMPT_STATES = [
    ("scheduled", "Scheduled"),
    ("running", "Running"),
    ("pending", "Waiting for the Provider"),
    ("unknown", "Unknown"),
    ("done", "Paid"),
    ("failed", "Failed"),
    ("returned", "Returned"),
    ("skipped", "Not Needed"),
]
# Money may be under way.
BUSY_STATES = ("running", "pending", "unknown")
OPEN_STATES = ("scheduled", *BUSY_STATES)
# How long providers keep the key of a request, e.g. Stripe.
REPEAT_HOURS = 24


class SubscriptionCollectionAttempt(models.Model):
    """One try to get an invoice paid. It is committed before the provider is called,
    and a crash resumes the same transaction (P1)."""

    _name = "subscription.collection.attempt"
    _inherit = "subscription.process.lock"
    _description = "Attempt to Collect"
    _order = "id desc"
    _rec_name = "move_id"
    _check_company_auto = True

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="move_id.partner_id", string="Customer", store=True, index=True
    )
    currency_id = fields.Many2one(related="move_id.currency_id", store=True)
    amount = fields.Monetary(readonly=True, help="What was asked for.")
    number = fields.Integer(readonly=True, default=1)
    step = fields.Integer(readonly=True, help="Which day of the retry plan, from 0.")
    date_first = fields.Date("First Try", required=True, readonly=True)
    date = fields.Date("Due", required=True, readonly=True, index=True)
    state = fields.Selection(
        ATTEMPT_STATES, default="scheduled", required=True, readonly=True, index=True
    )
    token_id = fields.Many2one(
        "payment.token",
        "Payment Method",
        readonly=True,
        index="btree_not_null",
        groups="account.group_account_invoice",
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        readonly=True,
        index="btree_not_null",
        groups="account.group_account_invoice",
    )
    mandate_id = fields.Many2one(
        "subscription.sepa.mandate",
        readonly=True,
        index="btree_not_null",
        groups="account.group_account_invoice",
    )
    reason_id = fields.Many2one("subscription.failure.reason", readonly=True)
    failure_class = fields.Selection(related="reason_id.failure_class", store=True)
    message = Sentence(readonly=True, help="What was answered, or what it waits for.")
    date_next = fields.Date("Next Try", readonly=True)
    is_waiting = fields.Boolean(compute="_compute_is_waiting")
    is_to_look_after = fields.Boolean(
        "To Look After",
        compute="_compute_is_to_look_after",
        search="_search_is_to_look_after",
        help="Nothing happens by itself any more, and the invoice is open.",
    )

    _one_open = models.UniqueIndex(
        "(move_id) WHERE state IN ('scheduled', 'running', 'pending', 'unknown')",
        "Something is under way for this invoice already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # The database looks at the state of those before.
        self.flush_model(["state"])
        attempts = super().create(vals_list)
        for attempt in attempts.filtered(lambda it: it.number > 1):
            before = attempt.move_id.subscription_attempt_ids - attempts
            before.filtered(
                lambda it: it.state in ("failed", "returned") and not it.date_next
            ).date_next = attempt.date
        return attempts

    @api.depends("state", "number")
    def _compute_is_waiting(self):
        """A retry whose day has not come may be brought forward."""
        for attempt in self:
            attempt.is_waiting = attempt.state == "scheduled" and attempt.number > 1

    @api.depends("state", "date_next", "move_id.payment_state")
    def _compute_is_to_look_after(self):
        looked_at = self.filtered_domain(self._get_look_after_domain())
        for attempt in self:
            attempt.is_to_look_after = attempt in looked_at

    def _search_is_to_look_after(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = fields.Domain(self._get_look_after_domain())
        return domain if True in value else ~domain

    def _get_look_after_domain(self):
        """The last word about an invoice that is still open, or no word at all."""
        return [
            "|",
            ("state", "=", "unknown"),
            "&",
            "&",
            ("state", "in", ("failed", "returned")),
            ("date_next", "=", False),
            ("move_id.payment_state", "in", ("not_paid", "partial")),
        ]

    # ----------------------------------------------------------------------
    # One attempt, step by step; each step is committed (P1)
    # ----------------------------------------------------------------------

    def _run(self, day):
        """Make the attempt, or go on where a crash has left it. What another process
        works on is left alone.

        :param date day: today for the company
        """
        self.ensure_one()
        if not self._try_hold():
            return
        try:
            self._commit()  # sees what others have committed
            self.invalidate_recordset()
            self._take_steps(day)
        except RETRYABLE as error:
            self.env.cr.rollback()
            _logger.info("Attempt %s starts anew: %s", self.id, error)
        except Exception as error:
            self.env.cr.rollback()
            self._note_error(error, day)
            self._commit()
        finally:
            self._release()

    def _commit(self):
        self.env["ir.cron"]._commit_progress(0)

    def _take_steps(self, day):
        is_new = self.state == "scheduled"
        if is_new and not self._begin(day):
            self._commit()
            return
        self._commit()
        self._ask_provider(is_new)
        self._commit()
        self._take_answer()
        self._commit()

    def _begin(self, day):
        """Look again at what is owed, and write down what will be asked for.

        :return: False if there is nothing to ask for now
        """
        move = self.move_id.try_lock_for_update()
        if not move or move._is_being_collected():
            self.message = said(self.env)._("Another payment is under way.")
            return False
        if move._is_settled():
            self._skip(said(self.env)._("Paid meanwhile."))
            return False
        order = move._get_tokens(day)
        # As planned, if that is still possible.
        token = self.token_id & order or order[:1]
        if not token:
            self._fail(
                self.env._("There is no payment method to charge."),
                day,
                self.env.ref("subscription_billing.failure_reason_no_method"),
            )
            return False
        attempts = self | self._get_companions(token, day)
        self._create_transaction(attempts, token)
        return True

    def _get_companions(self, token, day):
        """What is too small to be collected alone and goes along."""
        move, company = self.move_id, self.company_id
        if not company.subscription_collect_minimum:
            return self.browse()
        others = self.search(
            [
                ("id", "!=", self.id),
                ("state", "=", "scheduled"),
                ("mandate_id", "=", False),
                ("date", "<=", day),
                ("company_id", "=", company.id),
                ("currency_id", "=", self.currency_id.id),
                (
                    "move_id.commercial_partner_id",
                    "=",
                    move.commercial_partner_id.id,
                ),
            ]
        )
        small = others.filtered(
            lambda it: not company._is_worth_collecting(
                it.move_id.amount_residual, it.currency_id, day
            )
            and not it.move_id._is_being_collected()
            and not it.move_id._is_settled()
        )
        return (
            small
            if small.move_id.try_lock_for_update() == small.move_id
            else others[:0]
        )

    def _create_transaction(self, attempts, token):
        moves = attempts.move_id
        for attempt in attempts:
            attempt.amount = attempt.move_id.amount_residual
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "operation": "offline",
                "amount": sum(attempts.mapped("amount")),
                "currency_id": self.currency_id.id,
                "partner_id": token.partner_id.id,
                "invoice_ids": [Command.set(moves.ids)],
            }
        )
        attempts.write(
            {
                "state": "running",
                "token_id": token.id,
                "transaction_id": transaction.id,
                "message": False,
            }
        )

    def _ask_provider(self, is_new):
        """Charge; what may have been charged before a crash only where that is safe."""
        transaction = self.transaction_id
        if not is_new and transaction.state in ("pending", "draft", "error"):
            transaction._look_up()
        lost = transaction.subscription_is_unanswered or transaction.state == "draft"
        if not (is_new or (lost and self._may_repeat())):
            if transaction.state == "draft":
                transaction.subscription_is_unanswered = True
            return
        if not is_new:
            transaction.write({"state": "draft", "subscription_is_unanswered": False})
        transaction._note_doubt(False)
        is_refused = False
        try:
            with self.env.cr.savepoint():
                try:
                    transaction._charge_with_token()
                except UserError:
                    is_refused = not transaction._is_in_doubt()
                    raise
        except RETRYABLE:
            raise
        except Exception as error:
            if is_refused:
                transaction._set_error(str(error))
            else:
                # Nobody knows how far the provider's module has come.
                _logger.exception("Transaction %s", transaction.reference)
                transaction.subscription_is_unanswered = True
                transaction.state_message = str(error)
        if transaction.state == "draft" and not transaction.subscription_is_unanswered:
            transaction._set_error(
                self.env._("The provider asks for an authentication by the customer.")
            )

    def _may_repeat(self):
        """Whether sending the same request again cannot charge twice."""
        transaction = self.transaction_id
        oldest = self.env.cr.now() - timedelta(hours=REPEAT_HOURS)
        return (
            transaction.provider_id.subscription_is_repeatable
            and transaction.create_date > oldest
        )

    def _take_answer(self):
        """Book what the provider has answered; attempts follow their transaction."""
        transaction = self.transaction_id
        try:
            with self.env.cr.savepoint():
                transaction._post_process()
        except RETRYABLE:
            raise
        except Exception as error:
            # The money is there: the next run tries to book it again.
            self.message = explain(self.env, error, f"Booking {transaction.reference}")
            self._ask_staff(self.message)

    def _note_error(self, error, day):
        """What failed before anything was asked for is tried again tomorrow."""
        self.message = explain(self.env, error, f"Attempt {self.id}")
        if self.state == "scheduled":
            self.date = day + timedelta(days=1)
        self._ask_staff(self.message)

    # ----------------------------------------------------------------------
    # What became of it
    # ----------------------------------------------------------------------

    def _follow(self):
        """Take over the state of the transactions, also late ones (P1)."""
        for attempt in self:
            transaction = attempt.transaction_id
            if attempt.state == "returned":
                continue
            if transaction.state == "done":
                attempt._succeed()
            elif attempt.state not in BUSY_STATES:
                continue
            elif transaction.subscription_is_unanswered:
                attempt._leave_unknown()
            elif transaction.state in ("pending", "authorized"):
                attempt.state = "pending"
            elif transaction.state in ("error", "cancel"):
                day = attempt.company_id._get_collection_date()
                attempt._fail(transaction.state_message, day)

    def _succeed(self):
        if self.state == "done":
            return
        self.write({"state": "done", "message": False, "date_next": False})
        self._drop_successor()
        message = said(self.env)._("Paid by %s", self._get_method_label())
        self._log("collected", message)

    def _drop_successor(self):
        """A payment that came late makes the next try needless."""
        planned = self.move_id.subscription_attempt_ids.filtered(
            lambda it: it.state == "scheduled"
        )
        if planned and self.move_id._is_settled():
            planned._skip(said(self.env)._("Paid meanwhile."))

    def _skip(self, message):
        self.write({"state": "skipped", "message": message})

    def _leave_unknown(self):
        if self.state == "unknown":
            return
        message = said(self.env)._(
            "No answer from the provider: look at its site whether %s was paid.",
            self.transaction_id.reference,
        )
        self.write({"state": "unknown", "message": message})
        self._ask_staff(message)

    def _fail(self, message, day, reason=None):
        """Note why, and plan the next try as the reason allows.

        :param str message: what the provider said
        :param date day: day of the answer
        :param reason: ``subscription.failure.reason``; default: found by the message
        """
        for attempt in self:
            found = reason or attempt.reason_id._find(message)
            attempt.write(
                {
                    "state": "failed",
                    "message": message or said(self.env).of(found, "name"),
                    "reason_id": found.id,
                }
            )
            if found.is_final:
                attempt.token_id._refuse(found.name)
            attempt.date_next = attempt._plan_next(day)
            attempt._on_failed()
            if not attempt.date_next:
                attempt._on_exhausted()

    def _plan_next(self, day):
        """Schedule the next try: at once by another payment method that was not tried
        in this step, else on the next day of the plan.

        :return: its day, or False if nothing more is to be tried
        """
        move, reason = self.move_id, self.reason_id
        if move._is_settled():
            return False
        if self.mandate_id:
            return self._plan_next_debit(day)
        vals = {"date_first": self.date_first, "step": self.step}
        tried = move.subscription_attempt_ids.filtered(
            lambda it: it.step == self.step and it.date_first == self.date_first
        )
        order = move._get_tokens(day)
        other = (order - tried.token_id)[:1]
        if other:
            self.create(move._prepare_attempt(other, day, **vals))
            return day
        days = self.company_id._get_days("subscription_retry_days")
        planned = next_try(self.date_first, days, self.step + 1, reason.try_limit)
        if not planned or not order:
            return False
        vals["step"] += 1
        planned = max(planned, day)
        self.create(move._prepare_attempt(order[:1], planned, **vals))
        return planned

    def _plan_next_debit(self, day):
        """Have the invoice proposed for a file of debits again."""
        reason = self.reason_id
        days = self.company_id._get_days("subscription_retry_days")
        planned = next_try(self.date_first, days, self.step + 1, reason.try_limit)
        mandate = self.mandate_id
        if (
            not planned
            or reason.mandate_action != "keep"
            or not mandate._is_usable(day)
        ):
            return False
        planned = max(planned, day)
        vals = {"date_first": self.date_first, "step": self.step + 1}
        vals["mandate_id"] = mandate.id
        self.create(self.move_id._prepare_attempt(self.token_id, planned, **vals))
        return planned

    def _on_failed(self):
        """A try has failed; the next one is planned for ``date_next``, if there is one.
        Others may do more about it."""
        self.ensure_one()
        self._log(
            "collection_failed",
            said(self.env)._(
                "Attempt %(number)s failed: %(message)s",
                number=self.number,
                message=said(self.env).of(self, "message"),
            ),
        )
        if self.failure_class == "configuration":
            self._ask_staff(self.message)
        else:
            contract = self.move_id._get_collecting_contract()
            contract._send_notice("payment_failed", attempt=self)

    def _on_exhausted(self):
        """Nothing more is tried by itself for an invoice. Others may take over."""
        self.ensure_one()
        self._log(
            "collection_exhausted",
            said(self.env)._("%s is not tried again by itself", self.move_id.name),
        )

    def _on_returned(self):
        """The bank or the provider took a payment back. Others may do more about it."""
        self.ensure_one()

    def _return_payment(self, day, fee=0.0, reason=None):
        """Book that a payment was taken back; it is not charged again by itself (P2).

        :param date day: booking date
        :param float fee: in the invoice's currency
        :param reason: ``subscription.failure.reason``
        """
        self.ensure_one()
        transaction = self.sudo().transaction_id
        transaction.payment_id._book_return(
            day, fee, self.env._("Charge-back of %s", transaction.reference)
        )
        transaction.subscription_is_disputed = True
        reason = reason or self.env.ref("subscription_billing.failure_reason_disputed")
        for attempt in transaction.subscription_attempt_ids:
            attempt._note_return(reason)

    def _take_back(self, reason, day):
        """A debit was returned by the bank; it is tried again as the reason allows.

        :param date day: today for the company
        """
        self._note_return(reason)
        self.date_next = self._plan_next_debit(day)
        contract = self.move_id._get_collecting_contract()
        contract._send_notice("debit_returned", attempt=self)
        if not self.date_next:
            self._on_exhausted()

    def _note_return(self, reason):
        self.write(
            {
                "state": "returned",
                "reason_id": reason.id,
                "message": said(self.env).of(reason, "name"),
            }
        )
        self._log(
            "payment_returned",
            said(self.env)._("Payment was taken back: %s", reason),
        )
        self._on_returned()

    # ----------------------------------------------------------------------
    # Words
    # ----------------------------------------------------------------------

    def _log(self, event_type, message):
        for attempt in self:
            move = attempt.move_id
            contracts = move.subscription_contract_ids
            self.env["subscription.event"]._log(
                event_type,
                contracts,
                message,
                move_id=move.id,
                value_new=formatLang(
                    self.env,
                    attempt.amount or move.amount_residual,
                    currency_obj=attempt.currency_id,
                ),
            )

    def _ask_staff(self, message):
        """One open activity per contract."""
        contract = self.move_id._get_collecting_contract()
        contract._schedule_money_activity(message)

    def _get_method_label(self):
        self.ensure_one()
        attempt = self.sudo()
        if attempt.mandate_id:
            return self.env._("SEPA direct debit %s", attempt.mandate_id.name)
        return attempt.token_id._get_label() if attempt.token_id else ""

    @api.depends("move_id", "number")
    def _compute_display_name(self):
        for attempt in self:
            name = attempt.move_id.sudo().display_name
            attempt.display_name = f"{name} ({attempt.number})"

    # ----------------------------------------------------------------------
    # Buttons
    # ----------------------------------------------------------------------

    def action_try_again(self):
        """Have the invoice charged once more by the next run."""
        self._check_collector()
        attempts = self.sudo()
        for attempt in attempts:
            move = attempt.move_id
            day = move.company_id._get_collection_date()
            open_ = move.subscription_attempt_ids.filtered(
                lambda it: it.state in OPEN_STATES
            )
            mandate = move._get_mandate(day)
            token = move._get_tokens(day)[:1]
            if move._is_settled() or open_ - open_.filtered("is_waiting"):
                raise refusal(self.env)._(
                    "%s is paid, or something is under way for it.", move.name
                )
            if not (token or mandate):
                raise refusal(self.env)._(
                    "%s: its customer has no payment method that can be charged.",
                    move.name,
                )
            vals = {"mandate_id": mandate.id, "date": day, "token_id": token.id}
            if open_:
                open_.write(vals)
            else:
                self.sudo().create(move._prepare_attempt(token, day, **vals))
        self.env.ref("subscription_billing.ir_cron_collect")._trigger()

    def action_was_paid(self):
        """Somebody has looked: the provider has charged it."""
        self._check_collector()
        for attempt in self.sudo()._get_unknown():
            attempt.transaction_id._set_done(extra_allowed_states=("cancel",))
            attempt.transaction_id._post_process()

    def action_was_not_paid(self):
        """Somebody has looked: the provider has not charged it."""
        self._check_collector()
        for attempt in self.sudo()._get_unknown():
            attempt.transaction_id.subscription_is_unanswered = False
            message = self.env._("Not charged, as %s has seen.", self.env.user.name)
            if attempt.transaction_id.state == "error":
                attempt.transaction_id.state_message = message
            else:
                attempt.transaction_id._set_error(message)
            attempt._follow()

    def _get_unknown(self):
        if any(attempt.state != "unknown" for attempt in self):
            raise refusal(self.env)._("The provider has answered this attempt.")
        return self

    def _check_collector(self):
        """Who may book payments may decide about attempts."""
        self.move_id.check_access("write")

    def action_view_transaction(self):
        self.ensure_one()
        return self.transaction_id.get_formview_action()

    def _get_next_text(self):
        """When it is tried again, for the customer."""
        self.ensure_one()
        return format_date(self.env, self.date_next) if self.date_next else ""

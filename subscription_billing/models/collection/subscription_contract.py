from odoo import api, fields, models

from ..private_context import get_private
from ..sentences import said
from .account_move import OPEN_INVOICES

COLLECTION_METHODS = [
    ("automatic", "Whatever the customer has given us"),
    ("debit", "SEPA direct debit"),
    ("token", "Saved card or account"),
    ("transfer", "Transfer by the customer"),
]
COLLECTION_STATES = [
    ("none", "Nothing Billed"),
    ("paid", "Paid"),
    ("open", "Open"),
    ("collecting", "Collecting"),
    ("failed", "Failed"),
    ("returned", "Returned"),
    ("missing", "No Payment Method"),
]
# E-mails that tell of payments.
PAYMENT_NOTICES = {
    "payment_failed",
    "payment_method_expiring",
    "payment_method_missing",
    "debit_announced",
    "debit_returned",
}
PAYMENT_TEXTS = (
    "invoice",
    "amount",
    "method",
    "next_try",
    "why",
    "link",
    "method_link",
    "mandate",
    "account",
    "creditor",
)
MONEY_ACTIVITY = "subscription_billing.mail_activity_type_money"


class SubscriptionContract(models.Model):
    """How a contract is paid, and how it stands with its money."""

    _inherit = "subscription.contract"

    collection_method = fields.Selection(
        COLLECTION_METHODS,
        "Paid By",
        default="automatic",
        required=True,
        tracking=True,
    )
    token_choice_ids = fields.One2many(
        "subscription.token.choice",
        "contract_id",
        "Charged By",
        copy=False,
        groups="account.group_account_invoice",
        help="In this order; empty = as it is set for the customer, else the newest "
        "payment method first.",
    )
    payment_method_label = fields.Char(
        "Payment Method",
        compute="_compute_payment_method_label",
        compute_sudo=True,
        groups="account.group_account_invoice",
    )
    is_payment_method_missing = fields.Boolean(
        "Payment Method Missing", readonly=True, copy=False
    )
    collection_state = fields.Selection(
        COLLECTION_STATES,
        "Money",
        compute="_compute_collection_state",
        compute_sudo=True,
    )

    @api.depends("token_choice_ids", "collection_method", "partner_id")
    def _compute_payment_method_label(self):
        for contract in self:
            mandate, token = contract._get_method()
            label = mandate.display_name if mandate else token and token._get_label()
            contract.payment_method_label = label

    @api.depends("is_payment_method_missing")
    def _compute_collection_state(self):
        moves_of = self._get_moves_by_contract()
        for contract in self:
            moves = moves_of.get(contract._origin.id, self.env["account.move"])
            contract.collection_state = contract._get_collection_state(moves)

    def action_view_attempts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_collection_attempt_action"
        )
        action["domain"] = [
            ("move_id.invoice_line_ids.subscription_contract_id", "=", self.id)
        ]
        return action

    def _get_moves_by_contract(self):
        """Posted invoices that are open, by id of their contract; paid ones as none.

        :return: dict id -> ``account.move``; contracts without invoices are not in it
        """
        lines = self.env["account.move.line"].sudo()
        groups = lines._read_group(
            [
                ("subscription_contract_id", "in", self.ids),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "=", "out_invoice"),
            ],
            ["subscription_contract_id"],
            ["move_id:recordset"],
        )
        return {
            contract.id: moves.filtered(lambda move: not move._is_settled())
            for contract, moves in groups
        }

    def _get_collection_state(self, moves):
        """In one word how a contract stands with its open invoices ``moves``."""
        self.ensure_one()
        if self.is_payment_method_missing:
            return "missing"
        states = {move._get_collection_state() for move in moves}
        for state in ("returned", "failed", "collecting"):
            if state in states:
                return state
        if moves:
            return "open"
        return "paid" if self.invoice_count else "none"

    # ----------------------------------------------------------------------
    # Payment methods
    # ----------------------------------------------------------------------

    def _get_open_moves(self, company=None):
        """Open invoices of these contracts, oldest first."""
        domain = [
            *OPEN_INVOICES,
            ("invoice_line_ids.subscription_contract_id", "in", self.ids),
        ]
        if company:
            domain.append(("company_id", "child_of", company.id))
        return self.env["account.move"].search(domain, order="invoice_date_due, id")

    @api.model
    def _search_methods(self, payers):
        """Mandates in force and saved tokens of customers, the newest first.

        :param payers: commercial partners
        :return: two dicts, commercial partner -> records
        """
        mandates = self.env["subscription.sepa.mandate"].sudo()
        mandates = mandates.search(
            [("commercial_partner_id", "in", payers.ids), ("state", "=", "active")],
            order="id desc",
        )
        tokens = self.env["payment.token"].sudo()
        tokens = tokens.search(
            [("partner_id", "child_of", payers.ids)], order="id desc"
        )
        return (
            mandates.grouped("commercial_partner_id"),
            tokens.grouped(lambda it: it.partner_id.commercial_partner_id),
        )

    def _choose_mandate(self, mandates, day):
        """The one it is debited by: its own, else one for all contracts; none if it is
        paid otherwise.

        :param mandates: those in force of who pays
        """
        self.ensure_one()
        if self.collection_method not in ("automatic", "debit"):
            return mandates.browse()
        usable = mandates.filtered(
            lambda it: it.company_id == self.company_id
            and it.contract_id in (it.contract_id.browse(), self)
            and it._is_usable(day)
        )
        return usable.sorted(lambda it: not it.contract_id)[:1]

    def _choose_tokens(self, tokens, company, currency, day):
        """Those it is charged by, the preferred one first: as chosen for the contract,
        else for the customer, else the newest.

        :param tokens: those of who pays and the family, the newest first
        """
        self.ensure_one()
        if self.collection_method not in ("automatic", "token"):
            return tokens.browse()
        lost = get_private(self.env, "subscription_lost_token_ids", ())
        payer = tokens.partner_id.commercial_partner_id
        choices = payer.sudo().subscription_token_choice_ids
        if payer == self.commercial_partner_id:
            choices = self.sudo().token_choice_ids or choices
        own_first = tokens.sorted(lambda it: it.partner_id != self.partner_id)
        for some in (choices.token_id, own_first):
            fit = some.filtered(
                lambda it: it.id not in lost
                and it._is_chargeable(company, currency, day)
            )
            if fit:
                return fit
        return tokens.browse()

    def _choose_method(self, methods, payer, company, currency, day):
        """How an invoice of the contract is paid.

        :param methods: as ``_search_methods`` gives them
        :param payer: commercial partner who owes it
        :return: (mandate, tokens in the order they are charged); no tokens where there
            is a mandate
        """
        none = (
            self.env["subscription.sepa.mandate"].sudo(),
            self.env["payment.token"].sudo(),
        )
        mandates, tokens = (
            of.get(payer, no) for of, no in zip(methods, none, strict=True)
        )
        mandate = self._choose_mandate(mandates, day)
        family = none[1] if mandate else tokens
        return mandate, self._choose_tokens(family, company, currency, day)

    def _get_method(self, day=None):
        """How the contract is paid today, or on ``day``.

        :return: (mandate, token), at most one of them
        """
        self.ensure_one()
        company, payer = self.company_id, self.commercial_partner_id
        mandate, tokens = self._choose_method(
            self._search_methods(payer),
            payer,
            company,
            self.currency_id,
            day or company._get_collection_date(),
        )
        return mandate, tokens[:1]

    def _get_mandate(self, day):
        """The mandate the contract is debited by; none if it is paid otherwise."""
        return self._get_method(day)[0]

    def _get_current_token(self, day=None):
        """The payment method it is charged by today, or on ``day``; none if a mandate
        pays."""
        return self._get_method(day)[1]

    def _get_charged_by(self, token, day=None):
        """Running contracts whose preferred payment method it is."""
        return self.filtered(
            lambda it: it.state != "ended" and it._get_current_token(day) == token
        )

    def _has_payment_method(self):
        return super()._has_payment_method() or any(self._get_method())

    def _lose_token(self, message):
        """Flag those that have no payment method any more, ask their customers for
        another one, and tell the staff; no invoice is charged until there is one."""
        lost = self.filtered(
            lambda it: not it.is_payment_method_missing and not it._has_payment_method()
        )
        lost._flag_payment_method(message)
        lost._ask_for_payment_method()

    def _flag_payment_method(self, message):
        self.sudo().is_payment_method_missing = True
        for contract in self:
            self.env["subscription.event"]._log(
                "payment_method_missing", contract, message
            )
            contract._schedule_money_activity(message)
        planned = self._get_open_moves().subscription_attempt_ids.filtered(
            lambda attempt: attempt.state == "scheduled"
        )
        planned._skip(message)

    def _ask_for_payment_method(self):
        for contract in self:
            day = contract.company_id._get_collection_date()
            contract._send_notice("payment_method_missing", date=day)

    def _expire_token(self, token, day):
        """What the company wants to happen when a payment method has expired and there
        is no other one."""
        lost = self.filtered(lambda it: not it._get_current_token(day))
        message = said(self.env)._("%s has expired.", token._get_label())
        lost._flag_payment_method(message)
        for company, contracts in lost.grouped("company_id").items():
            policy = company.subscription_expired_policy
            if policy != "notify":
                contracts._ask_for_payment_method()
            if policy in ("pause", "end"):
                contracts._change_for_money(policy, day, message)

    def _change_for_money(self, kind, day, reason):
        """Pause or end contracts nobody pays.

        :raise UserError: if a contract cannot be paused or ended now
        """
        end_reason = self.env.ref(
            "subscription_billing.subscription_end_reason_default"
        )
        for contract in self.filtered(lambda it: it.state in ("trial", "active")):
            changes = self.env["subscription.change"].sudo()
            change = changes.create(
                {
                    "contract_id": contract.id,
                    "kind": kind,
                    "timing": "now",
                    "reason_told": reason,
                    "end_reason_id": end_reason.id if kind == "end" else False,
                }
            )
            change._apply(day)

    def _regain_payment_method(self):
        """There is one again: nothing is missing any more."""
        regained = self.filtered("is_payment_method_missing")
        regained.sudo().is_payment_method_missing = False
        regained.activity_unlink([MONEY_ACTIVITY])
        message = said(self.env)._("Payment method saved")
        running = self.filtered(lambda it: it.state != "ended")
        self.env["subscription.event"]._log("payment_method_added", running, message)

    def _go_on_after_trial(self):
        """What waited for a payment method after its trial goes on (C3)."""
        for contract in self:
            if contract._is_waiting() and contract.is_trial_over_told:
                contract._convert_trial(contract._get_today())

    def _schedule_money_activity(self, message):
        """One open activity per contract, however often its payments fail."""
        for contract in self:
            if not contract.activity_search([MONEY_ACTIVITY]):
                contract.activity_schedule(
                    MONEY_ACTIVITY,
                    note=said(self.env).html(message),
                    user_id=contract._get_responsible().id,
                )

    # ----------------------------------------------------------------------
    # E-mails
    # ----------------------------------------------------------------------

    def _get_open_fields(self):
        return {
            **super()._get_open_fields(),
            "collection_method": "How money is collected from now on",
        }

    def _get_notice_facts(self, code, **facts):
        known = {**get_private(self.env, "subscription_notice", {}), **facts}
        result = super()._get_notice_facts(code, **facts)
        texts = dict.fromkeys(PAYMENT_TEXTS, "")
        if code in PAYMENT_NOTICES:
            texts.update(self._get_payment_texts(known))
        return {**result, **texts}

    def _get_payment_texts(self, facts):
        """Texts about a payment: of the attempt at hand, in a preview of the last."""
        contract = self.sudo()
        attempts = self.env["subscription.collection.attempt"].sudo()
        attempt = facts.get("attempt") or attempts.search(
            [("move_id.invoice_line_ids.subscription_contract_id", "=", contract.id)],
            limit=1,
        )
        attempt = attempt.with_env(contract.env)
        debit = facts.get("debit") or contract.env["subscription.debit.line"]
        mandate = debit.mandate_id or attempt.mandate_id
        token = facts.get("token") or attempt.token_id or contract._get_current_token()
        move = debit.move_id or attempt.move_id
        path = move.get_portal_url() if move else "/my/payment_method"
        return {
            "invoice": move.name or "",
            "amount": contract._format_notice_money(move.amount_residual),
            "method": token.sudo().with_env(contract.env)._get_label() if token else "",
            "next_try": attempt._get_next_text() if attempt else "",
            "why": attempt.reason_id.name or "",
            "link": contract.get_base_url() + path,
            "mandate": mandate.name or "",
            "account": mandate.iban_masked or "",
            "creditor": contract.company_id.subscription_creditor_identifier or "",
            "method_link": contract.get_base_url() + "/my/payment_method",
        }

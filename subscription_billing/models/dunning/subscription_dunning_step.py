import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import format_date, formatLang

from ...engine.interest import interest
from ...engine.money import to_decimal
from ..failures import RETRYABLE, explain
from ..sentences import Sentence, refusal, said
from .subscription_dunning_facts import Key

_logger = logging.getLogger(__name__)
STEP_STATES = [
    ("proposed", "Proposed"),
    ("approved", "Approved"),
    ("done", "Sent"),
    ("dropped", "Taken Back"),
    ("failed", "Failed"),
]
WAITING_STATES = ("proposed", "approved", "failed")


class SubscriptionDunningStep(models.Model):
    """One letter to a debtor and what goes with it: proposed, looked at again at the
    moment of sending, and kept with its amounts (P3). Booking, letter, e-mail and level
    are one transaction, so that a crash leaves all of it or nothing."""

    _name = "subscription.dunning.step"
    _inherit = "mail.thread"
    _description = "Dunning Step"
    _order = "date desc, id desc"
    _check_company_auto = True

    case_id = fields.Many2one(
        "subscription.dunning.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, index=True
    )
    currency_id = fields.Many2one(related="case_id.currency_id", store=True)
    level_id = fields.Many2one(
        "subscription.dunning.level",
        "Dunning Level",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    channel = fields.Selection(related="level_id.channel")
    state = fields.Selection(
        STEP_STATES, default="proposed", required=True, readonly=True, index=True
    )
    date = fields.Date("Proposed On", required=True, readonly=True)
    date_sent = fields.Date("Sent On", readonly=True)
    date_deadline = fields.Date("To Be Paid By", readonly=True)
    line_ids = fields.One2many("subscription.dunning.step.line", "step_id", "Items")
    amount = fields.Monetary("Overdue", readonly=True)
    amount_fee = fields.Monetary("Fee", readonly=True)
    amount_flat_fee = fields.Monetary("Flat Fees", readonly=True)
    amount_interest = fields.Monetary("Interest", readonly=True)
    amount_before = fields.Monetary(
        "Claims of Earlier Letters",
        readonly=True,
        help="Fees and interest that were charged and are no journal entries yet.",
    )
    amount_total = fields.Monetary("To Pay", readonly=True)
    reason = fields.Char("Why", compute="_compute_reason")
    message = Sentence(
        "Trouble", readonly=True, help="What did not work, or what was left out."
    )
    claim_move_ids = fields.One2many(
        "account.move", "subscription_dunning_step_id", "Claims", readonly=True
    )
    is_waived = fields.Boolean("Waived", readonly=True)
    letter_id = fields.Many2one("ir.attachment", "Letter", readonly=True, copy=False)

    _one_waiting = models.UniqueIndex(
        "(case_id) WHERE state IN ('proposed', 'approved', 'failed')",
        "Something is proposed for this debtor already.",
    )

    @api.depends("level_id", "partner_id")
    def _compute_display_name(self):
        for step in self:
            step.display_name = f"{step.level_id.name} – {step.partner_id.name}"

    @api.depends("date", "line_ids.date_due")
    def _compute_reason(self):
        for step in self:
            due = [line.date_due for line in step.line_ids] or [step.date]
            step.reason = self.env._(
                "Overdue items: %(count)s, the oldest by %(days)s days",
                count=len(step.line_ids),
                days=(step.date - min(due)).days,
            )

    # ----------------------------------------------------------------------
    # Proposing
    # ----------------------------------------------------------------------

    @api.model
    def _prepare(self, found, items, policy, day):
        """Values of a step, its lines included.

        :param found: ``Escalation`` of the engine
        :param items: all open items of the debtor
        """
        levels = policy._get_levels()
        reached = dict(found.reached)
        by_key = {item.key: item for item in items}
        return {
            "level_id": levels[found.level - 1].id,
            "date": day,
            "amount": float(found.amount),
            "line_ids": [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "move_line_id": line.id,
                            "name": line.move_id.name,
                            "level_id": levels[number - 1].id,
                            "days": levels[number - 1].days,
                            "date_due": by_key[line].due,
                            "amount": line.amount_residual_currency,
                        }
                    )
                    for line, number in reached.items()
                ),
            ],
        }

    def _is_same(self, found, policy):
        """Whether it proposes what the engine has found."""
        levels = policy._get_levels()
        old = {(it.move_line_id.id, it.days) for it in self.line_ids}
        new = {(line.id, levels[number - 1].days) for line, number in found.reached}
        same_amount = not self.currency_id.compare_amounts(
            self.amount, float(found.amount)
        )
        return old == new and same_amount

    # ----------------------------------------------------------------------
    # Sending
    # ----------------------------------------------------------------------

    def _send(self, day):
        """Look again at what is owed, then book, write and send, for many debtors.

        :param date day: today for the company
        """
        steps = self._look_again(day)
        steps.message = False
        for step in steps:
            step._reckon(day)
        steps._book(day)
        steps.write({"state": "done", "date_sent": day})
        steps.line_ids.date_sent = day
        # Before the letter, which is addressed to whoever is told.
        steps._write_letters(day)
        steps._queue_mails()
        for step in steps:
            step._act(day)
            step._log()

    def _look_again(self, day):
        """Those that are still right, brought up to date; a payment since the proposal
        takes the letter back."""
        cases = self.case_id.try_lock_for_update()
        steps = self.filtered(lambda it: it.case_id in cases)
        right = self.browse()
        for company, own in steps.grouped("company_id").items():
            service = self.env["subscription.dunning.facts"]
            facts = service._gather(company, day, own.partner_id)
            known = {}
            for step in own:
                key = step._get_key()
                lines = step.line_ids.move_line_id
                # What has become overdue since was not approved.
                known[key] = [
                    item
                    for item in facts.get(key, ())
                    if item.key in lines or item.amount < 0 or item.is_claim
                ]
            found = service._decide(company, day, known)
            for step in own:
                key = step._get_key()
                if key not in found or step.case_id.state != "open":
                    step._drop(said(self.env)._("Paid, credited or held meanwhile."))
                    continue
                if not step._is_same(found[key], key.policy):
                    step.write(step._prepare(found[key], known[key], key.policy, day))
                right += step
        return right

    def _get_key(self):
        case = self.case_id
        return Key(case.partner_id, case.currency_id, case.policy_id)

    def _drop(self, message):
        self.write({"state": "dropped", "message": message})

    def _reckon(self, day):
        """Fee, flat fees, interest and the deadline: as they would be if it were sent
        on ``day``."""
        level, debtor = self.level_id, self.partner_id
        principal = self.line_ids.filtered(
            lambda it: not it.move_id.subscription_claim_kind
        )
        self._reckon_flat_fees(principal, day)
        missing = self._reckon_interest(principal, day)
        fee = self._convert(level._get_fee(debtor), day) if principal else 0.0
        before = sum(
            amount
            for it in self.case_id._find_unbooked()
            for _kind, amount in it._get_claims()
        )
        flat = sum(self.line_ids.mapped("amount_flat_fee"))
        interest_ = sum(self.line_ids.mapped("amount_interest"))
        self.write(
            {
                "amount_fee": fee,
                "amount_flat_fee": flat,
                "amount_interest": interest_,
                "amount_before": before,
                "amount_total": self.amount + fee + flat + interest_ + before,
                "date_deadline": day + timedelta(days=level.payment_days),
            }
        )
        for half in missing:
            self._warn(
                said(self.env)._(
                    "No interest from %s on: enter the base rate of this half-year.",
                    half,
                )
            )

    def _get_claims(self):
        """What it charges: list of (kind, amount), without what is nothing."""
        self.ensure_one()
        claims = (
            ("fee", self.amount_fee + self.amount_flat_fee),
            ("interest", self.amount_interest),
        )
        return [it for it in claims if not self.currency_id.is_zero(it[1])]

    def _convert(self, amount, day):
        """An amount of the company in the currency of the case."""
        company = self.company_id
        return company.currency_id._convert(amount, self.currency_id, company, day)

    def _reckon_flat_fees(self, lines, day):
        """Once per claim, never from consumers (§ 288 V BGB)."""
        if self.partner_id.is_company and any(lines.level_id.mapped("flat_fee")):
            charged = self.line_ids.sudo().search(
                [
                    ("move_line_id.move_id", "in", lines.move_id.ids),
                    ("amount_flat_fee", ">", 0),
                    ("date_sent", "!=", False),
                ]
            )
            seen = charged.move_id
            for line in lines.filtered("level_id.flat_fee"):
                if line.move_id not in seen:
                    line.amount_flat_fee = self._convert(line.level_id.flat_fee, day)
                    seen |= line.move_id

    def _reckon_interest(self, lines, day):
        """Interest up to today that no letter has asked for yet.

        :return: half-years without a base rate
        """
        if not self.level_id.charges_interest:
            return ()
        policy, debtor = self.case_id.policy_id, self.partner_id
        points = policy.points_business if debtor.is_company else policy.points_consumer
        rates = self.env["subscription.base.rate"]._get_rates()
        missing = set()
        for line in lines:
            start = line._get_interest_start()
            if not start or start > day:
                continue
            balances = line._get_balances(start)
            found = interest(balances, day, rates, to_decimal(points))
            missing.update(found.missing)
            owed = self.currency_id.round(float(found.amount))
            line.amount_interest = max(owed - line._get_interest_before(), 0.0)
        return sorted(missing)

    def _warn(self, text):
        """Something was left out: it is seen on the step, and somebody is asked."""
        before = said(self.env).of(self, "message")
        self.message = said(self.env).lines([before, text]) if before else text
        self.case_id._ask_staff(text)

    # ----------------------------------------------------------------------
    # Booking: no tax on any line, no invoice
    # ----------------------------------------------------------------------

    def _book(self, day):
        """Claims become journal entries, where the policy books them when charged."""
        due = self.filtered(
            lambda it: it.case_id.policy_id._is_booked_at_once(it.partner_id)
        )
        return due._book_claims(day)

    def _book_claims(self, day):
        """:return: the posted entries, one per step and kind"""
        vals_list = [
            step._prepare_claim(kind, amount, day)
            for step in self
            if not step.claim_move_ids and not step.is_waived
            for kind, amount in step._get_claims()
        ]
        moves = self.env["account.move"].create(vals_list)
        moves.action_post()
        return moves

    def _prepare_claim(self, kind, amount, day):
        company, partner = self.company_id, self.partner_id
        income = company._get_claim_account(kind)
        receivable = partner.with_company(company).property_account_receivable_id
        label = (
            self.env._("Dunning fee: %s", self.level_id.name)
            if kind == "fee"
            else self.env._("Interest: %s", self.level_id.name)
        )
        amounts = ((receivable, amount), (income, -amount))
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": company._get_claim_journal().id,
            "date": day,
            "partner_id": partner.id,
            "currency_id": self.currency_id.id,
            "ref": label,
            "subscription_dunning_step_id": self.id,
            "subscription_claim_kind": kind,
            "line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": account.id,
                        "partner_id": partner.id,
                        "currency_id": self.currency_id.id,
                        "amount_currency": value,
                        "date_maturity": (self.date_deadline or day)
                        if account == receivable
                        else False,
                        "tax_ids": [Command.clear()],
                        "no_followup": False,
                    }
                )
                for account, value in amounts
            ],
        }

    def action_waive(self):
        """Give up fees and interest of the letter: what was booked is reversed."""
        self.case_id.check_access("write")
        for step in self.sudo():
            if step.state != "done" or step.is_waived:
                raise refusal(self.env)._(
                    "%s: there is nothing to waive.", step.display_name
                )
            step.claim_move_ids._waive()
            step.is_waived = True

    # ----------------------------------------------------------------------
    # Letter and e-mail
    # ----------------------------------------------------------------------

    def _write_letters(self, day):
        letters = self.filtered(
            lambda it: it.level_id._sends_letter() or it._lacks_address()
        )
        service = self.env["subscription.dunning.letter"]
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": step._get_file_name(),
                    "raw": service._make(step, day),
                    "mimetype": "application/pdf",
                    "res_model": step.case_id._name,
                    "res_id": step.case_id.id,
                }
                for step in letters
            ]
        )
        for step, attachment in zip(letters, attachments, strict=True):
            step.letter_id = attachment

    def _lacks_address(self):
        return self.level_id._sends_mail() and not self._get_recipient().email

    def _get_recipient(self):
        """Whom invoices are sent to."""
        self.ensure_one()
        partner = self.partner_id
        return partner.browse(partner.address_get(["invoice"])["invoice"])

    def _get_file_name(self):
        self.ensure_one()
        name = self.with_context(lang=self.partner_id.lang).level_id.name
        return f"{name} {self.partner_id.name} {self.date_sent or self.date}.pdf"

    def _queue_mails(self):
        """Odoo's queue sends them, after what was booked is committed."""
        default = self.env.ref("subscription_billing.mail_template_dunning")
        mailed = self.filtered(lambda it: it.level_id._sends_mail())
        for step in mailed.filtered(lambda it: it._lacks_address()):
            step._warn(
                said(self.env)._(
                    "%s has no e-mail address: print and send the letter.",
                    step.partner_id.display_name,
                )
            )
        mailed = mailed.filtered(lambda it: not it._lacks_address())
        for template, steps in mailed.grouped(
            lambda it: it.level_id.template_id or default
        ).items():
            mails = template.sudo().send_mail_batch(
                steps.ids, email_values={"auto_delete": False}
            )
            for mail in mails:
                mail.attachment_ids += self.browse(mail.res_id).letter_id

    def _get_mail_subject(self):
        """Subject of the e-mail; its template calls it."""
        self.ensure_one()
        return (
            f"{self.company_id.name}: {self._get_text('subject') or self.level_id.name}"
        )

    def _get_mail_body(self):
        """Text and table of the e-mail; its template calls it."""
        self.ensure_one()
        letters = self.env["subscription.dunning.letter"]
        day = self.date_sent or self.date
        return self.env["ir.qweb"]._render(
            "subscription_billing.dunning_mail",
            {
                "step": self,
                "rows": [letters._get_row(line, day) for line in self.line_ids],
                "totals": letters._get_totals(self),
            },
            minimal_qcontext=True,
        )

    def _get_facts(self):
        """What texts of a level may name, in the language of the environment."""
        self.ensure_one()
        return {
            "name": self.partner_id.name,
            "company": self.company_id.name,
            "amount": formatLang(
                self.env, self.amount_total, currency_obj=self.currency_id
            ),
            "deadline": format_date(self.env, self.date_deadline),
            "date": format_date(self.env, self.date_sent or self.date),
            "level": self.level_id.name,
        }

    def _get_text(self, name):
        """A text of the level for this debtor; templates call it."""
        self.ensure_one()
        return self.level_id._get_text(name, self._get_facts())

    # ----------------------------------------------------------------------
    # What else a level does
    # ----------------------------------------------------------------------

    def _act(self, day):
        level, moves = self.level_id, self.line_ids.move_id
        contracts = moves.subscription_contract_ids
        if level.pauses_contracts:
            self._change_contracts(contracts, "pause", day)
        if level.ends_contracts:
            self._change_contracts(contracts, "end", day)
        if level.retries:
            moves._collect_for_dunning(day)
        if level.asks_user:
            self.case_id._ask_staff(level.note or level.name)
        if level.hands_over:
            self.case_id._hand_over(day)

    def _change_contracts(self, contracts, kind, day):
        """Pause or end; one that cannot be is told of, and the letter goes out."""
        running = contracts.filtered(lambda it: it.state in ("trial", "active"))
        for contract in running:
            reason = said(self.env)._("Dunning: %s", self.level_id)
            try:
                with self.env.cr.savepoint():
                    contract._change_for_money(kind, day, reason)
            except RETRYABLE:
                raise
            except Exception as error:
                self._warn(explain(self.env, error, f"{kind} {contract.name}"))
                continue
            if kind == "pause":
                self.case_id.paused_contract_ids += contract

    def _log(self):
        contracts = self.line_ids.move_id.subscription_contract_ids
        self.env["subscription.event"]._log(
            "dunned",
            contracts,
            said(self.env).of(self.level_id, "name"),
            value_new=formatLang(
                self.env, self.amount_total, currency_obj=self.currency_id
            ),
        )

    def _note_failed(self, error):
        message = explain(self.env, error, f"Dunning step {self.id}")
        self.write({"state": "failed", "message": message})
        self.case_id._ask_staff(message)

    # ----------------------------------------------------------------------
    # Buttons
    # ----------------------------------------------------------------------

    def action_approve(self):
        """Send it with the next run, which begins at once."""
        self.case_id.check_access("write")
        steps = self.sudo().filtered(lambda it: it.state in ("proposed", "failed"))
        steps.write({"state": "approved", "message": False})
        self.env.ref("subscription_billing.ir_cron_dun")._trigger()

    def action_send_now(self):
        """Send it while one waits; what fails is told."""
        self.case_id.check_access("write")
        for step in self.sudo().filtered(lambda it: it.state in WAITING_STATES):
            step._send(step.company_id._get_collection_date())

    def action_print(self):
        """Letters as one file to print."""
        letters = self.sudo().letter_id
        self.check_access("read")
        if not letters:
            raise refusal(self.env)._("There is no letter among them.")
        content = self.env["subscription.dunning.letter"]._join(letters)
        attachment = self.env["ir.attachment"].create(
            {
                "name": self.env._("Letters.pdf"),
                "raw": content,
                "mimetype": "application/pdf",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
        }

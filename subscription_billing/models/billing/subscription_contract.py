from collections import Counter
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, RedirectWarning
from odoo.fields import Command, Domain
from odoo.tools.misc import formatLang

from ...engine.charge import ChargeKind
from ...engine.money import exact_sum
from ..failures import explain, isolate
from ..sentences import Sentences, refusal, said

BILLABLE_STATES = ("trial", "active", "paused", "ended")
RETRY_DAYS = (1, 2, 4, 7)
# Contracts and invoices a question or an answer names at most.
LISTED = 10
# More contracts than this are billed by the scheduled action, not while one waits.
MAX_CONTRACTS_AT_ONCE = 200


class SubscriptionContract(models.Model):
    """Where a contract stands in billing: when it is looked at next, whether it is
    held or parked, and the way to have it tried again (X5)."""

    _inherit = "subscription.contract"

    date_next_billing = fields.Date(
        "Next Billing",
        readonly=True,
        copy=False,
        index=True,
        help="Derived from the charges; the ledger decides, not this date.",
    )
    is_on_hold = fields.Boolean("Billing on Hold", copy=False, tracking=True)
    billing_error = Sentences(readonly=True, copy=False)
    billing_failures = fields.Integer(readonly=True, copy=False)
    date_retry = fields.Date("Next Retry", readonly=True, copy=False)

    applied_fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        compute="_compute_applied_fiscal_position_id",
        compute_sudo=True,
        help="The one of the contract, else the one Odoo finds for the customer.",
    )
    invoice_count = fields.Integer(compute="_compute_counts")
    charge_count = fields.Integer(compute="_compute_counts")

    @api.depends(
        "fiscal_position_id",
        "company_id.vat",
        "partner_id.country_id",
        "partner_id.property_account_position_id",
        "partner_id.state_id",
        "partner_id.vat",
        "partner_id.zip",
    )
    def _compute_applied_fiscal_position_id(self):
        for contract in self:
            positions = self.env["account.fiscal.position"].with_company(
                contract.company_id
            )
            contract.applied_fiscal_position_id = (
                contract.fiscal_position_id
                or positions._get_fiscal_position(contract.partner_id)
            )

    def _compute_counts(self):
        groups = self.env["subscription.charge"]._read_group(
            [("contract_id", "in", self.ids), ("is_void", "=", False)],
            ["contract_id"],
            ["__count", "move_id:count_distinct"],
        )
        counts = {contract: numbers for contract, *numbers in groups}
        for contract in self:
            contract.charge_count, contract.invoice_count = counts.get(
                contract._origin, (0, 0)
            )

    def action_activate_or_ask(self):
        """Activate; where more than the first period would be billed at once, say how
        much and ask first. Then nothing is activated yet.

        :raise RedirectWarning: with the amounts, and the way to go on
        """
        self.action_activate()
        backlog = self._get_backlog()
        if backlog:
            lines = [it._describe_backlog(*facts) for it, facts in backlog.items()]
            if len(lines) > LISTED:
                more = self.env._("… and %s more contracts.", len(lines) - LISTED)
                lines = [*lines[:LISTED], more]
            raise RedirectWarning(
                self.env._(
                    "%(contracts)s\n\nIf that was billed elsewhere, enter until when "
                    "in “Billed Until”; if it is not owed, let the contract start "
                    "later.",
                    contracts="\n".join(lines),
                ),
                self.env.ref("subscription_billing.subscription_contract_activate").id,
                self.env._("Activate and Bill"),
                {"active_model": self._name, "active_ids": self.ids},
            )
        return True

    def _get_backlog(self):
        """What active contracts owe today, where it is more than their first period.

        :return: dict contract -> (number of periods, net amount)
        """
        backlog = {}
        for today, contracts in self.grouped(lambda it: it._get_today()).items():
            late = contracts.filtered(lambda it, today=today: it.date_start < today)
            plans = self.env["subscription.planning"]._plan(late, today)
            for contract, plan in plans.items():
                periods = Counter(
                    due.item_key
                    for due in plan.charges
                    if due.kind == ChargeKind.CHARGE
                )
                count = max(periods.values(), default=0)
                if count > 1:
                    amounts = [due.amount for due in plan.charges + plan.credits]
                    backlog[contract] = count, float(exact_sum(amounts))
        return backlog

    def _describe_backlog(self, count, amount):
        return self.env._(
            "Contract %(contract)s of %(customer)s: %(count)s periods are billed at "
            "once, %(amount)s before taxes.",
            contract=self.name,
            customer=self.partner_id.display_name,
            count=count,
            amount=formatLang(self.env, amount, currency_obj=self.currency_id),
        )

    def action_view_invoices(self):
        """Documents of the contract, also those that were replaced and what reversed
        them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        billed = ("invoice_line_ids.subscription_contract_id", "in", self.ids)
        action["domain"] = Domain.OR(
            [
                Domain("id", "in", self.charge_ids.move_id.ids),
                Domain(*billed),
                Domain("reversed_entry_id", "any", [billed]),
            ]
        )
        action["context"] = {"create": False}
        return action

    def action_view_charges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_charge_action"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        return action

    def action_retry_billing(self):
        """Bill parked contracts at once, and say what became of it; many are left to
        the scheduled action, which is called."""
        self.check_access("write")
        parked = self.filtered("billing_error")
        parked.sudo().date_retry = False
        message = said(self.env)._("Retry requested")
        self.env["subscription.event"]._log("released", parked, message)
        if len(parked) > MAX_CONTRACTS_AT_ONCE:
            self.env.ref("subscription_billing.ir_cron_bill")._trigger()
            return self._tell(self.env._("They are billed in the background."))
        runs = parked._bill_at_once()
        return self._tell_billed(runs)

    def _bill_at_once(self):
        """Take the steps of today and bill what is due by today, each contract by its
        calendar; what fails is parked with its reason.

        :return: the ``subscription.billing.run`` made, none where nothing was due
        """
        self._lock_or_refuse()
        runs = self.env["subscription.billing.run"].sudo()
        contracts = self.sudo()
        for contract in contracts:
            day = contract._get_today()
            isolate(
                self.env,
                contract.filtered_domain(contract._get_step_domain(day)),
                lambda it, day=day: it._reach(day),
                lambda it, error, day=day: it._park_for(error, day),
            )
        for (company, day), part in contracts.grouped(
            lambda it: (it.company_id, it._get_today())
        ).items():
            due = part.filtered_domain(part._get_due_domain(day))
            if due:
                vals = {"company_id": company.id, "date": day}
                run = runs.create({**vals, "contract_ids": [Command.set(due.ids)]})
                run._process([("id", "in", due.ids)])
                runs += run
        return runs

    def _tell_billed(self, runs):
        """What came of billing at once, as a message for who pressed the button."""
        parked = self.filtered("billing_error")
        parts = [
            self.env._(
                "%(document)s: %(total)s",
                document=move.display_name,
                total=formatLang(
                    self.env, move.amount_total, currency_obj=move.currency_id
                ),
            )
            for move in runs.move_ids[:LISTED]
        ]
        parts += [f"{it.display_name}: {it.billing_error}" for it in parked[:LISTED]]
        message = "\n".join(parts) or self.env._("Nothing is due today.")
        return self._tell(message, "danger" if parked else "success")

    def _tell(self, message, kind="success"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "sticky": kind == "danger",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_toggle_hold(self):
        """Take the contract out of billing, or back into it."""
        self.check_access("write")
        for contract in self:
            contract.sudo().is_on_hold = not contract.is_on_hold
            message = (
                said(self.env)._("Billing put on hold")
                if contract.is_on_hold
                else said(self.env)._("Billing released")
            )
            self.env["subscription.event"]._log("hold", contract, message)

    def _lock_or_refuse(self):
        """A run skips what another one holds; whoever pressed a button is told."""
        try:
            self.lock_for_update()
        except LockError as error:
            raise refusal(self.env)._(
                "Some of these contracts are being billed at this moment. Try "
                "again in a minute."
            ) from error

    def _get_due_domain(self, day):
        """Contracts a run of ``day`` has to look at."""
        return [("date_next_billing", "<=", day), *self._get_open_domain(day)]

    def _get_open_domain(self, day):
        """Contracts that may be billed on ``day`` at all."""
        return [
            ("state", "in", BILLABLE_STATES),
            ("is_on_hold", "=", False),
            *self._get_retry_domain(day),
        ]

    def _get_retry_domain(self, day):
        """Contracts that are not parked, or are to be tried again by ``day``."""
        return ["|", ("date_retry", "=", False), ("date_retry", "<=", day)]

    def _refresh_next_billing(self):
        """Derive the next billing date from timeline and ledger."""
        for contract, day in self._get_next_billing().items():
            contract._write_next_billing(day)

    def _get_next_billing(self):
        """The day each contract is to be looked at by a run, False for never.

        :raise EngineError: for data no timeline can be made of
        """
        billable = self.filtered(lambda contract: contract.state in BILLABLE_STATES)
        days_of = dict.fromkeys(self, False)
        planning = self.env["subscription.planning"]
        for contract, due in planning._plan_due(billable, date.min).items():
            days = [credit.due for credit in due.credits]
            if due.next_due:
                days.append(due.next_due)
            if not days and not contract.is_annulled:
                days.append(contract._get_late_usage_day())
            days_of[contract] = min(days, default=False)
        return days_of

    def _write_next_billing(self, day):
        if self.date_next_billing != day:
            self.sudo().date_next_billing = day

    def _park(self, message, day, run):
        """Leave the contract out until ``date_retry``, visibly.

        :param str message: what is wrong and what to do
        :param date day: billing date of the run that failed
        :param run: ``subscription.billing.run`` or empty
        """
        for contract in self:
            failures = contract.billing_failures + 1
            wait = RETRY_DAYS[min(failures, len(RETRY_DAYS)) - 1]
            contract.sudo().write(
                {
                    "billing_error": message,
                    "billing_failures": failures,
                    "date_retry": day + timedelta(days=wait),
                }
            )
            contract._schedule_billing_activity(message)
        self.env["subscription.event"]._log(
            "parked", self, message, run_id=run.id, date_effective=day
        )

    def _park_for(self, error, day, run=None):
        """Park for an error, in the words of the reader; see ``_park``."""
        message = explain(self.env, error, f"Work on {self.mapped('name')}")
        self._park(message, day, run or self.env["subscription.billing.run"])

    def _schedule_billing_activity(self, message):
        """One open activity per contract, however often its billing fails."""
        self.ensure_one()
        xmlid = "subscription_billing.mail_activity_type_billing_error"
        if not self.activity_search([xmlid]):
            self.activity_schedule(
                xmlid,
                summary=said(self.env)._("Billing failed"),
                note=said(self.env).html(message),
                user_id=self._get_responsible().id,
            )

    def _get_responsible(self):
        """Who is told what is to be done: somebody who works for the company."""
        self.ensure_one()
        company = self.company_id.sudo()
        group = "subscription_billing.subscription_billing_group_manager"
        managers = self.env.ref(group).sudo().all_user_ids
        users = (
            self.user_id,
            company.subscription_responsible_id,
            *managers.sorted("id"),
        )
        fit = (
            user
            for user in users
            if user.active and not user.share and company in user.sudo().company_ids
        )
        return next(fit, self.env.user)

    def _unpark_idle(self, day):
        """What failed has worked now; contracts that are due are judged by the bill."""
        self.filtered(
            lambda it: not it.date_next_billing or it.date_next_billing > day
        )._unpark()

    def _unpark(self):
        """Billed after all: clear the error and its activity."""
        parked = self.filtered("billing_error")
        if parked:
            parked.sudo().write(
                {"billing_error": False, "billing_failures": 0, "date_retry": False}
            )
            parked.activity_unlink(
                ["subscription_billing.mail_activity_type_billing_error"]
            )

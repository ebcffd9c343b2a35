from odoo import models
from odoo.exceptions import UserError

from ..failures import RETRYABLE, isolate
from ..private_context import remembering
from ..sentences import refusal, said

# Charges of one contract in one run beyond which it is held for a look.
MAX_CHARGES = 1000
# Mails, tracking and followers cost more than the invoice and say nothing that the
# process log does not.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
}


class _TryOnly(Exception):
    """Raised to undo an attempt that was made to see whether it works."""


class SubscriptionInvoicing(models.AbstractModel):
    """From due charges to invoices: plan, check, group, write, post; isolate what
    fails (X3, X5). No mail, PDF, HTTP request or commit happens in here (X6)."""

    _name = "subscription.invoicing"
    _description = "Subscription Invoicing"

    def _bill(self, contracts, day, run):
        """Bill all that is due up to ``day``; park contracts that cannot be billed.

        :param contracts: ``subscription.contract`` records, locked by the caller
        :param date day: billing date, also the invoice date
        :param run: ``subscription.billing.run``
        :return: ``account.move`` records created
        """
        moves = self.env["account.move"]
        for company, group in contracts.grouped("company_id").items():
            service = self.with_company(company).with_context(**QUIET)
            moves += service._bill_isolated(service._get_groups(group), day, run)
        return moves

    def _get_groups(self, contracts):
        """One recordset per invoice: each contract, or all of a customer that agree
        on address, currency, fiscal position and payment terms."""
        builder = self.env["subscription.invoice.builder"]
        contracts = contracts.with_env(self.env)
        if self.env.company.subscription_billing_group == "contract":
            return list(contracts)
        return list(contracts.grouped(builder._get_group_key).values())

    def _bill_isolated(self, groups, day, run):
        """Bill the groups together; where that fails, without the culprits."""
        results = isolate(
            self.env,
            groups,
            lambda part: self._bill_groups(part, day, run),
            lambda part, error: self._bill_without_culprits(part[0], day, run, error),
        )
        return self.env["account.move"].union(*results)

    def _bill_without_culprits(self, contracts, day, run, error):
        """Park what fails alone; bill the rest of a customer's contracts together."""
        nothing = self.env["account.move"]
        if len(contracts) == 1:
            contracts._park_for(error, day, run)
            return nothing
        errors = {
            contract: reason
            for contract in contracts
            if (reason := self._try_alone(contract, day, run))
        }
        if not errors:
            contracts._park_for(error, day, run)
            return nothing
        for contract, reason in errors.items():
            contract._park_for(reason, day, run)
        good = contracts.browse().union(*(it for it in contracts if it not in errors))
        return self._bill_isolated([good] if good else [], day, run)

    def _try_alone(self, contract, day, run):
        """The error of billing ``contract`` alone, or None; leaves no trace."""
        try:
            with self.env.cr.savepoint():
                self._bill_groups([contract], day, run)
                raise _TryOnly
        except _TryOnly:
            return None
        except RETRYABLE:
            raise
        except Exception as error:
            return error

    def _bill_groups(self, groups, day, run):
        """Plan, check and write one batch.

        :param groups: list of ``subscription.contract`` recordsets, one invoice each
        :return: ``account.move`` records created
        """
        self = remembering(self)
        builder = self.env["subscription.invoice.builder"]
        contracts = self.env["subscription.contract"].union(*groups)
        planning = self.env["subscription.planning"]
        plans = planning._plan(contracts, day, interim=run.is_interim)
        for contract in contracts:
            self._check_plan(contract, plans[contract], day)
        invoices, free = [], []
        for group in groups:
            charges = builder._prepare_charges(group, plans, run)
            documents, nothing = builder._split(group, charges, day)
            invoices += [
                builder._prepare_invoice(group, part, day, run) for part in documents
            ]
            free += nothing
        moves = self.env["account.move"].sudo().create(invoices)
        # Nothing to pay needs no invoice, but the ledger must know the period.
        unpaid = self.env["subscription.charge"].sudo().create(free)
        (moves.line_ids.subscription_charge_ids + unpaid)._claim_usage()
        self._post_invoices(moves)
        self._finish(contracts, plans, moves, day, run)
        return moves

    def _check_plan(self, contract, plan, day):
        """Raise what would be billed wrongly in silence.

        A mistyped start, such as the year 202 for 2020, is held instead of billed (X6).
        """
        count = len(plan.charges) + len(plan.credits)
        if count > MAX_CHARGES:
            raise refusal(self.env)._(
                "%(count)s charges would be billed at once, more than %(limit)s. "
                "Check the start %(start)s of contract %(contract)s.",
                count=count,
                limit=MAX_CHARGES,
                start=contract.date_start,
                contract=contract.display_name,
            )
        if count:
            check = self.env["subscription.billing.check"]
            if problems := check._get_problems(contract, plan, day):
                raise UserError(said(self.env).lines(problems))

    def _post_invoices(self, moves):
        """Post, and queue for sending, as the company wants it."""
        policy = self.env.company.subscription_invoice_policy
        if policy == "draft" or not moves:
            return
        moves._post(soft=False)
        if policy == "send":
            moves._queue_subscription_sending()

    def _finish(self, contracts, plans, moves, day, run):
        """Advance the contracts and log, in the transaction that billed them."""
        contracts._unpark()
        move_of = {
            contract: move
            for move in moves
            for contract in move.invoice_line_ids.subscription_contract_id
        }
        log = self.env["subscription.event"]
        events = []
        for contract in contracts:
            plan = plans[contract]
            contract._write_next_billing(plan.next_due or False)
            count = len(plan.charges) + len(plan.credits)
            if count:
                message = said(self.env)._("%s charges billed", count)
                move = move_of.get(contract, moves.browse())
                events.append(
                    log._prepare_event(
                        "billed",
                        contract,
                        message,
                        run_id=run.id,
                        move_id=move.id,
                        date_effective=day,
                    )
                )
        log.sudo().create(events)

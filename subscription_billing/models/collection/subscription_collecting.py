from datetime import timedelta

from odoo import api, models

from .account_move import OPEN_CREDITS, OPEN_INVOICES
from .subscription_collection_attempt import BUSY_STATES

# How long after its last day an expired payment method is looked at.
LOOK_BACK = timedelta(days=60)


class SubscriptionCollecting(models.AbstractModel):
    """From open invoices to money: what customers have open with us first, then their
    payment methods (P1, X6)."""

    _name = "subscription.collecting"
    _description = "Collecting"

    @api.model
    def _cron_collect(self):
        """Collect in each company what is due today by its clock."""
        for company in self.env["res.company"].search([]):
            self._collect(company, company._get_collection_date())

    def _collect(self, company, day):
        """Collect what is due, committing step by step; what another process works on
        is left alone (X5).

        :param company: one ``res.company``
        :param date day: today for the company
        """
        collecting = self.sudo().with_company(company)
        collecting._resume(company, day)
        collecting.env["subscription.debit.batch"]._book_due(company, day)
        collecting._set_off(company, day)
        collecting._watch_expiry(company, day)
        collecting._schedule(company, day)
        collecting._charge(company, day)

    def _resume(self, company, day):
        """Attempts a crash has left, and those the provider has not answered."""
        attempts = self.env["subscription.collection.attempt"]
        domain = [("company_id", "=", company.id), ("state", "in", BUSY_STATES)]
        left = attempts.search([*domain, ("token_id", "!=", False)], order="id")
        for group in left.grouped("transaction_id").values():
            group[0]._run(day)

    def _set_off(self, company, day):
        """What a customer has open with us is not collected."""
        moves = self.env["account.move"]
        own = ("company_id", "=", company.id)
        owing = moves._read_group([*OPEN_INVOICES, own], ["commercial_partner_id"])
        partners = [partner.id for (partner,) in owing]
        self.env["subscription.billing.run"]._work_once(
            moves,
            [*OPEN_CREDITS, own, ("commercial_partner_id", "in", partners)],
            lambda part: part._set_off(),
            lambda part, error: part._note_not_set_off(error),
        )

    def _watch_expiry(self, company, day):
        """Tell of payment methods that expire; see to those that have expired."""
        tokens = self.env["payment.token"].search(
            [
                ("company_id", "parent_of", company.id),
                ("subscription_expiry_date", ">", day - LOOK_BACK),
                ("subscription_is_refused", "=", False),
            ]
        )
        self.env["subscription.billing.run"]._work_once(
            tokens,
            [("id", "in", tokens.ids)],
            lambda part: part._watch_expiry(company, day),
            lambda part, error: part._note_not_watched(error),
        )

    def _schedule(self, company, day):
        """Plan the first attempt for invoices whose customers have saved a token."""
        name = {"invoice": "invoice_date", "due": "invoice_date_due"}
        tokens = self.env["payment.token"].search(
            [("company_id", "parent_of", company.id)]
        )
        domain = [
            *OPEN_INVOICES,
            ("company_id", "=", company.id),
            (
                "commercial_partner_id",
                "in",
                tokens.partner_id.commercial_partner_id.ids,
            ),
            ("subscription_attempt_ids", "=", False),
            (name[company.subscription_collect_on], "<=", day),
        ]
        self.env["subscription.billing.run"]._work_once(
            self.env["account.move"],
            domain,
            lambda part: part._schedule_attempts(day),
            lambda part, error: part._note_not_scheduled(error),
        )

    def _charge(self, company, day):
        """Make the attempts that are due, each by itself."""
        attempts = self.env["subscription.collection.attempt"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "scheduled"),
                ("mandate_id", "=", False),
                ("date", "<=", day),
            ],
            order="date, id",
        )
        for attempt in self._get_worthwhile(attempts, company, day):
            attempt._run(day)
            if not self.env["ir.cron"]._commit_progress(1):
                # Time is up; the next call goes on.
                self.env.ref("subscription_billing.ir_cron_collect")._trigger()
                return

    def _get_worthwhile(self, attempts, company, day):
        """Without those of customers who owe less than the company's minimum."""
        if not company.subscription_collect_minimum:
            return attempts
        worth = attempts.move_id._get_worth_collecting(day)
        small = attempts.filtered(lambda it: it.move_id not in worth)
        small.message = self.env._(
            "Too little to collect; it goes along with the next invoice."
        )
        # The largest one first: what is too small goes along with it.
        return (attempts - small).sorted(
            lambda it: (-it.move_id.amount_residual, it.id)
        )

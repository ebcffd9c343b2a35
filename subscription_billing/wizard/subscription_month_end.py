from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools.misc import format_date

from ..engine.charge import ChargeKind
from ..models.dates import Day
from ..models.failures import explain, isolate

# Contracts planned at a time.
BATCH_SIZE = 200


class SubscriptionMonthEnd(models.TransientModel):
    """What an accountant looks at before a month is closed, on one page.

    Amounts are net and in the company's currency. Each line opens its records; those
    that compare the ledger with what stands beside it say the difference.
    """

    _name = "subscription.month.end"
    _inherit = ["subscription.dialog.mixin"]
    _description = "Month-end List"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date = Day(
        "Month End", required=True, default=lambda self: self._get_default_date()
    )
    line_ids = fields.One2many("subscription.month.end.line", "month_end_id")

    @api.depends("date")
    def _compute_display_name(self):
        for month_end in self:
            month_end.display_name = self.env._(
                "Month End %s", format_date(self.env, month_end.date)
            )

    def _get_default_date(self):
        today = self.env.company._get_collection_date()
        return today + relativedelta(day=1, days=-1)

    @api.model_create_multi
    def create(self, vals_list):
        month_ends = super().create(vals_list)
        month_ends.action_refresh()
        return month_ends

    def action_refresh(self):
        """Make the list anew."""
        for month_end in self:
            month_end.company_id.check_access("read")
            month_end = month_end.with_company(month_end.company_id)
            lines = [Command.create(vals) for vals in month_end.sudo()._prepare_lines()]
            month_end.line_ids = [Command.clear(), *lines]
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self[:1].id,
            "views": [(False, "form")],
        }

    @property
    def _first(self):
        return self.date + relativedelta(day=1)

    def _prepare_lines(self):
        """Values of the lines, in their order."""
        yield from self._prepare_unbilled()
        yield from self._prepare_parked()
        yield from self._prepare_documents()
        yield from self._prepare_deferrals()
        yield from self._prepare_receivables()

    def _prepare(self, name, records, amount=0.0, difference=0.0, is_due=None):
        """A line about records; what is due is marked."""
        return {
            "name": name,
            "number": len(records),
            "amount": amount,
            "difference": difference,
            "is_due": bool(records) if is_due is None else is_due,
            "res_model": records._name,
            "res_ids": records.ids,
        }

    # ----------------------------------------------------------------------
    # Billing
    # ----------------------------------------------------------------------

    def _prepare_unbilled(self):
        """Periods that are due but not charged, and usage up to the month's end."""
        contracts = self.env["subscription.contract"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("trial", "active", "paused", "ended")),
                ("date_next_billing", "!=", False),
            ]
        )
        due, usage, failed = {}, {}, contracts.browse()
        for start in range(0, len(contracts), BATCH_SIZE):
            plans, errors = self._plan(contracts[start : start + BATCH_SIZE])
            failed += errors
            for contract, plan in plans.items():
                self._add_amounts(contract, plan, due, usage)
        for name, amounts in (
            (self.env._("Due and not billed"), due),
            (self.env._("Usage not billed yet (accrued)"), usage),
        ):
            found = contracts.filtered(amounts.get)
            is_due = bool(found) and amounts is due
            yield self._prepare(name, found, sum(amounts.values()), is_due=is_due)
        if failed:
            yield self._prepare(self.env._("Cannot be planned"), failed)

    def _plan(self, contracts):
        """Plans with the usage of open periods, and contracts that have none."""
        failed = contracts.browse()

        def report(contract, error):
            nonlocal failed
            explain(self.env, error, contract.name)
            failed += contract
            return {}

        planning = self.env["subscription.planning"]
        # Usage is told up to the day before.
        until = self.date + timedelta(days=1)
        results = isolate(
            self.env, contracts, lambda part: planning._plan(part, until, True), report
        )
        return {key: plan for each in results for key, plan in each.items()}, failed

    def _add_amounts(self, contract, plan, due, usage):
        for charge in plan.credits + plan.charges:
            is_open = charge.kind == ChargeKind.INTERIM
            if not is_open and charge.due > self.date:
                continue
            amount = contract.currency_id._convert(
                float(charge.amount),
                self.company_id.currency_id,
                self.company_id,
                self.date,
            )
            amounts = usage if is_open else due
            amounts[contract] = amounts.get(contract, 0.0) + amount

    def _prepare_parked(self):
        parked = self.env["subscription.contract"].search(
            [("company_id", "=", self.company_id.id), ("billing_error", "!=", False)]
        )
        yield self._prepare(self.env._("Contracts that cannot be billed"), parked)

    def _prepare_documents(self):
        """Drafts of the month, and numbers that are missing in it."""
        moves = self.env["account.move"]
        month = Domain("company_id", "=", self.company_id.id)
        month &= Domain("date", "<=", self.date) & Domain("date", ">=", self._first)
        drafts = moves.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", "<=", self.date)
            & Domain("state", "=", "draft")
        )
        amount = sum(drafts.mapped("amount_untaxed_signed"))
        yield self._prepare(self.env._("Entries that are drafts"), drafts, amount)
        gaps = moves.search(month & Domain("made_sequence_gap", "=", True))
        yield self._prepare(self.env._("Missing numbers before"), gaps)

    # ----------------------------------------------------------------------
    # Books
    # ----------------------------------------------------------------------

    def _prepare_deferrals(self):
        rows = self.env["subscription.deferral"].search(
            [("company_id", "=", self.company_id.id), ("date", "<=", self.date)]
        )
        due = rows.filtered(lambda it: it.state == "planned")
        yield self._prepare(
            self.env._("Deferrals to post"), due, sum(due.mapped("amount"))
        )
        posted = rows - due
        if posted:
            account = self.company_id._get_deferral_account()
            reported = sum(posted.mapped("amount"))
            balance = -self._get_balance([("account_id", "=", account.id)])
            yield self._prepare(
                self.env._("Deferred revenue in the ledger"),
                posted,
                balance,
                self.company_id.currency_id.round(balance - reported),
                is_due=False,
            )

    def _prepare_receivables(self):
        """The ledger, and the items that were open on that day: what was paid later
        was open then."""
        domain = [("account_id.account_type", "=", "asset_receivable")]
        is_open = Domain("reconciled", "=", False)
        for matched in ("matched_debit_ids", "matched_credit_ids"):
            is_open |= Domain(f"{matched}.max_date", ">", self.date)
        lines = self.env["account.move.line"].search(
            Domain([*self._get_ledger_domain(), *domain]) & is_open
        )
        yield self._prepare(
            self.env._("Receivables in the ledger"),
            lines,
            self._get_balance(domain),
            is_due=False,
        )

    def _get_ledger_domain(self):
        return [
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("date", "<=", self.date),
        ]

    def _get_balance(self, domain):
        ((balance,),) = self.env["account.move.line"]._read_group(
            [*self._get_ledger_domain(), *domain], [], ["balance:sum"]
        )
        return balance or 0.0

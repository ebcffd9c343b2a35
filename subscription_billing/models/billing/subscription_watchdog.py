import logging
from collections import Counter

from odoo import api, models

from ..dates import as_last
from ..failures import explain, isolate
from ..sentences import said
from .subscription_contract import BILLABLE_STATES

_logger = logging.getLogger(__name__)

# Guards in the database without which billing refuses to start (X1).
GUARDS = ("subscription_charge_no_overlap", "subscription_charge_credit_signed")
# Contracts whose ledger is in memory at the same time.
SLICE = 500


class SubscriptionWatchdog(models.AbstractModel):
    """Looks for what must never happen (X7). Used by tests, the demo and billing."""

    _name = "subscription.watchdog"
    _description = "Subscription Watchdog"

    def _get_missing_guards(self):
        """Names of guards the database lacks; Odoo installs without an error when a
        constraint could not be created."""
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE conname = ANY(%s) AND conrelid = 'subscription_charge'::regclass",
            (list(GUARDS),),
        )
        present = {name for (name,) in self.env.cr.fetchall()}
        return [name for name in GUARDS if name not in present]

    @api.model
    def _cron_watch(self):
        """Look at all contracts, each by the calendar of its time zone up to yesterday;
        who is responsible for one is asked to mend what is found."""
        contracts = self.env["subscription.contract"]
        runs = self.env["subscription.billing.run"]
        for (tz,) in contracts._read_group([], ["tz"]):
            day = as_last(runs._get_billing_date(tz))
            for part in self._slice([("tz", "=", tz)]):
                for contract, finding in self._check_contracts(part, day):
                    contract._schedule_billing_activity(finding)
                    _logger.error("Billing: %s", finding)
                self.env["ir.cron"]._commit_progress(len(part))
        for finding in self._check_books(self.env["res.company"].search([])):
            _logger.error("Billing: %s", finding)

    def _get_findings(self, companies, day=None):
        """Everything that is wrong, as sentences; empty if all is well.

        :param companies: ``res.company`` records to look at
        :param date day: all that was due by then must be in the ledger, inclusive;
            default: the day of the last run for all contracts of each company
        """
        return [
            *self._check_books(companies),
            *(
                finding
                for company in companies
                for finding in self._check_company(company, day)
            ),
        ]

    def _check_books(self, companies):
        """What is wrong with guards, ledger and documents, whatever is due."""
        return [
            *(
                said(self.env)._("The database lacks the guard %s.", name)
                for name in self._get_missing_guards()
            ),
            *self._check_lines_without_charge(companies),
            *self._check_charges_without_line(companies),
            *self._check_billed_once(companies),
            *self._check_amounts(companies),
        ]

    def _get_totals(self, companies):
        """Sums per currency of what was charged, invoiced and posted.

        :return: dict ``res.currency`` -> dict of amounts, credit notes negative:
            ``charged`` (ledger), ``billed`` (invoice lines as priced: gross where the
            tax is included in the price), ``untaxed`` (invoice lines, net; as posted
            where the tax is included, since Odoo spreads its rounding over the lines)
            and ``posted`` (revenue postings)
        """
        lines = [
            ("company_id", "in", companies.ids),
            ("subscription_charge_ids", "!=", False),
            ("parent_state", "!=", "cancel"),
        ]
        gross = [*lines, ("tax_ids.price_include", "=", True)]
        untaxed = self._sum_signed(lines, "price_subtotal")
        untaxed.subtract(self._sum_signed(gross, "price_subtotal"))
        untaxed.subtract(self._sum("account.move.line", gross, "amount_currency"))
        tax = self._sum_signed(gross, "price_total")
        tax.update(self._sum("account.move.line", gross, "amount_currency"))
        posted = self._sum("account.move.line", lines, "amount_currency")
        charged = self._sum(
            "subscription.charge",
            [("company_id", "in", companies.ids), ("is_void", "=", False)],
            "amount",
        )
        return {
            currency: {
                "charged": charged[currency],
                "billed": untaxed[currency] + tax[currency],
                "untaxed": untaxed[currency],
                "posted": -posted[currency],
            }
            for currency in {*charged, *untaxed, *posted}
        }

    def _sum_signed(self, domain, field):
        """Sum over invoice lines per currency, credit notes negative."""
        invoiced = [*domain, ("move_type", "=", "out_invoice")]
        refunded = [*domain, ("move_type", "=", "out_refund")]
        total = self._sum("account.move.line", invoiced, field)
        total.subtract(self._sum("account.move.line", refunded, field))
        return total

    def _sum(self, model, domain, field):
        groups = self.env[model].sudo()
        return Counter(
            dict(groups._read_group(domain, ["currency_id"], [f"{field}:sum"]))
        )

    def _check_lines_without_charge(self, companies):
        count = self.env["account.move.line"].search_count(
            [
                ("company_id", "in", companies.ids),
                ("subscription_contract_id", "!=", False),
                ("subscription_charge_ids", "=", False),
                ("move_id.subscription_replacement_id", "=", False),
                ("parent_state", "!=", "cancel"),
            ]
        )
        if count:
            yield said(self.env)._(
                "%s invoice lines of contracts have no charge.", count
            )

    def _check_charges_without_line(self, companies):
        count = self.env["subscription.charge"].search_count(
            [
                ("company_id", "in", companies.ids),
                ("is_void", "=", False),
                ("amount", "!=", 0.0),
                ("move_line_id", "=", False),
            ]
        )
        if count:
            yield said(self.env)._("%s charges are on no invoice line.", count)

    def _check_billed_once(self, companies):
        """Only a range that was billed again can overlap: the database sees to the
        rest."""
        again = self.env["subscription.charge"].search(
            [
                ("company_id", "in", companies.ids),
                ("is_void", "=", False),
                ("kind", "=", "fee"),
                ("revision", ">", 0),
            ]
        )
        for line in again.line_id:
            double = line.charge_ids._get_double()
            if double:
                yield said(self.env)._(
                    "%(charge)s is billed twice (%(invoice)s).",
                    charge=double.display_name,
                    invoice=double.move_id.display_name,
                )

    def _check_amounts(self, companies):
        for currency, totals in self._get_totals(companies).items():
            differ = currency.compare_amounts
            if differ(totals["charged"], totals["billed"]) or differ(
                totals["untaxed"], totals["posted"]
            ):
                yield said(self.env)._(
                    "%(currency)s: %(charged)s were charged, %(billed)s billed; "
                    "%(untaxed)s are due before taxes, %(posted)s were posted.",
                    currency=currency.name,
                    **totals,
                )

    # ----------------------------------------------------------------------
    # What is missing
    #
    # Timeline and ledger of each contract are compared, whatever its dates say.
    # ----------------------------------------------------------------------

    def _check_company(self, company, day):
        last = (
            self.env["subscription.billing.run"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("trigger", "in", ("schedule", "command")),
                ],
                order="date desc",
                limit=1,
            )
        )
        for part in self._slice([("company_id", "=", company.id)]):
            for _contract, finding in self._check_contracts(part, day or last.date):
                yield finding

    def _slice(self, domain):
        """The billable contracts, so many at a time; the cache is emptied between."""
        contracts = (
            self.env["subscription.contract"].sudo().with_context(active_test=False)
        )
        domain = [*domain, ("state", "in", BILLABLE_STATES)]
        last_id = 0
        while part := contracts.search(
            [*domain, ("id", ">", last_id)], order="id", limit=SLICE
        ):
            last_id = part[-1:].id
            yield part
            if len(part) == SLICE:
                self.env.invalidate_all()

    def _check_contracts(self, contracts, day):
        """What is missing or wrong in these contracts.

        :param date day: all that was due by then must be charged; None to look at
            derived dates only
        :return: list of (contract, sentence)
        """
        results = isolate(
            self.env,
            contracts,
            lambda part: [
                *self._check_derived(part),
                *(self._check_charged(part, day) if day else ()),
            ],
            lambda one, error: [
                (one, explain(self.env, error, f"Watching {one.name}"))
            ],
        )
        return [finding for result in results for finding in result]

    def _check_derived(self, contracts):
        """Dates that runs look for, and what they are derived from."""
        next_billing = contracts._get_next_billing()
        told = said(self.env)
        empty = told._("empty")
        for contract in contracts:
            for name, right in (
                ("date_next_billing", next_billing[contract]),
                ("date_next_step", contract._get_next_step()),
            ):
                if contract[name] != right:
                    yield (
                        contract,
                        told._(
                            "Contract %(contract)s: %(field)s is %(is)s and should be "
                            "%(right)s.",
                            contract=contract.name,
                            field=told.each(contract._fields[name]._description_string),
                            right=right or empty,
                            **{"is": contract[name] or empty},
                        ),
                    )

    def _check_charged(self, contracts, day):
        """Days that were due by ``day`` and never charged, or never given back."""
        plans = self.env["subscription.planning"]._plan_due(contracts, day)
        for contract, plan in plans.items():
            due = [it for it in plan.charges + plan.credits if it.due <= day]
            for line in contract.line_ids:
                missing = [it for it in due if it.item_key == line.id]
                if missing:
                    yield contract, self._describe_missing(line, missing)

    def _describe_missing(self, line, missing):
        contract = line.contract_id
        told = said(self.env)
        finding = told._(
            "Contract %(contract)s, %(line)s: %(count)s periods from %(start)s to "
            "%(end)s are due since %(due)s and are not in the ledger. %(reason)s",
            contract=contract.name,
            line=line.display_name,
            count=len(missing),
            start=min(it.period.start for it in missing),
            end=max(it.period.last_day for it in missing),
            due=min(it.due for it in missing),
            reason=self._get_reason(contract),
        )
        return told.each(lambda env: finding.texts[env.lang].rstrip())

    def _get_reason(self, contract):
        if contract.is_on_hold:
            return said(self.env)._("Billing is on hold.")
        return said(self.env).of(contract, "billing_error")

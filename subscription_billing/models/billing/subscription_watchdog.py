from collections import Counter

from odoo import models

# Guards in the database without which billing refuses to start (X1).
GUARDS = ("subscription_charge_no_overlap", "subscription_charge_credit_signed")


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

    def _get_findings(self, companies):
        """Everything that is wrong, as sentences; empty if all is well.

        :param companies: ``res.company`` records to look at
        """
        return [
            *(
                self.env._("The database lacks the guard %s.", name)
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
                ("parent_state", "!=", "cancel"),
            ]
        )
        if count:
            yield self.env._("%s invoice lines of contracts have no charge.", count)

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
            yield self.env._("%s charges are on no invoice line.", count)

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
                yield self.env._(
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
                yield self.env._(
                    "%(currency)s: %(charged)s were charged, %(billed)s billed; "
                    "%(untaxed)s are due before taxes, %(posted)s were posted.",
                    currency=currency.name,
                    **totals,
                )

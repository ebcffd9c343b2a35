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
            *self._check_amounts(companies),
        ]

    def _get_totals(self, companies, run_domain=()):
        """Sums per currency of charges, invoice lines and revenue postings.

        :return: dict ``res.currency`` -> (charges, invoice lines net, revenue), the
            last two signed like the first: credit notes negative
        """
        charges = self._sum(
            "subscription.charge",
            [("company_id", "in", companies.ids), ("is_void", "=", False)],
            "amount",
        )
        lines = [
            ("company_id", "in", companies.ids),
            ("subscription_charge_ids", "!=", False),
            ("parent_state", "!=", "cancel"),
        ]
        invoiced = self._sum(
            "account.move.line",
            [*lines, ("move_type", "=", "out_invoice")],
            "price_subtotal",
        )
        refunded = self._sum(
            "account.move.line",
            [*lines, ("move_type", "=", "out_refund")],
            "price_subtotal",
        )
        revenue = self._sum("account.move.line", lines, "amount_currency")
        return {
            currency: (
                amount,
                invoiced.get(currency, 0.0) - refunded.get(currency, 0.0),
                -revenue.get(currency, 0.0),
            )
            for currency, amount in charges.items()
        }

    def _sum(self, model, domain, field):
        return dict(
            self.env[model]
            .sudo()
            ._read_group(domain, ["currency_id"], [f"{field}:sum"])
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

    def _check_amounts(self, companies):
        for currency, totals in self._get_totals(companies).items():
            charged, invoiced, posted = totals
            if currency.compare_amounts(charged, invoiced) or currency.compare_amounts(
                invoiced, posted
            ):
                yield self.env._(
                    "%(currency)s: charges %(charged)s, invoice lines %(invoiced)s and "
                    "revenue %(posted)s differ.",
                    currency=currency.name,
                    charged=charged,
                    invoiced=invoiced,
                    posted=posted,
                )

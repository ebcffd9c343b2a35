"""How the demo's company defers what it was paid for later months: every month."""


class Deferrals:
    """The deferred revenue of one company, and whether report and ledger agree."""

    def __init__(self, env, window):
        self.env, self.company = env, env.company
        self.balances, self.differences = [], []
        self.company.write(
            {
                "subscription_deferral_policy": "month",
                "subscription_deferral_since": window.first,
                "subscription_deferral_is_automatic": True,
            }
        )

    def close_month(self, day):
        """Defer; the report comes to the balance of the account."""
        self.env["subscription.deferring"]._defer(self.company, day)
        self.env["account.move.line"].invalidate_model()
        ((balance,),) = self.env["account.move.line"]._read_group(
            [
                ("account_id", "=", self.company._get_deferral_account().id),
                ("parent_state", "=", "posted"),
            ],
            [],
            ["balance:sum"],
        )
        ((reported,),) = self.env["subscription.deferral"]._read_group(
            [("company_id", "=", self.company.id), ("state", "=", "posted")],
            [],
            ["amount:sum"],
        )
        self.balances.append((day, -(balance or 0)))
        if self.company.currency_id.compare_amounts(-(balance or 0), reported or 0):
            self.differences.append(
                f"{day}: deferred {-balance:,.2f}, reported {reported:,.2f}"
            )

    def print_balances(self):
        print("\ndeferred revenue at the end of the month (EUR)")
        for day, balance in self.balances:
            print(f"  {day:%Y-%m} {balance:13,.2f}")

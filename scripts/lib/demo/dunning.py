"""How the demo's company duns: every day that anything happens, by the German policy.
It suspends nobody, so that all usage is billed. Of those who get a dunning letter every
second one pays."""

from collections import Counter


class Dunning:
    """The letters of one company, and what came of them."""

    def __init__(self, collection):
        self.env = collection.env
        self.company = collection.company
        self.bank = collection.bank
        self.differences = []
        policy = self.env.ref("subscription_billing.dunning_policy_german").copy(
            {"name": "Germany, without suspension", "company_id": self.company.id}
        )
        policy.level_ids.pauses_contracts = False
        self.company.subscription_dunning_policy_id = policy
        self.company.subscription_dunning_is_automatic = True

    def leave_to_people(self):
        """The letters of today wait for somebody to look at them."""
        self.company.subscription_dunning_is_automatic = False

    def dun(self, day):
        self.env["subscription.dunning"]._dun(self.company, day)

    def pay_some(self, day):
        """Every second debtor who got a dunning letter pays all invoices."""
        cases = self.env["subscription.dunning.case"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", "open"),
                ("level_id.days", ">", 7),
            ]
        )
        register = self.env["account.payment.register"]
        for case in cases.sorted("id")[::2]:
            moves = case._find_open_lines().move_id.filtered(
                lambda it: it.move_type == "out_invoice"
                and not it._is_being_collected()
            )
            for move in moves:
                register.with_context(
                    active_model="account.move", active_ids=move.ids
                ).create(
                    {"payment_date": day, "journal_id": self.bank.id}
                )._create_payments()
        self.dun(day)

    def close_month(self, day):
        """Receivables in the journal are the sum of the open items."""
        lines = self.env["account.move.line"]
        ((balance, residual),) = lines._read_group(
            [
                ("company_id", "=", self.company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ],
            [],
            ["balance:sum", "amount_residual:sum"],
        )
        if self.company.currency_id.compare_amounts(balance, residual):
            self.differences.append(f"{day}: {balance:,.2f} and {residual:,.2f}")

    def print_funnel(self):
        """Letters by level: how many, what was overdue, what they charged, what of it
        was paid since."""
        steps = self.env["subscription.dunning.step"].search(
            [("company_id", "=", self.company.id), ("state", "=", "done")]
        )
        print(
            f"\n{'dunning level':18} letters {'overdue':>13} {'fees':>10}"
            f" {'interest':>10}  items paid since"
        )
        for level, some in sorted(
            steps.grouped("level_id").items(), key=lambda row: row[0].days
        ):
            items = some.line_ids.move_line_id
            paid = items.filtered(lambda it: it._is_done_with())
            print(
                f"{level.name:18} {len(some):7} {self.sum_up(some, 'amount'):13,.2f}"
                f" {self.sum_up(some, 'amount_fee', 'amount_flat_fee'):10,.2f}"
                f" {self.sum_up(some, 'amount_interest'):10,.2f}"
                f"  {len(paid)} of {len(items)}"
            )
        states = Counter(
            self.env["subscription.dunning.case"]
            .search([("company_id", "=", self.company.id)])
            .mapped("state")
        )
        print(
            "cases: " + ", ".join(f"{n} {name}" for name, n in sorted(states.items()))
        )

    def sum_up(self, steps, *names):
        """In the company's currency."""
        return sum(
            step.currency_id._convert(
                step[name], self.company.currency_id, self.company, step.date
            )
            for step in steps
            for name in names
        )

    def check(self):
        """No letter has failed, nothing was charged twice, months are closed."""
        yield from (f"receivables differ on {it}" for it in self.differences)
        steps = self.env["subscription.dunning.step"]
        failed = steps.search([("state", "=", "failed")])
        if failed:
            yield f"{len(failed)} letters failed: {failed[0].message}"
        done = steps.search([("state", "=", "done")])
        if not done:
            yield "nobody was dunned"
        flat = Counter(
            done.line_ids.filtered("amount_flat_fee").mapped("move_line_id.move_id.id")
        )
        if flat and len(flat) != len(done.line_ids.filtered("amount_flat_fee")):
            yield "a flat fee was charged twice"
        taxed = done.claim_move_ids.line_ids.filtered(
            lambda it: it.tax_ids or it.tax_line_id or it.tax_tag_ids
        )
        if taxed:
            yield f"{len(taxed)} lines of claims bear a tax"

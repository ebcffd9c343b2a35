from collections import Counter
from datetime import timedelta
from random import Random

from odoo.tests import tagged

from ..change_common import ChangeCommon
from ..contract_life import Life
from ..effort import tries

LIVES, ALL_LIVES = 12, 300
HORIZON = 400
SEAT_PRICE = 5


@tagged("post_install", "-at_install", "changes", "contracts", "billing")
class TestContractLives(ChangeCommon):
    """X2, M2, M3: contracts with random changes and runs, reckoned day by day in
    another way: every day of a line is billed once, at the price of that day."""

    def test_x2_every_day_is_billed_once_whenever_runs_are_made(self):
        for seed in range(tries("lives of contracts", LIVES, ALL_LIVES)):
            with self.subTest(seed=seed):
                life = Life(Random(seed), self.day("2023-01-01"))
                totals = {self.live(life, Random(f"{seed} {n}")) for n in (1, 2)}
                self.assertEqual(len(totals), 1, "the order of runs matters")

    def live(self, life, random):
        """Let a contract live it, with runs on random days; returns what it cost."""
        contract = self.subscribe(
            str(life.start), quantities={self.seats: life.seats_on(life.start)}
        )
        last = life.start
        for kind, day, vals in life.changes:
            today = max(last, day + timedelta(random.randint(-40, 60)))
            self.run_until(contract, last, today, random)
            self.apply(contract, kind, day, today, vals)
            last = today
        end = life.start + timedelta(HORIZON)
        self.run_until(contract, last, end, random)
        self.charge(contract, end)
        self.assert_days(contract, life, end)
        return self.total(contract)

    def apply(self, contract, kind, day, today, vals):
        if kind == "quantity":
            vals = {**vals, "line_id": self.line(contract, self.seats, str(day)).id}
        if kind == "pause":
            vals = {"date_until": vals["date_until"]}
        self.change(contract, kind, str(day), str(today), **vals)

    def run_until(self, contract, start, stop, random):
        days = sorted(random.randint(0, (stop - start).days) for _n in range(3))
        for offset in days:
            self.charge(contract, start + timedelta(offset))

    def charge(self, contract, day):
        """What a run writes into the ledger, without its invoice."""
        runs = self.env["subscription.billing.run"].sudo()
        run = runs.create({"name": "…", "company_id": self.company.id, "date": day})
        plans = self.plan_for(contract, str(day))
        builder = self.env["subscription.invoice.builder"]
        rows = builder._prepare_charges(contract, plans, run)
        self.env["subscription.charge"].sudo().create(rows)
        self.assertFalse(self.plan_for(contract, str(day))[contract].charges)

    def assert_days(self, contract, life, end):
        """Coverage day by day, and the sum of what the days cost."""
        for component, price_on in (
            (self.base, lambda _day: 30),
            (self.seats, lambda day: SEAT_PRICE * life.seats_on(day)),
        ):
            rows = contract.charge_ids.filtered(
                lambda row, it=component: row.component_id == it
            )
            days = self.get_days(rows)
            wanted = [
                day
                for day in self.walk(life.start, max(days, default=end))
                if life.is_billed(day)
            ]
            billed = Counter(dict.fromkeys(wanted, 1))
            self.assertEqual(days, billed)
            cost = sum(price_on(day) / life.length(day) for day in wanted)
            self.assertAlmostEqual(
                sum(rows.mapped("amount")), cost, delta=0.01 * len(rows) + 0.001
            )

    def get_days(self, rows):
        """How often each day is billed, credits taken off."""
        count = Counter()
        for row in rows:
            sign = -1 if row.kind == "credit" else 1
            for day in self.walk(row.date_start, row.date_end):
                count[day] += sign
        return Counter({day: times for day, times in count.items() if times})

    def walk(self, first, last):
        return [first + timedelta(n) for n in range((last - first).days + 1)]

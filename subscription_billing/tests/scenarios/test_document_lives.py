from collections import Counter
from datetime import timedelta
from random import Random

from odoo.fields import Command
from odoo.tests import tagged

from ...models.private_context import PRIVATE
from ..change_common import ChangeCommon
from ..contract_life import Life, after_months
from ..discount_common import DiscountCommon
from ..effort import tries

LIVES, ALL_LIVES = 8, 300
HORIZON = 300
SEAT_PRICE = 5
TAX_CHANGE = "2024-01-01"


@tagged("post_install", "-at_install", "changes", "discounts", "billing")
class TestDocumentLives(DiscountCommon, ChangeCommon):
    """X1, X2, M2, M5: contracts with random changes, trials, discounts, bonuses, copies
    and documents that are reversed and created anew, while a tax changes. Ledger and
    documents come to what each day costs, reckoned in another way, at the tax of the
    day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_new = cls.tax_sale_a.copy({"name": "New", "amount": 10.0})
        cls.env["subscription.tax.change"].create(
            {
                "date": TAX_CHANGE,
                "tax_old_id": cls.tax_sale_a.id,
                "tax_new_id": cls.tax_new.id,
            }
        )

    def test_x1_x2_ledger_and_documents_come_to_what_each_day_costs(self):
        for seed in range(tries("lives of documents", LIVES, ALL_LIVES)):
            random = Random(seed)
            life = DocumentLife(random, self.day("2023-01-01"))
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self.live(life, random)
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def live(self, life, random):
        contract = self.begin(life)
        copied, copy = self.draw_day(life, random), None
        for kind, day, vals in life.changes:
            if copied < day and not copy:
                copy = self.copy_on(contract, copied)
            today = max(self.today, day + timedelta(random.randint(-40, 60)))
            self.run_until(contract, today, random)
            self.apply(contract, kind, day, today, vals)
        end = max(life.start + timedelta(HORIZON), self.today)
        self.run_until(contract, end, random)
        self.reverse_one(contract, random)
        self.advance(str(end), contract)
        self.assert_life(contract, life)
        if copy:
            self.advance(str(end), copy)
            self.assert_life(copy, life.copied_on(copied))
        self.assertHealthy()

    def draw_day(self, life, random):
        return life.paid + timedelta(random.randint(0, 120))

    def begin(self, life):
        """Sell it with what is promised, and try it for longer than agreed."""
        if life.loyalty:
            vals = {"percent": life.loyalty, "month_start": life.loyal_after}
            self._bonus("loyalty", **vals)
        contract = self.draft(
            str(life.start),
            line_ids=[
                Command.create({"component_id": self.base.id}),
                Command.create(
                    {
                        "component_id": self.seats.id,
                        "quantity": life.seats_on(life.start),
                    }
                ),
            ],
            trial_count=life.trial,
            trial_unit="day",
        )
        if life.percent:
            discount = self._discount(
                percent=life.percent, duration="periods", period_count=life.count
            )
            self.redeem(contract, discount, str(life.start))
        contract.with_context(subscription_silent=PRIVATE).action_activate()
        self.today = life.start
        self.advance(str(self.today), contract)
        if life.extended:
            until = life.paid - timedelta(1)
            vals = {"timing": "now", "date_until": until}
            self.change(contract, "extend_trial", False, str(self.today), **vals)
        return contract

    def copy_on(self, contract, day):
        """A copy is sold with what is booked on the day."""
        with self.on_day(str(day)):
            copy = contract.copy({"date_start": day})
            copy.with_context(subscription_silent=PRIVATE).action_activate()
        return copy

    def apply(self, contract, kind, day, today, vals):
        if kind == "quantity":
            vals = {**vals, "line_id": self.line(contract, self.seats, str(day)).id}
        self.change(contract, kind, str(day), str(today), **vals)

    def run_until(self, contract, day, random):
        """Runs on some days, and a document now and then that is created anew."""
        span = (day - self.today).days
        days = sorted({random.randint(0, span) for _number in range(3)} | {span})
        for offset in days:
            self.advance(str(self.today + timedelta(offset)), contract)
        self.today = day
        if random.random() < 0.4:
            self.reverse_one(contract, random)

    def reverse_one(self, contract, random):
        """Reverse and create anew: another document says the same."""
        moves = contract.charge_ids.filtered(lambda it: not it.is_void).move_id
        moves = moves.filtered(lambda it: it.move_type == "out_invoice").sorted("id")
        if not moves:
            return
        move = random.choice(list(moves))
        wizards = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        vals = {"journal_id": move.journal_id.id, "date": str(self.today)}
        wizard = wizards.create(vals)
        wizard.modify_moves()
        wizard.new_move_ids.action_post()

    # ----------------------------------------------------------------------
    # What must be true
    # ----------------------------------------------------------------------

    def assert_life(self, contract, life):
        rows = contract.charge_ids.filtered(lambda row: not row.is_void)
        self.assertFalse(contract.billing_error)
        for component, price_on in (
            (self.base, lambda _day: 30),
            (self.seats, lambda day: SEAT_PRICE * life.seats_on(day)),
        ):
            mine = rows.filtered(lambda row, it=component: row.component_id == it)
            self.assert_days(mine, life, price_on)
        self.assert_documents(rows)

    def assert_days(self, rows, life, price_on):
        """Each day once, and the sum of what the days cost."""
        days = Counter()
        for row in rows:
            sign = -1 if row.kind == "credit" else 1
            for day in self.walk(row.date_start, row.date_end):
                days[day] += sign
        days = Counter({day: times for day, times in days.items() if times})
        last = max(days, default=life.paid - timedelta(1))
        self.assertGreaterEqual(last, self.today - timedelta(46))
        wanted = [day for day in self.walk(life.start, last) if life.is_billed(day)]
        self.assertEqual(days, Counter(dict.fromkeys(wanted, 1)))
        costs = (price_on(it) * life.factor(it) / life.length(it) for it in wanted)
        delta = 0.01 * len(rows) + 0.001
        self.assertAlmostEqual(sum(rows.mapped("amount")), sum(costs), delta=delta)

    def walk(self, first, last):
        return [first + timedelta(n) for n in range((last - first).days + 1)]

    def assert_documents(self, rows):
        """Lines say what charges say, at the tax of the last day of the service; what
        gives back, at the tax of what it gives back from."""
        for row in rows:
            line = row.move_line_id
            if not line:
                self.assertFalse(row.amount)
                continue
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            self.assertEqual(round(sign * line.price_subtotal - row.amount, 2), 0.0)
            last = (row.credited_charge_id or row).date_end
            rate = 10.0 if str(last) >= TAX_CHANGE else 15.0
            self.assertEqual(line.tax_ids.mapped("amount"), [rate])


class DocumentLife(Life):
    """A life with a trial, a discount and a bonus."""

    def __init__(self, random, origin):
        self.trial = random.choice((0, 0, 10, 20))
        self.extended = random.choice((0, 5, 40)) if self.trial else 0
        super().__init__(random, origin, self.trial + self.extended)
        self.percent = random.choice((0, 10, 50))
        self.count = random.randint(1, 5)
        self.loyalty = random.choice((0, 20))
        self.loyal_after = random.randint(1, 4)

    def factor(self, day):
        """What discount and bonus leave of the period around a day."""
        index = self.index(day)
        factor = 1 - self.percent / 100 if index < self.count else 1
        loyal_from = after_months(self.start, self.loyal_after)
        if self.boundary(index) >= loyal_from:
            factor *= 1 - self.loyalty / 100
        return factor

    def copied_on(self, day):
        """The life of a copy: from a day on, with the seats of that day, the trial of
        the contract and the bonus of the plan."""
        other = object.__new__(DocumentLife)
        other.__dict__.update(self.__dict__)
        other.start, other.paid = day, day + timedelta(self.trial)
        other.seats = [(day, self.seats_on(day))]
        other.pauses, other.percent = [], 0
        return other

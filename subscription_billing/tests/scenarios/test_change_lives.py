from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..effort import tries
from ..replay_common import ReplayCommon

YEAR = 2024
LAST_MONTH = 8
SEATS, PHONE = "seats", "phone"
FEES = {"cloud": {"base": 1, SEATS: 2, PHONE: 3}, "pro": {"base": 10, SEATS: 4}}


class Impossible(Exception):
    """What a contract does not allow as it stands on the day."""


@dataclass(frozen=True)
class Standing:
    """What is booked: item -> (quantity, price in fees, where the price comes from)."""

    plan: str = "cloud"
    items: dict = field(
        default_factory=lambda: {"base": (1, 1, "list"), SEATS: (2, 2, "list")}
    )

    def with_item(self, name, *terms):
        return replace(self, items={**self.items, name: terms})

    def without(self, name):
        left = {key: terms for key, terms in self.items.items() if key != name}
        return replace(self, items=left)

    def fee(self):
        return sum(quantity * price for quantity, price, _source in self.items.values())


@dataclass
class Intent:
    """One change that was asked for: a function from standing to standing."""

    number: int
    day: date
    kind: str
    value: object = None
    is_dead: bool = False
    is_in_force: bool = False
    agreed: tuple = None  # of a price change: the terms it was made for

    def apply(self, it):
        return getattr(self, f"_{self.kind}")(it)

    def _need(self, condition):
        if not condition:
            raise Impossible

    def _quantity(self, it):
        self._need(SEATS in it.items)
        _quantity, price, source = it.items[SEATS]
        return it.with_item(SEATS, self.value, price, source)

    def _price(self, it):
        self._need(SEATS in it.items)
        return it.with_item(SEATS, it.items[SEATS][0], self.value, "own")

    def _unbook(self, it):
        self._need(self.value in it.items)
        return it.without(self.value)

    def _book(self, it):
        self._need(it.plan == "cloud" and PHONE not in it.items)
        return it.with_item(PHONE, 1, FEES["cloud"][PHONE], "list")

    def _plan(self, it):
        self._need(it.plan != "pro")
        items = {"base": (1, FEES["pro"]["base"], "list")}
        if SEATS in it.items:
            items[SEATS] = (it.items[SEATS][0], FEES["pro"][SEATS], "list")
        return Standing("pro", items)

    def _announce(self, it):
        self._need(SEATS in it.items)
        quantity, *terms = it.items[SEATS]
        self._need(self.is_in_force or self.agreed == (it.plan, *terms))
        _plan, price, source = self.agreed
        source = source if source == "own" else self.number
        return it.with_item(SEATS, quantity, 2 * price, source)


def stand(intents, day):
    """What stands on a day by these intents, the impossible ones left out."""
    standing = Standing()
    for intent in sorted(intents, key=lambda it: (it.day, it.number)):
        if intent.day <= day and not intent.is_dead:
            try:
                standing = intent.apply(standing)
            except Impossible:
                continue
    return standing


def lapsed(intents):
    standing, out = Standing(), []
    for intent in sorted(intents, key=lambda it: (it.day, it.number)):
        try:
            standing = intent.apply(standing)
        except Impossible:
            out.append(intent)
    return out


def reckon(intents):
    """Fees by month, day by day: month -> fees, as a share of the days."""
    months = defaultdict(float)
    for month in range(1, LAST_MONTH):
        days = monthrange(YEAR, month)[1]
        for day in range(1, days + 1):
            fee = stand(intents, date(YEAR, month, day)).fee()
            months[f"{YEAR}-{month:02d}"] += fee / days
    return {month: round(fee, 4) for month, fee in months.items()}


@tagged("post_install", "-at_install", "changes", "price_changes")
class TestChangeLives(ReplayCommon):
    """C4: random changes in random order, some withdrawn, some of days gone by, bill
    what a reckoning day by day says. It knows no lines: it applies what was asked for
    in the order of the days, from the start, for each day anew."""

    KINDS = ("quantity", "quantity", "price", "unbook", "book", "plan", "announce")

    def test_c4_a_life_bills_what_was_asked_for(self):
        for seed in range(tries("lives of changes", 10, 300)):
            with self.subTest(seed=seed):
                self.live(Random(seed))
        self.assertHealthy()

    def live(self, random):
        self.contract = self.sell()
        self.intents, self.made = [], {}
        today = date(YEAR, 1, 5)
        self.advance(str(today), self.contract)
        # The days differ: what contradicts on the same day is another story.
        days = random.sample(range(8, 200), 7)
        for number, offset in enumerate(days):
            today += timedelta(days=random.choice((0, 0, 1, 20)))
            self.reach(today)
            day = date(YEAR, 1, 1) + timedelta(days=offset)
            intent = self.draw(random, number, day)
            # Of days gone by, only what is about one line.
            if day >= today or intent.kind in ("quantity", "price", "unbook"):
                self.enter(intent, today)
            if random.random() < 0.2:
                self.withdraw(random, today)
        self.reach(date(YEAR, LAST_MONTH, 1))
        self.assertEqual(
            {month: round(fee, 4) for month, fee in self.months(self.contract).items()},
            {month: fee for month, fee in reckon(self.intents).items() if fee},
            self.tell(),
        )

    def reach(self, day):
        """Let the clock run; what has lapsed when its day comes is dead."""
        self.advance_to(self.contract, str(day))
        for intent in lapsed([it for it in self.intents if not it.is_dead]):
            intent.is_dead |= intent.day <= day
        for intent in self.intents:
            intent.is_in_force = intent.day <= day and not intent.is_dead

    def draw(self, random, number, day):
        kind = random.choice(self.KINDS)
        value = {
            "quantity": random.randint(1, 9),
            "price": random.randint(1, 9),
            "unbook": random.choice((SEATS, PHONE)),
        }.get(kind)
        return Intent(number, day, kind, value)

    def enter(self, intent, today):
        """Enter it; refused by the product exactly if it is impossible."""
        alive = [it for it in self.intents if not it.is_dead]
        if intent.kind == "announce":
            then = stand(alive, intent.day)
            if SEATS in then.items:
                intent.agreed = (then.plan, *then.items[SEATS][1:])
        trial = [*alive, intent]
        gone = lapsed(trial)
        is_refused = intent in gone or any(it.is_in_force for it in gone)
        if intent.kind == "announce":  # they are made one upon the other
            before = lapsed(alive)
            is_refused |= any(
                it.kind == "announce" and it.day > intent.day and it not in before
                for it in alive
            )
        try:
            with self.env.cr.savepoint():
                change = self.ask(intent, str(today))
        except UserError as error:
            self.assertTrue(is_refused, f"{intent} on {today}: {error}\n{self.tell()}")
        else:
            self.assertFalse(
                is_refused, f"{intent} on {today} was not refused\n{self.tell()}"
            )
            intent.is_in_force = intent.day <= today
            self.intents.append(intent)
            self.made[intent.number] = change

    def tell(self):
        lines = [
            (it.name, it.quantity, it.price_unit, str(it.date_start), str(it.date_end))
            for it in self.contract.line_ids
        ]
        changes = [
            (it.kind, str(it.date_effective), it.state, it.lapse_reason)
            for it in self.contract.change_ids
        ]
        return "\n".join(map(str, (*self.intents, *lines, *changes)))

    def ask(self, intent, today):
        contract, on = self.contract, str(intent.day)
        if intent.kind == "quantity":
            return self.set_seats(contract, intent.value, on, today)
        if intent.kind == "price":
            return self.set_price(contract, intent.value * self.FEE, on, today)
        if intent.kind == "unbook":
            component = self.seats if intent.value == SEATS else self.phone
            line = self.line(contract, component, on)
            line = line or self.first_line(contract, component)
            return self.change(contract, "unbook", on, today, line_id=line.id)
        if intent.kind == "book":
            vals = {"component_id": self.phone.id}
            return self.change(contract, "book", on, today, **vals)
        if intent.kind == "plan":
            return self.upgrade(contract, on, today)
        components = (self.seats + self.pro_seats).ids
        announced = self.announce(contract, on, today, component_ids=components)
        return announced.contract_change_ids

    def withdraw(self, random, today):
        waiting = [it for it in self.intents if it.day > today]
        if waiting:
            intent = random.choice(waiting)
            self.made[intent.number]._withdraw(today)
            self.intents.remove(intent)

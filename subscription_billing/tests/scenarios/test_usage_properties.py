import random
from decimal import Decimal

from odoo.tests import tagged

from ..effort import tries
from ..usage_intake_common import UsageIntakeCommon

SEEDS, ALL_SEEDS = 2, 6
MONTHS = (("2026-01", 31), ("2026-02", 28), ("2026-03", 31))


@tagged("post_install", "-at_install", "usage")
class TestUsageProperties(UsageIntakeCommon):
    """What holds for any events, however they come in and whenever they are billed.

    The events are random, from a seed that a failing test names.
    """

    def seeds(self):
        return range(tries("sets of random events", SEEDS, ALL_SEEDS))

    def events(self, rng, contract, count=40, months=MONTHS):
        """Random events; their keys carry the contract's reference."""
        result = []
        for n in range(count):
            month, days = rng.choice(months)
            day, hour = rng.randint(1, days), rng.randint(0, 22)
            result.append(
                {
                    "contract": contract.name,
                    "meter": "calls",
                    "quantity": str(Decimal(rng.randint(0, 150_000)) / 100),
                    "instant": f"{month}-{day:02}T{hour:02}:30:00+01:00",
                    "key": f"{contract.name}-{n}",
                }
            )
        return result

    def twins(self, rng, contracts, **kwargs):
        """The same events for each of the contracts."""
        events = self.events(rng, contracts[0], **kwargs)
        first = contracts[0].name
        return [
            [
                {
                    **event,
                    "contract": contract.name,
                    "key": event["key"].replace(first, contract.name),
                }
                for event in events
            ]
            for contract in contracts
        ]

    def batches(self, rng, events):
        """The events shuffled and cut into calls of one to nine."""
        events = rng.sample(events, len(events))
        while events:
            size = rng.randint(1, 9)
            yield events[:size]
            events = events[size:]

    def interim(self, contract, day):
        run = self.env["subscription.billing.run"].sudo()
        run = run.create(
            {"date": day, "company_id": self.company.id, "is_interim": True}
        )
        run._process([("id", "in", contract.ids)])

    def per_period(self, contract):
        """{start of the fee period: (events, amount)} over all live charges."""
        result = {}
        for charge in self.usage_charges(contract):
            key = str(charge.whole_date_start)
            events, amount = result.get(key, (0, 0.0))
            result[key] = (
                events + charge.usage_count,
                round(amount + charge.amount, 2),
            )
        return {key: facts for key, facts in result.items() if facts != (0, 0.0)}

    def assertClaimedOnce(self, contract):
        """X4: every event has a charge, and each charge the events it counted."""
        usage = self.usage.search([("contract_id", "=", contract.id)])
        self.assertTrue(all(event.charge_id for event in usage))
        charges = self.usage_charges(contract)
        for charge in charges:
            self.assertEqual(charge.usage_count, len(charge.usage_ids))
        self.assertEqual(sum(charges.mapped("usage_count")), len(usage))

    def test_x4_calls_cut_anywhere_record_the_same(self):
        for seed in self.seeds():
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                whole, cut = self.metered(), self.metered()
                events, same = self.twins(rng, (whole, cut))
                self.assertEqual(self.record(*events)["created"], len(events))
                for batch in self.batches(rng, same):
                    self.assertEqual(self.record(*batch)["rejected"], 0)
                self.bill("2026-04-01", whole + cut)
                self.assertEqual(self.per_period(whole), self.per_period(cut))
                self.assertClaimedOnce(cut)
        self.assertHealthy()

    def test_x4_early_late_and_regular_bills_come_to_one_bill(self):
        """Interim bills and late events go on in the tiers and the free quantity."""
        for seed in self.seeds():
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                whole, cut = self.metered(), self.metered()
                events, same = self.twins(rng, (whole, cut))
                self.record(*events)
                self.bill("2026-04-01", whole)
                for batch in self.batches(rng, same):
                    self.record(*batch)
                    month, day = rng.randint(1, 3), rng.randint(2, 28)
                    self.interim(cut, f"2026-{month:02}-{day:02}")
                    if rng.random() < 0.3:
                        self.bill(f"2026-{rng.randint(2, 4):02}-01", cut)
                self.bill("2026-04-01", cut)
                self.bill("2026-05-01", whole + cut)
                self.assertEqual(self.per_period(whole), self.per_period(cut))
                self.assertClaimedOnce(cut)
                self.assertSlicesAddUp(self.usage_charges(cut))
        self.assertHealthy()

    def test_x3_cancelled_and_billed_again_comes_to_one_bill(self):
        self.company.subscription_invoice_policy = "draft"
        for seed in self.seeds():
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                whole, cut = self.metered(), self.metered()
                events, same = self.twins(rng, (whole, cut))
                self.record(*events)
                self.bill("2026-04-01", whole)
                for number, batch in enumerate(self.batches(rng, same)):
                    self.record(*batch)
                    self.bill(f"2026-{2 + number % 3:02}-01", cut)
                    self.usage_charges(cut).move_id.button_cancel()
                    self.assertFalse(self.usage_charges(cut).usage_ids)
                self.bill("2026-04-01", cut)
                self.assertEqual(self.per_period(whole), self.per_period(cut))
                self.assertClaimedOnce(cut)
        self.assertHealthy()

    def test_x4_replayed_batches_change_nothing(self):
        """Before and after billing, whole batches and any part of them."""
        for seed in self.seeds():
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                contract = self.metered()
                events = self.events(rng, contract)
                self.record(*events)
                again = rng.sample(events, rng.randint(1, len(events)))
                answer = self.record(*again)
                self.assertEqual(answer["duplicate"], len(again))
                self.bill("2026-04-01", contract)
                before = self.per_period(contract)
                answer = self.record(*again)
                self.assertEqual((answer["created"], answer["rejected"]), (0, 0))
                self.bill("2026-05-01", contract)
                self.assertEqual(self.per_period(contract), before)
                self.assertEqual(
                    self.usage.search_count([("contract_id", "=", contract.id)]),
                    len(events),
                )

    def test_x4_a_replay_with_other_facts_keeps_the_first(self):
        """The key is the event: what comes later under it is not looked at."""
        rng = random.Random(0)
        events = self.events(rng, self.contract, count=5)
        self.record(*events)
        total = sum(self.stored(event["key"]).quantity for event in events)
        changed = [{**event, "quantity": 999_999} for event in events]
        self.assertEqual(self.record(*changed)["duplicate"], 5)
        stored = self.usage.search([("contract_id", "=", self.contract.id)])
        self.assertAlmostEqual(sum(stored.mapped("quantity")), total, 6)

    def test_m6_more_usage_never_costs_less(self):
        """Graduated prices: each further event leaves the amount or raises it."""
        rng = random.Random(1)
        last = 0.0
        for event in self.events(rng, self.contract, months=MONTHS[:1]):
            self.record(event)
            answer = self.env["subscription.contract"].get_usage(
                self.contract.name, "2026-01-31"
            )
            amount = answer["meters"][0]["amount"]
            self.assertGreaterEqual(amount, last, event)
            last = amount
        self.assertGreater(last, 0.0)
        self.bill("2026-02-01", self.contract)
        self.assertEqual(self.usage_charges(self.contract).amount, last)

    def test_m1_slices_of_a_mixed_contract_add_up(self):
        """Fees, seats, tiers and percent, with a discount, cut short by the end."""
        volume = self._meter("volume", allow_negative=True)
        pay = self._metered("pay", "Payments", volume)
        self._price(pay, 0.0, model="percentage", percent=1.7, free_events=2)
        discount = self.env["subscription.discount"].create(
            {"name": "Third", "kind": "percent", "percent": 33.33}
        )
        for seed in self.seeds():
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                booked = {self.seats: rng.randint(1, 9), self.api: 1.0, pay: 1.0}
                contract = self.subscribe("2026-01-01", quantities=booked)
                contract._redeem(discount, self.day("2026-01-01"))
                self.record_mixed(rng, contract)
                self.bill("2026-04-01", contract)
                contract._set_end(self.day(f"2026-04-{rng.randint(10, 29)}"), "moved")
                self.bill("2026-05-01", contract)
                self.assertSlicesAddUp(self.slicing(contract))
        self.assertHealthy()

    def record_mixed(self, rng, contract):
        events = self.events(rng, contract)
        for event in events:
            event["meter"] = rng.choice(("calls", "volume"))
        self.assertEqual(self.record(*events)["rejected"], 0)

    def slicing(self, contract):
        """Charges that keep the slices of the whole period; credits refer to them."""
        charges = contract.charge_ids.filtered(lambda row: row.kind != "credit")
        self.assertGreater(len(charges), 12)
        self.assertEqual(
            round(sum(contract.charge_ids.mapped("amount")), 2),
            round(-sum(contract.charge_ids.move_line_id.mapped("balance")), 2),
        )
        return charges

    def test_x2_a_second_run_bills_nothing(self):
        for seed in self.seeds():
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                contract = self.metered()
                self.record(*self.events(rng, contract))
                self.bill("2026-04-01", contract)
                charges = contract.charge_ids
                for day in ("2026-04-01", "2026-03-01", "2026-04-20"):
                    run = self.bill(day, contract)
                    self.assertFalse(run.move_ids)
                self.assertEqual(contract.charge_ids, charges)

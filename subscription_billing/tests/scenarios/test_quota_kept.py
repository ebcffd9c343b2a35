from odoo.fields import Command
from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..replay_common import ReplayCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "changes", "usage")
class TestQuotaKept(ReplayCommon, UsageCommon, DiscountCommon):
    """X2: a change takes nothing back of what a period grants free, and grants it no
    second time. June has 30 days; 1,000 calls are free, each other costs 0.01."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base.price_ids.amount = 0
        cls.seats.price_ids.amount = 0
        cls.traffic = cls._meter("traffic")
        cls.free = cls._metered("free", "Traffic", cls.traffic)
        cls.free_price = cls._price(
            cls.free, 0.01, model="per_unit", free_quantity=1000
        )

    def offer(self, size, **vals):
        """A variant of another plan that grants so much."""
        count = len(self.group.plan_ids)
        plan = self.env["subscription.plan"].create(
            {"name": "Other", "code": f"other{count}", "group_id": self.group.id}
        )
        vals = {"model": "per_unit", "free_quantity": size, **vals}
        offered = self._metered("free", "Traffic", self.traffic, plan_id=plan.id)
        self._price(offered, vals.pop("amount", 0.01), **vals)
        self.offered = self._variant("monthly", plan_id=plan.id)

    def sold(self, *events, on="2024-06-01", **vals):
        contract = self.subscribe(on, quantities={self.free: 1}, **vals)
        self.use(contract, *events, meter=self.traffic)
        return contract

    def usage(self, contract, until="2024-07-01"):
        """Amounts of the pieces in order; what follows the last day is left out."""
        self.advance(until)
        contracts = contract | contract.successor_ids
        charges = contracts.charge_ids.filtered(lambda row: row.usage_to)
        self.assertHealthy()
        return [
            round(row.amount, 2)
            for row in charges.sorted("date_start")
            if str(row.date_start) < until
        ]

    def to_offer(self, contract):
        vals = {"variant_id": self.offered.id}
        return self.change(contract, "variant", "2024-06-11", **vals)

    def own_price(self, contract, price, on="2024-06-11"):
        line = self.line(contract, self.free, on)
        vals = {"has_price_override": True, "price_override": price}
        return self.change(contract, "price", on, line_id=line.id, **vals)

    def test_plan_without_a_limit(self):
        """800 of 1,000 used, then a plan that has no such component."""
        contract = self.sold(("2024-06-09 12:00", 800))
        self.upgrade(contract, "2024-06-11", "2024-06-11")
        self.assertEqual(self.usage(contract), [0.0])

    def test_plan_that_grants_as_much(self):
        for then, amount in ((200, 0.0), (500, 3.0)):
            with self.subTest(then=then):
                self.offer(1000)
                contract = self.sold(
                    ("2024-06-09 12:00", 800), ("2024-06-20 12:00", then)
                )
                self.to_offer(contract)
                self.assertEqual(self.usage(contract), [0.0, amount])
                self.assertEqual(self.usage(contract), [0.0, amount])

    def test_plan_that_grants_more_or_less(self):
        """2,500: 1,500 more for 20 of 30 days. 100: nothing is taken back."""
        for size, free in ((2500, 1200), (100, 200), (0, 200)):
            with self.subTest(size=size):
                self.offer(size)
                contract = self.sold(
                    ("2024-06-09 12:00", 800), ("2024-06-20 12:00", free + 100)
                )
                self.to_offer(contract)
                self.assertEqual(self.usage(contract), [0.0, 1.0])

    def test_more_than_was_granted_is_paid_once(self):
        self.offer(1000)
        contract = self.sold(("2024-06-09 12:00", 1300), ("2024-06-20 12:00", 100))
        self.to_offer(contract)
        self.assertEqual(self.usage(contract), [3.0, 1.0])

    def test_there_and_back(self):
        self.offer(100)
        contract = self.sold(
            ("2024-06-05 12:00", 700),
            ("2024-06-15 12:00", 200),
            ("2024-06-25 12:00", 200),
        )
        self.to_offer(contract)
        vals = {"variant_id": self.monthly.id}
        self.change(contract, "variant", "2024-06-21", **vals)
        self.assertEqual(self.usage(contract), [0.0, 0.0, 1.0])

    def test_own_price(self):
        contract = self.sold(("2024-06-09 12:00", 800), ("2024-06-20 12:00", 300))
        self.own_price(contract, 0.02)
        self.assertEqual(self.usage(contract), [0.0, 2.0])

    def test_announced_price(self):
        contract = self.sold(("2024-06-09 12:00", 800), ("2024-06-20 12:00", 300))
        self.announce(contract, "2024-06-11", "2024-06-01", component_ids=self.free.ids)
        self.assertEqual(self.usage(contract), [0.0, 2.0])

    def test_billing_day(self):
        """The period from 11 June grants what 1 June has not: 10 of 30 days, 333.33,
        and the 200 that are left."""
        contract = self.sold(("2024-06-09 12:00", 800), ("2024-06-20 12:00", 600))
        self.change(contract, "billing_day", "2024-06-11", billing_day_new=11)
        self.assertEqual(self.usage(contract, "2024-07-11"), [0.0, 0.67])

    def test_billing_day_with_a_stub(self):
        contract = self.sold(("2024-06-09 12:00", 800), ("2024-06-13 12:00", 200))
        self.change(contract, "billing_day", "2024-06-11", billing_day_new=15)
        self.assertEqual(self.usage(contract, "2024-07-15"), [0.0, 0.0, 0.0])

    def test_transfer(self):
        contract = self.sold(("2024-06-09 12:00", 800))
        other = self._customer("Other")
        self.change(contract, "transfer", "2024-06-11", partner_new_id=other.id)
        self.use(contract.successor_ids, ("2024-06-20 12:00", 300), meter=self.traffic)
        self.assertEqual(self.usage(contract), [0.0, 1.0])

    def test_booked_again(self):
        """An add-on that is ended and booked again brings no second quota."""
        contract = self.sold(("2024-06-09 12:00", 800))
        line = self.line(contract, self.free, "2024-06-10")
        self.change(contract, "unbook", "2024-06-11", line_id=line.id)
        self.change(
            contract, "book", "2024-06-16", component_id=self.free.id, quantity=1
        )
        self.use(contract, ("2024-06-20 12:00", 300), meter=self.traffic)
        self.assertEqual(self.usage(contract), [0.0, 1.0])

    def test_the_end_of_the_contract_still_cuts(self):
        """10 of 30 days: 333.33; after a change all 15 days count: 500."""
        contract = self.sold(("2024-06-09 12:00", 800))
        self.end(contract, "2024-06-10", "2024-06-10")
        self.assertEqual(self.usage(contract), [4.67])
        contract = self.sold(("2024-06-05 12:00", 300), ("2024-06-13 12:00", 300))
        self.own_price(contract, 0.02)
        self.end(contract, "2024-06-15", "2024-06-12")
        self.assertEqual(self.usage(contract), [0.0, 2.0])

    def test_free_events_of_a_percentage(self):
        share = {"percent": 1, "free_events": 3}
        self.free_price.write(
            {"price_model": "percentage", "amount": 0, "free_quantity": 0, **share}
        )
        self.offer(0, model="percentage", amount=0, **share)
        contract = self.sold(
            ("2024-06-05 12:00", 100),
            ("2024-06-09 12:00", 100),
            ("2024-06-20 12:00", 100),
            ("2024-06-21 12:00", 100),
        )
        self.to_offer(contract)
        self.assertEqual(self.usage(contract), [0.0, 1.0])

    def test_loyalty_and_what_is_carried_over(self):
        """1,000 of June, 100 by loyalty and 300 of May are for all of June."""
        vals = {"component_id": self.free.id}
        self._bonus("carry_over", quantity_maximum=300, **vals)
        self._bonus(
            "loyalty", reward="quantity", quantity_free=100, month_start=0, **vals
        )
        contract = self.sold(
            ("2024-06-09 12:00", 800), ("2024-06-20 12:00", 700), on="2024-05-01"
        )
        self.advance("2024-06-01")
        self.own_price(contract, 0.02)
        self.assertEqual(self.usage(contract), [0.0, 0.0, 2.0])

    def test_late_usage_of_the_first_piece(self):
        """What it uses up is missing in the second: 150 late, 200 used after it."""
        contract = self.sold(("2024-06-09 12:00", 800), ("2024-06-20 12:00", 200))
        self.own_price(contract, 0.02)
        self.assertEqual(self.usage(contract), [0.0, 0.0])
        self.use(contract, ("2024-06-08 12:00", 150), meter=self.traffic)
        self.assertEqual(
            sorted(self.usage(contract, "2024-08-01")[:4]), [0.0, 0.0, 0.0, 3.0]
        )

    def test_usage_so_far_knows_what_is_left(self):
        contract = self.sold(("2024-06-09 12:00", 800), ("2024-06-20 12:00", 50))
        self.own_price(contract, 0.02)
        [usage] = contract._get_usage_so_far(self.day("2024-06-20"))
        self.assertEqual((usage[-1].free, usage[-1].unused), (200, 150))

    def test_usage_of_a_free_trial_uses_nothing_up(self):
        contract = self.sold(
            ("2024-06-05 12:00", 800),
            ("2024-06-20 12:00", 500),
            trial_count=10,
            trial_unit="day",
        )
        self.own_price(contract, 0.02, on="2024-06-08")
        self.assertEqual(self.usage(contract, "2024-07-11"), [0.0])

    def test_events_apart_have_quotas_apart(self):
        """Two components of a meter, each with its filter and its quota."""
        filters = [Command.create({"property": "region", "values": "eu"})]
        europe = self._metered("europe", "In Europe", self.traffic, filter_ids=filters)
        self._price(europe, 0.01, model="per_unit", free_quantity=1000)
        contract = self.subscribe("2024-06-01", quantities={self.free: 1, europe: 1})
        self.use(
            contract,
            ("2024-06-09 12:00", 900, {"region": "eu"}),
            ("2024-06-20 12:00", 300),
            meter=self.traffic,
        )
        self.own_price(contract, 0.02)
        self.assertEqual(self.usage(contract), [0.0, 0.0, 0.0])

from datetime import timedelta
from itertools import permutations
from random import Random

from odoo.tests import tagged

from ..effort import tries
from ..replay_common import ReplayCommon


@tagged("post_install", "-at_install", "changes", "price_changes")
class TestChangeOrders(ReplayCommon):
    """C4: every order of entering bills the same months."""

    def get_steps(self):
        """Name, day it counts from, what enters it."""
        return (
            (
                "seats",
                "2024-03-01",
                lambda it, today: self.set_seats(it, 6, "2024-03-01", today),
            ),
            (
                "price",
                "2024-04-01",
                lambda it, today: self.announce(
                    it, "2024-04-01", today, component_ids=self.seats.ids
                ),
            ),
            (
                "phone",
                "2024-03-20",
                lambda it, today: self.end_add_on(it, self.phone, "2024-03-20", today),
            ),
            (
                "plan",
                "2024-05-01",
                lambda it, today: self.upgrade(it, "2024-05-01", today),
            ),
        )

    def live(self, order):
        """Enter the steps in this order, one a day from the middle of January on; the
        end to 30 June is entered first and taken back where "back" stands."""
        contract = self.sell(self.phone)
        self.advance("2024-01-01", contract)
        today = self.day("2024-01-10")
        self.end(contract, "2024-06-30", str(today))
        steps = {name: enter for name, _on, enter in self.get_steps()}
        steps["back"] = self.take_end_back
        for name in order:
            today += timedelta(days=1)
            steps[name](contract, str(today))
        self.advance_to(contract, "2024-07-01")
        return contract

    def live_day_by_day(self):
        contract = self.sell(self.phone)
        self.advance("2024-01-01", contract)
        self.end(contract, "2024-06-30", "2024-01-10")
        self.take_end_back(contract, "2024-01-11")
        for _name, on, enter in sorted(self.get_steps(), key=lambda step: step[1]):
            self.advance_to(contract, on)
            enter(contract, on)
        self.advance_to(contract, "2024-07-01")
        return contract

    def test_c4_every_order_bills_the_same_months(self):
        expected = self.months(self.live_day_by_day())
        self.assertEqual(expected["2024-07"], 34)
        orders = list(permutations(("seats", "price", "phone", "plan", "back")))
        Random(17).shuffle(orders)
        for order in orders[: tries("orders of changes", 8, len(orders))]:
            with self.subTest(order):
                contract = self.live(order)
                self.assertEqual(self.months(contract), expected)
                self.assertEqual(
                    set(contract.change_ids.mapped("state")), {"applied", "withdrawn"}
                )
        self.assertHealthy()

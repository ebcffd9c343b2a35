from odoo.fields import Command
from odoo.tests import tagged

from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "discounts")
class TestBonusBilling(DiscountCommon):
    """What bonuses take off: base fee 30, seats 5 each, monthly in advance."""

    def test_every_nth_period_is_free(self):
        self._bonus("nth_period", every=3)
        contract = self.subscribe("2024-01-31")
        contract.line_ids = [
            # A one-off item in a free period is no period.
            Command.create({"component_id": self.setup.id, "date_start": "2024-04-01"})
        ]
        run = self.bill("2024-06-30")
        base = contract.line_ids[0].charge_ids.sorted("date_start")
        amounts = [30.0, 30.0, 0.0, 30.0, 30.0, 0.0]
        self.assertEqual(base.mapped("amount"), amounts)
        self.assertEqual(contract.line_ids[1].charge_ids.amount, 99.0)
        self.assertEqual(run.move_ids.amount_untaxed, 219.0)
        self.assertHealthy()

    def test_the_nth_period_of_one_component(self):
        self._bonus("nth_period", every=2, component_id=self.seats.id)
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        self.bill("2024-02-01")
        self.assertAmounts(
            contract,
            ("2024-01-01", 30.0, 30.0),
            ("2024-01-01", 10.0, 10.0),
            ("2024-02-01", 30.0, 30.0),
            ("2024-02-01", 10.0, 0.0),
        )

    def test_t1_the_nth_period_is_counted_in_the_contract_not_in_the_line(self):
        self._bonus("nth_period", every=3)
        contract = self.subscribe("2024-01-01")
        contract.line_ids = [
            Command.create({"component_id": self.seats.id, "date_start": "2024-02-15"})
        ]
        self.bill("2024-03-01")
        seats = contract.line_ids[1].charge_ids.sorted("date_start")
        self.assertEqual(seats.mapped("amount"), [2.59, 0.0])

    def test_every_nth_unit_is_free(self):
        self._bonus("nth_unit", every=5, component_id=self.seats.id)
        table = ((4, 20.0), (5, 20.0), (9, 40.0), (10, 40.0), (11, 45.0))
        for quantity, amount in table:
            with self.subTest(quantity):
                contract = self.subscribe(
                    "2024-01-01", quantities={self.seats: quantity}
                )
                self.bill("2024-01-01", contract)
                self.assertEqual(contract.line_ids[1].charge_ids.amount, amount)

    def test_loyalty_begins_after_n_months_and_ends_after_m(self):
        self._bonus("loyalty", percent=5.0, month_start=2, month_count=2)
        contract = self.subscribe("2023-12-31")
        self.bill("2024-04-30")
        self.assertAmounts(
            contract,
            ("2023-12-31", 30.0, 30.0),
            ("2024-01-31", 30.0, 30.0),
            ("2024-02-29", 30.0, 28.5),
            ("2024-03-31", 30.0, 28.5),
            ("2024-04-30", 30.0, 30.0),
        )

    def test_loyalty_waits_for_the_next_fee_period_and_then_stays(self):
        self._bonus("loyalty", reward="amount", amount=4.0, month_start=1)
        contract = self.subscribe(
            "2024-01-15", self._variant("calendar", alignment="calendar")
        )
        self.bill("2024-03-01")
        self.assertAmounts(
            contract,
            ("2024-01-15", 16.45, 16.45),
            ("2024-02-01", 30.0, 30.0),
            ("2024-03-01", 30.0, 26.0),
        )

    def test_loyalty_from_the_first_month_reaches_the_stub(self):
        self._bonus("loyalty", percent=10.0, month_start=0)
        contract = self.subscribe(
            "2024-01-15", self._variant("calendar", alignment="calendar")
        )
        self.bill("2024-01-15")
        self.assertAmounts(contract, ("2024-01-15", 16.45, 14.81))

    def test_a_coupon_comes_before_the_loyalty_bonus(self):
        self._bonus("loyalty", "Loyal", percent=5.0, month_start=0)
        contract = self.subscribe("2024-01-01")
        self.redeem(contract, self._discount())
        move = self.bill("2024-01-01").move_ids
        self.assertAmounts(contract, ("2024-01-01", 30.0, 25.65))
        text = move.invoice_line_ids.name
        self.assertLess(text.index("Welcome 10 %"), text.index("Loyal 5 %"))
        self.assertIn("-3.00", text)
        self.assertIn("-1.35", text)

    def test_m3_a_free_period_is_credited_as_nothing(self):
        self._bonus("nth_period", every=2)
        contract = self.subscribe("2024-01-01")
        self.bill("2024-02-01")
        contract._set_end(self.day("2024-02-10"), "moved")
        self.bill("2024-02-11")
        self.assertEqual(sum(contract.charge_ids.mapped("amount")), 30.0)
        self.assertHealthy()

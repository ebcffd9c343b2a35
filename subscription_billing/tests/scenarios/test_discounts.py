from odoo.fields import Command
from odoo.tests import tagged

from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "discounts")
class TestDiscounts(DiscountCommon):
    """What discounts take off: base fee 30, seats 5 each, monthly in advance."""

    def test_once_is_once(self):
        contract = self.subscribe("2024-01-01")
        self.redeem(contract, self._discount())
        self.bill("2024-02-01")
        self.assertAmounts(
            contract, ("2024-01-01", 30.0, 27.0), ("2024-02-01", 30.0, 30.0)
        )
        self.assertHealthy()

    def test_t7_n_periods_are_the_same_in_a_late_run_as_in_time(self):
        discount = self._discount(duration="periods", period_count=2, amount=7.0)
        late, punctual = (self.subscribe("2024-01-31") for _n in range(2))
        for contract in (late, punctual):
            self.redeem(contract, discount)
        for day in ("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"):
            self.bill(day, punctual)
        self.bill("2024-04-30", late)
        for contract in (late, punctual):
            self.assertAmounts(
                contract,
                ("2024-01-31", 30.0, 23.0),
                ("2024-02-29", 30.0, 23.0),
                ("2024-03-31", 30.0, 30.0),
                ("2024-04-30", 30.0, 30.0),
            )

    def test_from_to_discounts_what_begins_in_it(self):
        contract = self.subscribe("2024-01-15")
        discount = self._discount(
            duration="dates", date_start="2024-02-01", date_end="2024-03-15"
        )
        self.redeem(contract, discount)
        self.bill("2024-04-15")
        self.assertAmounts(
            contract,
            ("2024-01-15", 30.0, 30.0),
            ("2024-02-15", 30.0, 27.0),
            ("2024-03-15", 30.0, 27.0),
            ("2024-04-15", 30.0, 30.0),
        )

    def test_several_discounts_follow_their_sequence(self):
        for first, second, amount in ((10, 20, 22.0), (20, 10, 22.5)):
            with self.subTest(first=first, second=second):
                contract = self.subscribe("2024-01-01")
                self.redeem(contract, self._discount(sequence=first))
                self.redeem(contract, self._discount(sequence=second, amount=5.0))
                self.bill("2024-01-01", contract)
                self.assertAmounts(contract, ("2024-01-01", 30.0, amount))

    def test_an_amount_is_used_up_over_the_charges_in_their_order(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        self.redeem(contract, self._discount(amount=34.0, duration="forever"))
        self.bill("2024-02-01")
        self.assertAmounts(
            contract,
            ("2024-01-01", 30.0, 0.0),
            ("2024-01-01", 15.0, 11.0),
            ("2024-02-01", 30.0, 0.0),
            ("2024-02-01", 15.0, 11.0),
        )

    def test_what_exceeds_the_charges_lapses_and_makes_no_invoice(self):
        contract = self.subscribe("2024-01-01")
        self.redeem(contract, self._discount(amount=100.0))
        run = self.bill("2024-01-01")
        self.assertFalse(run.move_ids)
        self.bill("2024-02-01")
        self.assertAmounts(
            contract, ("2024-01-01", 30.0, 0.0), ("2024-02-01", 30.0, 30.0)
        )
        self.assertHealthy()

    def test_x2_the_rest_of_an_amount_is_left_for_a_line_booked_later(self):
        contract = self.subscribe("2024-01-01")
        self.redeem(contract, self._discount(amount=40.0))
        self.bill("2024-01-01")
        contract.line_ids = [
            Command.create({"component_id": self.setup.id, "date_start": "2024-01-01"})
        ]
        self.bill("2024-01-02")
        self.assertAmounts(
            contract, ("2024-01-01", 30.0, 0.0), ("2024-01-01", 99.0, 89.0)
        )

    def test_a_minimum_looks_at_the_charges_before_discounts(self):
        for minimum, amount in ((44.99, 40.5), (45.0, 40.5), (45.01, 45.0)):
            with self.subTest(minimum):
                contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
                self.redeem(contract, self._discount(amount_minimum=minimum))
                self.bill("2024-01-01", contract)
                total = sum(contract.charge_ids.mapped("amount"))
                self.assertEqual(round(total, 2), amount)

    def test_a_minimum_is_the_same_in_a_late_run_as_in_time(self):
        discount = self._discount(amount_minimum=50.0, duration="forever")
        late, punctual = (self.subscribe("2024-01-01") for _n in range(2))
        for contract in (late, punctual):
            self.redeem(contract, discount)
        self.bill("2024-01-01", punctual)
        self.bill("2024-02-01", punctual)
        self.bill("2024-02-01", late)
        for contract in (late, punctual):
            self.assertAmounts(
                contract, ("2024-01-01", 30.0, 30.0), ("2024-02-01", 30.0, 30.0)
            )

    def test_only_the_component_it_is_for(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        self.redeem(
            contract, self._discount(percent=50.0, component_ids=self.seats.ids)
        )
        self.bill("2024-01-01")
        self.assertAmounts(
            contract, ("2024-01-01", 30.0, 30.0), ("2024-01-01", 20.0, 10.0)
        )

    def test_t6_a_yearly_fee_billed_monthly_is_discounted_whole(self):
        variant = self._variant("yearly", fee_interval_unit="year")
        contract = self.subscribe("2024-01-01", variant)
        self.redeem(contract, self._discount(duration="periods", period_count=3))
        self.bill("2025-01-01")
        self.assertAmounts(
            contract, ("2024-01-01", 30.0, 27.0), ("2025-01-01", 30.0, 30.0)
        )

    def test_t6_monthly_fees_billed_yearly_share_one_amount(self):
        variant = self._variant("prepaid", billing_interval_unit="year")
        contract = self.subscribe("2024-01-01", variant)
        self.redeem(contract, self._discount(amount=50.0))
        self.bill("2024-01-01")
        amounts = contract.charge_ids.sorted("date_start").mapped("amount")
        self.assertEqual(amounts, [0.0, 10.0] + [30.0] * 10)

    def test_a_stub_gets_its_share_of_an_amount(self):
        variant = self._variant("calendar", alignment="calendar")
        contract = self.subscribe("2024-01-15", variant)
        self.redeem(contract, self._discount(amount=10.0))
        self.bill("2024-02-01")
        self.assertAmounts(
            contract, ("2024-01-15", 16.45, 10.97), ("2024-02-01", 30.0, 30.0)
        )

    def test_one_off_items_are_discounted_too(self):
        contract = self.subscribe("2024-01-01", quantities={self.setup: 1})
        self.redeem(contract, self._discount(component_ids=self.setup.ids))
        self.bill("2024-02-01")
        self.assertAmounts(
            contract,
            ("2024-01-01", 30.0, 30.0),
            ("2024-01-01", 99.0, 89.1),
            ("2024-02-01", 30.0, 30.0),
        )

    def test_arrears_are_discounted_by_the_period_not_by_the_invoice(self):
        variant = self._variant("arrears", billing_mode="arrears")
        contract = self.subscribe("2024-01-01", variant)
        self.redeem(contract, self._discount())
        self.bill("2024-03-01")
        self.assertAmounts(
            contract, ("2024-01-01", 30.0, 27.0), ("2024-02-01", 30.0, 30.0)
        )

    def test_m1_the_discounted_amount_is_rounded_once(self):
        variant = self._variant("odd")
        self._price(self.base, 9.99, variant_id=variant.id)
        contract = self.subscribe("2024-01-01", variant)
        self.redeem(contract, self._discount(percent=33.33))
        self.bill("2024-01-01")
        self.assertAmounts(contract, ("2024-01-01", 9.99, 6.66))

    def test_more_contracts_need_no_more_queries(self):
        self._bonus("loyalty", percent=5.0, month_start=0)
        terms = {"duration": "forever", "component_ids": self.base.ids}
        discount = self._discount(amount=7.0, amount_minimum=1.0, **terms)
        counts = []
        for number in (1, 4, 16):
            contracts = self.env["subscription.contract"].union(
                *(self.subscribe("2024-01-01") for _n in range(number))
            )
            for contract in contracts:
                self.redeem(contract, discount)
            self.bill("2024-02-01", contracts)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            plans = self.plan_for(contracts, "2024-03-01")
            counts.append(self.env.cr.sql_log_count - before)
            amounts = [plan.charges[0].amount for plan in plans.values()]
            self.assertEqual(set(map(float, amounts)), {21.85})
        self.assertEqual(*counts[1:], "the first one fills caches")

    def test_an_ended_discount_gives_no_more(self):
        contract = self.subscribe("2024-01-01")
        redemption = self.redeem(contract, self._discount(duration="forever"))
        self.bill("2024-02-01")
        redemption._end(self.day("2024-02-10"))
        self.bill("2024-03-01")
        self.assertAmounts(
            contract,
            ("2024-01-01", 30.0, 27.0),
            ("2024-02-01", 30.0, 27.0),
            ("2024-03-01", 30.0, 30.0),
        )

    def test_x3_a_period_that_is_billed_again_is_discounted_again(self):
        self.company.subscription_invoice_policy = "draft"
        contract = self.subscribe("2024-01-01")
        self.redeem(contract, self._discount(amount=12.0))
        self.bill("2024-01-01").move_ids.button_cancel()
        self.bill("2024-01-01")
        self.assertAmounts(contract, ("2024-01-01", 30.0, 18.0))

from odoo.fields import Command
from odoo.tests import tagged

from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "discounts")
class TestDiscountCredits(DiscountCommon):
    """C5, M3: what is given back is what was paid, and to change and change back
    costs nothing, whatever is taken off."""

    TERMS = (
        {"percent": 10.0},
        {"percent": 33.33},
        {"percent": 100.0},
        {"amount": 10.0},
        {"amount": 7.77},
        {"amount": 31.0},
        {"percent": 10.0, "amount_minimum": 45.0},
    )

    def _discounted(self, **terms):
        contract = self.subscribe("2024-03-01", quantities={self.seats: 3})
        self.redeem(contract, self._discount(**terms))
        self.bill("2024-03-01", contract)
        return contract

    def _total(self, contract):
        return round(sum(contract.charge_ids.mapped("amount")), 2)

    def test_c5_the_credit_is_of_the_discounted_price(self):
        contract = self.subscribe("2024-03-01")
        self.redeem(contract, self._discount())
        self.bill("2024-03-01")
        contract._set_end(self.day("2024-03-14"), "moved")
        run = self.bill("2024-03-15")
        self.assertCharges(
            contract,
            [
                ("credit", "2024-03-15", "2024-03-31", -14.81),
                ("fee", "2024-03-01", "2024-03-31", 27.0),
            ],
        )
        self.assertEqual(run.move_ids.move_type, "out_refund")
        self.assertEqual(run.move_ids.amount_untaxed, 14.81)
        self.assertHealthy()

    def test_m3_to_end_a_line_and_take_it_back_costs_nothing(self):
        for terms in self.TERMS:
            with self.subTest(terms):
                contract = self._discounted(**terms)
                paid = self._total(contract)
                contract.line_ids.date_end = "2024-03-14"
                self.bill("2024-03-15", contract)
                contract.line_ids.date_end = False
                self.bill("2024-03-16", contract)
                self.assertEqual(self._total(contract), paid)
                self.assertGreater(len(contract.charge_ids), 2)

    def test_x2_a_late_end_costs_the_same_as_one_known_in_time(self):
        for terms in self.TERMS[:6]:
            with self.subTest(terms):
                late = self._discounted(**terms)
                late._set_end(self.day("2024-03-14"), "late")
                self.bill("2024-03-15", late)
                known = self._ended_in_time(**terms)
                self.assertEqual(self._total(late), self._total(known))

    def _ended_in_time(self, **terms):
        contract = self.subscribe(
            "2024-03-01", quantities={self.seats: 3}, date_end="2024-03-14"
        )
        self.redeem(contract, self._discount(**terms))
        self.bill("2024-03-15", contract)
        return contract

    def test_x2_a_line_that_follows_another_goes_on_with_its_discount(self):
        for terms, second in (({"percent": 10.0}, 14.81), ({"amount": 10.0}, 10.97)):
            with self.subTest(terms):
                contract = self.subscribe("2024-03-01")
                self.redeem(contract, self._discount(**terms))
                self.bill("2024-03-01", contract)
                paid = self._total(contract)
                contract.line_ids.date_end = "2024-03-14"
                contract.line_ids = [
                    Command.create(
                        {"component_id": self.base.id, "date_start": "2024-03-15"}
                    )
                ]
                self.bill("2024-03-15", contract)
                self.assertEqual(contract.line_ids[1].charge_ids.amount, second)
                self.assertEqual(self._total(contract), paid)

    def test_x1_a_refund_by_hand_limits_the_credit(self):
        contract = self.subscribe("2024-03-01")
        self.redeem(contract, self._discount(amount=10.0))
        move = self.bill("2024-03-01").move_ids
        refund = move._reverse_moves([{"invoice_date": self.day("2024-03-05")}])
        refund.action_post()
        self.assertEqual(refund.amount_untaxed, 20.0)
        contract._set_end(self.day("2024-03-14"), "moved")
        self.bill("2024-03-15")
        self.assertEqual(self._total(contract), 0.0)
        self.assertHealthy()

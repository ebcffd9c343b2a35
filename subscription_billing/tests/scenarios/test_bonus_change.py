from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..replay_common import ReplayCommon


@tagged("post_install", "-at_install", "discounts", "changes")
class TestBonusChange(DiscountCommon, ReplayCommon):
    """C4, C6: a bonus ends with the plan it is of; one of the new plan begins there."""

    def percent(self, percent, after=0, **vals):
        return self._bonus(
            "loyalty", reward="percent", percent=percent, month_start=after, **vals
        )

    def sell_base(self):
        contract = self.subscribe("2024-01-01")
        self.advance("2024-01-01", contract)
        return contract

    def assert_months(self, contract, *fees):
        self.advance_to(contract, f"2024-{len(fees):02d}-01")
        self.assertEqual(list(self.months(contract).values()), list(fees))
        self.assertHealthy()

    def setUp(self):
        super().setUp()
        self.ours = self.percent(50)
        self.pros = self.percent(10, after=2, plan_id=self.pro.id)

    def test_c4_a_scheduled_change_takes_its_bonus_along(self):
        contract = self.sell_base()
        self.upgrade(contract, "2024-03-01", "2024-01-10")
        self.assert_months(contract, 0.5, 0.5, 10, 10, 9, 9)
        self.assertEqual(contract.variant_id, self.pro_monthly)

    def test_c4_the_same_at_once(self):
        contract = self.sell_base()
        self.advance_to(contract, "2024-03-01")
        change = self.draft_change(
            contract, "variant", variant_id=self.pro_monthly.id, timing="now"
        )
        preview = change._preview(self.day("2024-03-01"))
        self.assertEqual(preview["documents"][0]["net"], round(9.5 * self.FEE, 2))
        change._apply(self.day("2024-03-01"))
        self.assert_months(contract, 0.5, 0.5, 10, 10, 9)

    def test_c4_a_change_that_is_withdrawn_takes_its_bonus_back(self):
        contract = self.sell_base()
        self.upgrade(contract, "2024-03-01", "2024-01-10")._withdraw(
            self.day("2024-01-11")
        )
        self.assertEqual(contract.bonus_ids, self.ours)
        self.assert_months(contract, 0.5, 0.5, 0.5)

    def test_c6_what_was_offered_when_the_change_was_made_counts(self):
        contract = self.sell_base()
        self.upgrade(contract, "2024-03-01", "2024-01-10")
        self.pros.active = False
        self.percent(90, plan_id=self.pro.id)
        self.set_base_price(contract)
        self.assert_months(contract, 0.5, 1, 10, 10, 9)

    def set_base_price(self, contract):
        """Anything that lets the plan change be derived anew."""
        line = self.first_line(contract, self.base)
        vals = {"has_price_override": True, "price_override": 2 * self.FEE}
        vals["line_id"] = line.id
        self.change(contract, "price", "2024-02-01", "2024-01-20", **vals)

    def test_c4_a_bonus_comes_back_with_its_plan(self):
        contract = self.sell_base()
        self.upgrade(contract, "2024-02-01", "2024-01-10")
        vals = {"variant_id": self.monthly.id}
        self.change(contract, "variant", "2024-03-01", "2024-01-11", **vals)
        self.assert_months(contract, 0.5, 10, 0.5)

    def test_c4_a_bonus_of_one_variant_ends_with_it(self):
        """The other variant of the plan has one of its own."""
        self.ours.active = False
        other = self._variant("other", fee_interval_count=2, billing_interval_count=2)
        self.percent(20, variant_id=self.monthly.id)
        self.percent(30, variant_id=other.id)
        contract = self.sell_base()
        vals = {"variant_id": other.id}
        self.change(contract, "variant", "2024-03-01", "2024-01-10", **vals)
        self.advance_to(contract, "2024-05-01")
        base = contract.charge_ids.sorted("date_start")
        fees = [round(row.amount / self.FEE, 4) for row in base]
        self.assertEqual(fees, [0.8, 0.8, 0.7, 0.7])

    def test_x5_a_variant_goes_on_as_one_with_a_bonus(self):
        """The first term of two months over, it goes on by itself."""
        self.monthly.write(
            {
                "first_term_count": 2,
                "first_term_unit": "month",
                "is_ended_after_first_term": True,
                "next_variant_id": self.pro_monthly.id,
            }
        )
        contract = self.sell_base()
        self.assert_months(contract, 0.5, 0.5, 10, 10, 9)
        self.assertFalse(contract.billing_error)

    def transfer(self, contract, on):
        vals = {"partner_new_id": self._customer("Heir").id}
        self.change(contract, "transfer", on, **vals)
        self.advance(on, contract | contract.successor_id)
        return contract.successor_id

    def test_c4_whoever_takes_over_goes_on_with_the_time_of_before(self):
        """Half off goes along; the tenth that comes after two months is there in
        March, however often the contract changed hands, and what is archived too."""
        self.percent(10, after=2)
        contract = self.sell_base()
        self.env["subscription.bonus"].search([]).active = False
        first = self.transfer(contract, "2024-02-01")
        self.assertEqual(first.bonus_ids, contract.bonus_ids)
        second = self.transfer(first, "2024-02-16")
        self.advance("2024-03-01", second)
        found = [self.months(each) for each in (contract, first, second)]
        self.assertEqual(found[0], {"2024-01": 0.5})
        self.assertEqual(found[1]["2024-02"] + found[2]["2024-02"], 0.5)
        self.assertAlmostEqual(found[2]["2024-03"], 0.45, 4)
        self.assertHealthy()

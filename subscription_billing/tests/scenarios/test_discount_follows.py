from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..replay_common import ReplayCommon


@tagged("post_install", "-at_install", "changes", "discounts")
class TestDiscountFollows(ReplayCommon, DiscountCommon):
    """C6, M6: what was promised for a plan, for periods or per period follows the
    contract: it ends and returns with the plan, and gives its part of the time."""

    FEE = 100.0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pro_base.price_ids.amount = 60.0
        cls.yearly = cls._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        cls._price(cls.base, 1000.0, variant_id=cls.yearly.id)

    def sold(self, variant=None, on="2026-01-01", **terms):
        contract = self.subscribe(on, variant)
        self.redeem(contract, self._discount(**terms), on)
        self.advance(on)
        return contract

    def switch(self, contract, variant, on, **vals):
        self.change(contract, "variant", on, variant_id=variant.id, **vals)
        self.advance(on)

    def fees(self, contract, since):
        rows = contract.charge_ids.filtered(lambda it: str(it.date_start) >= since)
        self.assertHealthy()
        return rows.filtered(lambda it: it.kind == "fee").mapped("amount")

    def test_for_a_plan_only(self):
        """20 % for the plan; Pro costs 60.00, and back it is 80.00 again."""
        contract = self.sold(percent=20, duration="forever", plan_ids=self.plan.ids)
        self.assertEqual(self.total(contract), 80.0)
        self.switch(contract, self.pro_monthly, "2026-02-01")
        self.assertEqual(self.fees(contract, "2026-02-01"), [60.0])
        self.switch(contract, self.monthly, "2026-03-01")
        self.assertEqual(self.fees(contract, "2026-03-01"), [80.0])

    def test_for_both_plans(self):
        plans = self.plan | self.pro
        contract = self.sold(percent=20, duration="forever", plan_ids=plans.ids)
        self.switch(contract, self.pro_monthly, "2026-02-01")
        self.assertEqual(self.fees(contract, "2026-02-01"), [48.0])

    def test_for_a_component_only(self):
        contract = self.sold(
            percent=20, duration="forever", component_ids=self.base.ids
        )
        self.switch(contract, self.pro_monthly, "2026-02-01")
        self.assertEqual(self.fees(contract, "2026-02-01"), [60.0])

    def test_the_plan_may_leave_the_offer(self):
        """C6: the redemption keeps what was promised."""
        contract = self.sold(percent=20, duration="forever", plan_ids=self.plan.ids)
        contract.discount_ids.discount_id.plan_ids = False
        self.switch(contract, self.pro_monthly, "2026-02-01")
        self.assertEqual(self.fees(contract, "2026-02-01"), [60.0])

    def test_three_months_at_half_and_then_a_year(self):
        contract = self.sold(percent=50, duration="periods", period_count=3)
        self.advance("2026-02-01")
        self.switch(contract, self.yearly, "2026-02-15", restarts_periods=True)
        self.assertEqual(self.fees(contract, "2026-02-15"), [938.36])

    def test_a_free_month_and_then_a_year(self):
        """22 of 365 days are left of January."""
        contract = self.sold(percent=100)
        self.assertEqual(self.total(contract), 0.0)
        self.switch(contract, self.yearly, "2026-01-10", restarts_periods=True)
        self.assertEqual(self.fees(contract, "2026-01-10"), [939.73])

    def test_a_free_month_and_then_another_plan(self):
        """The month of Pro from the tenth has 22 of its 31 days in January."""
        contract = self.sold(percent=100)
        self.switch(contract, self.pro_monthly, "2026-01-10", restarts_periods=True)
        self.assertEqual(self.fees(contract, "2026-01-10"), [17.42])  # 60 x 9 / 31

    def test_a_free_year_and_then_another(self):
        year = {"fee_interval_unit": "year", "billing_interval_unit": "year"}
        pro_yearly = self._variant("pro_yearly", plan_id=self.pro.id, **year)
        contract = self.sold(self.yearly, percent=100)
        self.switch(contract, pro_yearly, "2026-01-10", restarts_periods=True)
        self.assertEqual(self.fees(contract, "2026-01-10"), [1.48])  # 60 x 9 / 365

    def test_an_amount_for_a_month_and_then_another_plan(self):
        contract = self.sold(amount=31.0)
        self.switch(contract, self.pro_monthly, "2026-01-10", restarts_periods=True)
        self.assertEqual(self.fees(contract, "2026-01-10"), [38.0])  # 60 - 22

    def test_three_months_at_half_and_another_billing_day(self):
        """They end on 31 March, after 17 of the 31 days from 15 March."""
        contract = self.sold(percent=50, duration="periods", period_count=3)
        vals = {"billing_day_new": 15}
        self.change(contract, "billing_day", "2026-02-01", "2026-01-20", **vals)
        for on in ("2026-02-01", "2026-02-15", "2026-03-15", "2026-04-15"):
            self.advance(on)
        fees = self.fees(contract, "2026-02-01")
        self.assertEqual(fees, [22.58, 50.0, 72.58, 100.0])

    def test_another_rhythm_that_is_scheduled_is_previewed_as_it_is_billed(self):
        """C4: the discount follows before the day has come."""
        half = {"percent": 50, "duration": "periods", "period_count": 3}
        for terms, on, expected in (
            (half, "2026-02-15", 938.36),
            ({"amount": 10.0, "duration": "forever"}, "2026-02-15", 880.0),
            ({"percent": 100}, "2026-01-10", 939.73),
        ):
            with self.subTest(terms=terms):
                contract = self.sold(**terms)
                vals = {"variant_id": self.yearly.id, "restarts_periods": True}
                vals |= {"timing": "date", "date": on}
                change = self.draft_change(contract, "variant", **vals)
                preview = change._preview(self.day("2026-01-05"))
                lines = preview["documents"][-1]["lines"]
                change._apply(self.day("2026-01-05"))
                due = self.plan_for(contract, on)[contract]
                self.advance("2026-02-01", contract)
                self.advance(on, contract)
                self.assertEqual(self.fees(contract, on), [expected])
                self.assertEqual(lines[-1]["amount"], expected)
                self.assertEqual(float(due.charges[-1].amount), expected)

    def test_a_rhythm_of_quarters(self):
        """Half off for a quarter, then Pro by the month, in the middle of it."""
        quarterly = self._variant("q", billing_interval_unit="quarter")
        contract = self.sold(quarterly, percent=50)
        self.assertEqual(self.fees(contract, "2026-01-01"), [50.0] * 3)
        self.switch(contract, self.pro_monthly, "2026-03-16", restarts_periods=True)
        fees = self.fees(contract, "2026-03-16")
        self.assertEqual(fees, [44.52])  # 60 - 30 x 16 / 31

    def test_seats_alone_whatever_their_number(self):
        self.seats.price_ids.amount = 10
        contract = self.subscribe("2026-01-01", quantities={self.seats: 2})
        terms = {"percent": 20, "duration": "forever"}
        offer = self._discount(component_ids=self.seats.ids, **terms)
        self.redeem(contract, offer, "2026-01-01")
        self.advance("2026-01-01")
        self.set_seats(contract, 6, "2026-02-01", "2026-01-15")
        self.advance("2026-02-01")
        self.assertEqual(self.fees(contract, "2026-01-01"), [100.0, 16.0, 100.0, 48.0])

    def test_a_period_on_another_plan_is_one_of_those_promised(self):
        terms = {"percent": 50, "duration": "periods", "period_count": 3}
        contract = self.sold(plan_ids=self.plan.ids, **terms)
        self.switch(contract, self.pro_monthly, "2026-02-01")
        self.switch(contract, self.monthly, "2026-03-01")
        self.advance("2026-04-01")
        fees = self.fees(contract, "2026-01-01")
        self.assertEqual(fees, [50.0, 60.0, 50.0, 100.0])

    def test_a_promotion_by_dates_and_then_a_year(self):
        contract = self.sold(
            percent=50, duration="dates", date_start="2026-01-01", date_end="2026-03-31"
        )
        self.switch(contract, self.yearly, "2026-02-15", restarts_periods=True)
        self.assertEqual(self.fees(contract, "2026-02-15"), [938.36])

    def test_an_amount_per_year_and_then_months(self):
        """120.00 a year are 10.19 for January."""
        contract = self.sold(self.yearly, amount=120.0, duration="forever")
        self.assertEqual(self.total(contract), 880.0)
        self.switch(contract, self.monthly, "2027-01-01")
        self.assertEqual(self.fees(contract, "2027-01-01"), [89.81])

    def test_an_amount_per_month_and_then_a_year(self):
        contract = self.sold(amount=10.0, duration="forever")
        self.switch(contract, self.yearly, "2026-02-01")
        self.assertEqual(self.fees(contract, "2026-02-01"), [880.0])

    def test_first_period_is_a_stub_after_a_trial(self):
        """The trial ends on 9 June: the rest of June is the first period."""
        calendar = self._variant(
            "calendar", alignment="calendar", trial_count=9, trial_unit="day"
        )
        contract = self.sold(calendar, on="2026-06-01", percent=100)
        self.advance("2026-06-10")
        self.assertEqual(self.total(contract), 0.0)
        self.advance("2026-07-01")
        self.assertEqual(self.total(contract), 100.0)
        self.assertHealthy()

    def test_a_pause_does_not_move_the_promise(self):
        """Three periods from the first one that is paid for, paused or not."""
        contract = self.sold(percent=50, duration="periods", period_count=3)
        self.change(contract, "pause", "2026-02-01", date_until="2026-02-28")
        for on in ("2026-02-01", "2026-03-01", "2026-04-01"):
            self.advance(on)
        self.assertEqual(self.fees(contract, "2026-03-01"), [50.0, 100.0])

    def test_the_preview_says_that_it_ends(self):
        terms = {"percent": 20, "duration": "forever"}
        contract = self.sold(plan_ids=self.plan.ids, name="Cloud only", **terms)
        self.advance("2026-02-01")
        self.redeem(
            contract, self._discount("For all", **terms), "2026-02-10", "2026-03-01"
        )
        vals = {"variant_id": self.pro_monthly.id, "timing": "date"}
        change = self.draft_change(contract, "variant", date="2026-03-01", **vals)
        preview = change._preview(self.day("2026-02-10"))
        self.assertEqual(preview["before"]["reductions"], ["Cloud only", "For all"])
        self.assertEqual(preview["after"]["reductions"], ["For all"])
        change.sudo().preview = preview
        self.assertIn("Cloud only, For all", change.preview_html)

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..change_common import ChangeCommon
from ..discount_common import DiscountCommon


@tagged("post_install", "-at_install", "pricing", "changes", "discounts")
class TestMonthlyAmount(DiscountCommon, ChangeCommon):
    """What a contract is worth per month: as of today, net, and what comes next. The
    base fee is 30.00 a month, a seat 5.00."""

    def tearDown(self):
        self.assertHealthy()
        super().tearDown()

    def assertWorth(self, contract, amount, following=None, on=None):
        """Worth ``amount``, and from the day ``on`` what follows, if anything does."""
        following = amount if following is None else following
        self.assertRecordValues(
            contract,
            [
                {
                    "amount_monthly": amount,
                    "amount_monthly_next": following,
                    "date_next_value": on and self.day(on),
                }
            ],
        )

    def with_add_on(self, until):
        """Ten seats, 50.00, up to a day beside the base fee."""
        lines = [
            {"component_id": self.base.id},
            {"component_id": self.seats.id, "quantity": 10, "date_end": until},
        ]
        lines = [Command.create(vals) for vals in lines]
        return self.subscribe("2024-01-01", line_ids=lines)

    def end(self, contract, last, today):
        reason = self.env.ref("subscription_billing.subscription_end_reason_price")
        vals = {"end_method": "extraordinary", "end_reason_id": reason.id}
        self.change(contract, "end", False, today, timing="now", date_last=last, **vals)

    def test_it_drops_on_the_day_an_add_on_ends(self):
        contract = self.with_add_on("2024-03-10")
        self.assertWorth(contract, 80.0, 30.0, "2024-03-11")
        self.advance("2024-03-10", contract)
        self.assertWorth(contract, 80.0, 30.0, "2024-03-11")
        self.advance("2024-03-11", contract)
        self.assertWorth(contract, 30.0)

    def test_it_drops_on_the_day_when_the_end_is_only_scheduled(self):
        contract = self.with_add_on(False)
        self.assertWorth(contract, 80.0)
        line = self.line(contract, self.seats, "2024-01-01")
        self.advance("2024-01-01", contract)
        self.change(contract, "unbook", "2024-02-01", "2024-01-10", line_id=line.id)
        self.assertWorth(contract, 80.0, 30.0, "2024-02-01")
        self.advance("2024-02-01", contract)
        self.assertWorth(contract, 30.0)

    def test_it_is_that_of_the_day_however_late_the_steps_are(self):
        contract = self.with_add_on("2024-03-10")
        self.advance("2024-06-01", contract)
        self.assertWorth(contract, 30.0)

    def test_a_change_of_today_counts_at_once(self):
        contract = self.with_add_on(False)
        self.advance("2024-01-01", contract)
        line = self.line(contract, self.seats, "2024-01-01")
        vals = {"line_id": line.id, "quantity": 6}
        self.change(contract, "quantity", "2024-01-20", **vals)
        self.assertWorth(contract, 60.0)

    def test_a_line_that_is_edited_counts_at_once(self):
        contract = self.subscribe("2024-01-01")
        self.advance("2024-01-01", contract)
        with self.on_day("2024-01-20"):
            vals = {"component_id": self.seats.id, "date_start": "2024-01-20"}
            contract.line_ids = [Command.create({**vals, "quantity": 2})]
            self.assertWorth(contract, 40.0)
            contract.line_ids[1].date_end = "2024-01-31"
            self.assertWorth(contract, 40.0, 30.0, "2024-02-01")
        self.bill("2024-01-20", contract)

    def test_discounts_are_taken_off_for_their_periods(self):
        contract = self.with_add_on(False)
        with self.on_day("2024-01-01"):
            three = self._discount(percent=25.0, duration="periods", period_count=3)
            self.redeem(contract, three)
            self.assertWorth(contract, 60.0, 80.0, "2024-04-01")
        self.advance("2024-03-31", contract)
        self.assertWorth(contract, 60.0, 80.0, "2024-04-01")
        self.advance("2024-04-01", contract)
        self.assertWorth(contract, 80.0)
        with self.on_day("2024-04-02"):
            later = self._discount(amount=8.0, duration="forever")
            self.redeem(contract, later, "2024-04-02", date_from="2024-05-01")
            self.assertWorth(contract, 80.0, 72.0, "2024-05-01")
            contract.discount_ids[1]._end(self.day("2024-06-15"))
            self.assertWorth(contract, 80.0, 72.0, "2024-05-01")
        self.advance("2024-05-01", contract)
        # June began before the discount ended.
        self.assertWorth(contract, 72.0, 80.0, "2024-07-01")

    def test_an_amount_off_a_year_is_a_twelfth_a_month(self):
        yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        self._price(self.base, 240.0, variant_id=yearly.id)
        contract = self.subscribe("2024-01-01", yearly)
        with self.on_day("2024-01-01"):
            self.redeem(contract, self._discount(amount=60.0))
            self.assertWorth(contract, 15.0, 20.0, "2025-01-01")

    def test_loyalty_is_taken_off_from_its_month_on(self):
        self._bonus("loyalty", percent=10.0, month_start=2)
        contract = self.subscribe("2024-01-15")
        self.assertWorth(contract, 30.0, 27.0, "2024-03-15")
        self.advance("2024-03-15", contract)
        self.assertWorth(contract, 27.0)

    def test_nothing_is_paid_in_a_pause(self):
        contract = self.with_add_on(False)
        self.advance("2024-01-01", contract)
        self.change(
            contract, "pause", "2024-01-15", "2024-01-10", date_until="2024-02-10"
        )
        self.assertWorth(contract, 80.0, 0.0, "2024-01-15")
        self.advance("2024-01-15", contract)
        self.assertWorth(contract, 0.0, 80.0, "2024-02-11")
        self.change(contract, "resume", "2024-02-01")
        self.assertWorth(contract, 80.0)

    def test_nothing_is_paid_in_a_trial(self):
        vals = {"trial_count": 1, "trial_unit": "month"}
        draft = self.draft("2024-01-01", **vals)
        self.assertWorth(draft, 30.0)  # what is offered
        draft.action_activate()
        self.assertWorth(draft, 0.0, 30.0, "2024-02-01")
        self.advance("2024-02-01", draft)
        self.assertWorth(draft, 30.0)

    def test_a_trial_that_waits_has_nothing_agreed_after_it(self):
        vals = {"trial_count": 1, "trial_unit": "month", "trial_end_policy": "wait"}
        contract = self.subscribe("2024-01-01", **vals)
        self.assertWorth(contract, 0.0)
        contract._convert_trial(self.day("2024-01-20"))
        self.assertWorth(contract, 0.0, 30.0, "2024-02-01")

    def test_a_cancelled_contract_is_worth_its_fees_to_its_end(self):
        contract = self.subscribe("2024-01-01")
        self.advance("2024-01-01", contract)
        self.end(contract, "2024-01-31", "2024-01-10")
        self.assertWorth(contract, 30.0, 0.0, "2024-02-01")
        self.advance("2024-02-01", contract)
        self.assertEqual(contract.state, "ended")
        self.assertWorth(contract, 0.0)

    def test_what_was_billed_elsewhere_has_its_worth(self):
        contract = self.subscribe("2024-01-01", date_billed_until="2024-03-31")
        self.assertWorth(contract, 30.0)

    def test_a_preview_is_net_and_that_of_the_day(self):
        contract = self.with_add_on(False)
        self.advance("2024-01-01", contract)
        with self.on_day("2024-01-01"):
            half = self._discount(percent=50.0, duration="forever")
            self.redeem(contract, half, date_from="2024-02-01")
        change = self.draft_change(contract, "pause", timing="date", date="2024-02-10")
        preview = change._preview(self.day("2024-01-10"))
        self.assertEqual(preview["before"]["monthly"], 40.0)
        self.assertEqual(preview["after"]["monthly"], 0.0)

    def test_a_cheaper_plan_is_told_by_list_prices(self):
        contract = self.with_add_on(False)
        with self.on_day("2024-01-01"):
            half = self._discount(percent=90.0, duration="forever")
            self.redeem(contract, half)
            small = self._variant("small")
            self._price(self.base, 10.0, variant_id=small.id)
            vals = {"variant_id": small.id, "timing": "now"}
            change = self.draft_change(contract, "variant", **vals)
            self.assertTrue(change.is_downgrade)

    def test_the_day_it_is_of_is_nobodys_to_write(self):
        contract = self.subscribe("2024-01-01").with_user(
            self.env.ref("base.user_admin")
        )
        with self.assertRaises(AccessError):
            contract.date_valued = "2024-02-01"

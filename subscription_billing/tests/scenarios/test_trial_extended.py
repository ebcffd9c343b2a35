from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..preview_mixin import PreviewMixin
from ..replay_common import ReplayCommon


@tagged("post_install", "-at_install", "changes", "contracts", "discounts")
class TestTrialExtended(PreviewMixin, DiscountCommon, ReplayCommon):
    """C3: more days to try move all that begins after the trial."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base.price_ids.amount = 149.0

    def try_out(self, on="2026-06-15", **vals):
        vals = {"trial_count": 30, "alignment": "calendar", **vals}
        code = f"tried{self.env['subscription.plan.variant'].search_count([])}"
        with self.on_day(on):
            return self.subscribe(on, self._variant(code, **vals))

    def extend(self, contract, until, today):
        return self.change(contract, "extend_trial", False, today, date_until=until)

    def advance_days(self, contract, *days):
        for day in days:
            self.advance(day, contract)

    def test_c3_nothing_is_billed_before_the_new_end(self):
        contract = self.try_out()
        self.assertEqual(str(contract.date_trial_end), "2026-07-14")
        self.extend(contract, "2026-07-25", "2026-07-10")
        self.advance_days(contract, "2026-07-10", "2026-07-15", "2026-07-25")
        self.assertFalse(contract.charge_ids)
        self.assertEqual(contract.state, "trial")
        self.advance("2026-07-26", contract)
        self.assertEqual(self.total(contract), 28.84)  # 149 x 6 / 31
        self.assertEqual(contract.state, "active")
        self.assertHealthy()

    def test_c4_the_preview_is_what_is_billed(self):
        contract = self.try_out()
        vals = {"date_until": "2026-07-25"}
        self.try_change(contract, "extend_trial", "2026-07-10", **vals)

    def test_c2_the_first_term_counts_from_then(self):
        contract = self.try_out(first_term_count=6)
        before = contract._get_earliest_end(self.day("2026-08-01"))
        self.extend(contract, "2026-07-25", "2026-07-10")
        after = contract._get_earliest_end(self.day("2026-08-01"))
        self.assertEqual((str(before), str(after)), ("2027-01-14", "2027-01-25"))

    def test_c3_an_end_with_the_trial_moves_along(self):
        contract = self.try_out(trial_end_policy="end")
        self.extend(contract, "2026-07-25", "2026-07-10")
        self.assertEqual(str(contract.date_end), "2026-07-25")
        self.advance_days(contract, "2026-07-15", "2026-07-26")
        self.assertEqual((contract.state, self.total(contract)), ("ended", 0.0))

    def test_c3_a_reminder_comes_again(self):
        self.company.subscription_trial_reminder_days = 3
        contract = self.try_out()
        self.advance("2026-07-11", contract)
        self.assertTrue(contract.is_trial_end_told)
        self.extend(contract, "2026-07-25", "2026-07-12")
        self.assertFalse(contract.is_trial_end_told)
        self.advance("2026-07-21", contract)
        self.assertFalse(contract.is_trial_end_told)
        self.advance("2026-07-22", contract)
        self.assertTrue(contract.is_trial_end_told)

    def test_c3_a_trial_that_waits_is_extended_after_its_end(self):
        contract = self.try_out(trial_end_policy="wait")
        self.advance("2026-07-15", contract)
        self.assertTrue(contract.is_trial_over_told)
        self.extend(contract, "2026-07-25", "2026-07-18")
        self.assertFalse(contract.is_trial_over_told)
        self.advance("2026-07-26", contract)
        self.assertTrue(contract.is_trial_over_told)

    def test_c3_what_follows_an_introductory_term_moves_along(self):
        after = self._variant("after")
        contract = self.try_out(
            first_term_count=2, is_ended_after_first_term=True, next_variant_id=after.id
        )
        follower = contract.change_ids
        self.assertEqual(str(follower.date_effective), "2026-09-15")
        self.extend(contract, "2026-07-25", "2026-07-10")
        self.assertEqual(str(follower.date_effective), "2026-09-26")
        self.assertEqual(follower.state, "scheduled")

    def test_c6_a_first_period_free_is_the_first_that_is_paid(self):
        free = self._discount("free", percent=100)
        for extended in (True, False):
            with self.subTest(extended=extended):
                contract = self.try_out(
                    trial_end_policy="wait", alignment="anniversary"
                )
                contract._redeem(free, self.day("2026-06-20"))
                self.advance("2026-07-15", contract)
                if extended:
                    self.extend(contract, "2026-08-19", "2026-08-10")
                    contract._convert_trial(self.day("2026-08-15"))
                else:
                    contract._convert_trial(self.day("2026-08-20"))
                self.advance_days(contract, "2026-08-20", "2026-09-20")
                amounts = contract.charge_ids.sorted("date_start").mapped("amount")
                self.assertEqual(amounts, [0.0, 149.0])

    def test_c3_three_periods_at_half_after_a_late_conversion(self):
        half = self._discount("half", percent=50, duration="periods", period_count=3)
        contract = self.try_out(trial_end_policy="wait", alignment="anniversary")
        contract._redeem(half, self.day("2026-06-20"))
        contract._convert_trial(self.day("2026-08-01"))
        for month in (8, 9, 10, 11):
            self.advance(f"2026-{month:02d}-01", contract)
        amounts = contract.charge_ids.sorted("date_start").mapped("amount")
        self.assertEqual(amounts, [74.5, 74.5, 74.5, 149.0])

    def test_wrong_days_and_contracts_are_refused(self):
        contract = self.try_out()
        for until in (False, "2026-07-14", "2026-07-01"):
            with self.subTest(until), self.refused("later than 07/14/2026"):
                self.extend(contract, until, "2026-07-10")
        paid = self.subscribe("2026-06-15")
        with self.refused("is not in a trial"):
            self.extend(paid, "2026-07-25", "2026-07-10")
        self.end(contract, "2026-07-14", "2026-07-01")
        with self.refused("is not in a trial that goes on"):
            self.extend(contract, "2026-07-25", "2026-07-10")

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..change_common import ChangeCommon
from ..discount_common import DiscountCommon

LOGGER = "odoo.addons.subscription_billing.models.failures"


@tagged("post_install", "-at_install", "billing", "contracts")
class TestFailingSteps(DiscountCommon, ChangeCommon):
    """X5: what raises in one contract stops no other, in none of the loops, and what
    was worked on is not worked on again in the same run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tried = cls._variant("tried", trial_count=14, trial_unit="day")

    @contextmanager
    def planted(self, name, culprit=None, error=None):
        """Count the calls of a method of contracts; it raises for one of them."""
        contracts = type(self.env["subscription.contract"])
        method, calls = getattr(contracts, name), []

        def planted(records, *args):
            calls.append(records)
            if error and culprit in records:
                raise error
            return method(records, *args)

        with patch.object(contracts, name, planted):
            yield calls

    def test_x5_the_others_are_stepped_billed_and_ended(self):
        good = self.env["subscription.contract"].union(
            *(
                self.subscribe("2024-01-01", self.tried, date_end="2024-02-10")
                for _n in range(20)
            )
        )
        stuck = self.subscribe("2024-01-01", self.tried)
        endless = self.subscribe("2024-01-01", date_end="2024-02-10")
        with (
            self.planted("_take_trial_steps", stuck, UserError("No step today.")),
            self.planted("_set_ended", endless, ValueError("No end today.")),
            mute_logger(LOGGER),
        ):
            run = self.advance("2024-02-11")
        self.assertEqual(set(good.mapped("state")), {"ended"})
        self.assertEqual(set(map(self.total, good)), {26.13})  # 27 of 31 days
        self.assertEqual(run.contract_count, 21)
        self.assertRecordValues(
            stuck + endless,
            [
                {"state": "trial", "billing_error": "No step today."},
                {
                    "state": "active",
                    "billing_error": "Unexpected error: No end today.",
                },
            ],
        )
        self.assertEqual(str(stuck.date_retry), "2024-02-12")
        self.assertTrue(stuck.activity_ids)

    def test_x5_it_is_tried_again_and_released(self):
        contract = self.subscribe("2024-01-01", self.tried)
        with self.planted("_take_trial_steps", contract, UserError("Not today.")):
            self.advance("2024-01-15")
        self.assertEqual(contract.billing_error, "Not today.")
        self.assertFalse(self.advance("2024-01-15"), "parked until the day after")
        self.advance("2024-01-16")
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.billing_error)
        self.assertEqual(self.total(contract), 30.0)

    def test_x5_a_step_that_stays_due_is_taken_once_and_reported(self):
        contract = self.subscribe("2024-01-01")
        contract.sudo().date_next_step = "2024-01-10"
        due = self.day("2024-01-10")
        with (
            self.planted("_take_steps") as calls,
            patch.object(type(contract), "_get_step_dates", lambda _self: [due]),
        ):
            self.advance("2024-01-10")
            self.assertEqual(len(calls), 1)
            self.assertIn("still due after it was done", contract.billing_error)
            self.advance("2024-01-10")
            self.assertEqual(len(calls), 1, "parked until the day after")

    def test_c3_trials_end_in_one_pass_whenever_the_run_comes(self):
        """30 days from 1 January: until the 30th, whatever the policy."""
        states = {"end": "ended", "wait": "trial", "continue": "active"}
        for policy, state in states.items():
            for today in ("2024-01-31", "2024-02-07", "2025-01-31"):
                with self.subTest(policy=policy, today=today):
                    contract = self.subscribe(
                        "2024-01-01",
                        trial_count=30,
                        trial_unit="day",
                        trial_end_policy=policy,
                    )
                    with self.planted("_take_steps") as calls:
                        self.advance(today, contract)
                        self.advance(today, contract)
                    self.assertEqual(contract.state, state)
                    self.assertLessEqual(len(calls), 1)
                    self.assertFalse(contract.billing_error)
                    self.assertEqual(bool(contract.charge_ids), policy == "continue")

import time
from unittest.mock import patch

from odoo.exceptions import LockError, UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "charges", "billing")
class TestLongHistory(SubscriptionCommon):
    """T7, X2, X5: ten years of one contract, and contracts somebody else holds."""

    def _plan_queries(self, contracts, on):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        plans = self.plan_for(contracts, on)
        return self.env.cr.sql_log_count - before, plans

    def test_t7_ten_years_are_billed_at_once_and_add_up(self):
        contract = self.subscribe("2014-01-31", quantities={self.seats: 2})
        started = time.perf_counter()
        run = self.bill("2023-12-31")
        self.assertLess(time.perf_counter() - started, 30)
        self.assertEqual(len(contract.charge_ids), 240)
        self.assertEqual(run.amount_untaxed, 120 * 40.0)
        self.assertHealthy()

    def test_x2_planning_reads_ten_years_in_the_queries_of_one_month(self):
        young = self.subscribe("2024-01-31")
        old = self.subscribe("2014-01-31")
        self.bill("2024-01-31")
        few, _plans = self._plan_queries(young, "2024-02-29")
        many, plans = self._plan_queries(old, "2024-02-29")
        self.assertLessEqual(many, few + 1)
        self.assertEqual(len(plans[old].charges), 1)

    def test_x5_taxes_are_looked_up_once_per_contract_not_per_line(self):
        positions = type(self.env["account.fiscal.position"])
        booked = {self.seats: 2, self.setup: 1}
        self.subscribe("2024-01-01", quantities=booked)
        original = positions._get_fiscal_position
        with patch.object(
            positions, "_get_fiscal_position", autospec=True, side_effect=original
        ) as looked_up:
            self.bill("2024-01-01")
        self.assertLessEqual(looked_up.call_count, 2)

    def test_x5_a_contract_that_another_run_holds_is_left_to_it(self):
        mine, theirs = self.subscribe("2024-01-01"), self.subscribe("2024-01-01")
        contracts = type(mine)
        lock = contracts.try_lock_for_update

        def skip_theirs(records, **kwargs):
            return lock(records - theirs.with_env(records.env), **kwargs)

        with patch.object(contracts, "try_lock_for_update", skip_theirs):
            run = self.bill("2024-01-01")
        self.assertEqual((run.contract_count, run.state), (1, "done"))
        self.assertFalse(theirs.charge_ids)
        self.assertEqual(theirs.date_next_billing, self.day("2024-01-01"))
        self.assertEqual(self.bill("2024-01-01").contract_count, 1)

    def test_x5_the_wizard_says_so_when_a_contract_is_being_billed(self):
        contract = self.subscribe("2024-01-01")
        wizard = self.env["subscription.billing.wizard"].create(
            {"date": "2024-01-15", "contract_ids": contract.ids}
        )
        locked = patch.object(
            type(contract), "lock_for_update", side_effect=LockError("locked")
        )
        with locked, self.assertRaisesRegex(UserError, "being billed"):
            wizard.action_bill()
        self.assertFalse(contract.charge_ids)

    def test_x5_lock_errors_go_back_to_the_caller_and_park_nothing(self):
        contract = self.subscribe("2024-01-01")
        builder = type(self.env["subscription.invoice.builder"])
        for error in (LockError("locked"),):
            with (
                patch.object(builder, "_prepare_invoice", side_effect=error),
                self.assertRaises(LockError),
            ):
                self.bill("2024-01-01")
        self.assertFalse(contract.billing_error)

    def test_x7_the_watchdog_sees_days_that_are_billed_twice(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        charge = contract.charge_ids.sudo()
        charge.copy({"revision": 1, "date_start": "2024-01-20"})
        findings = self.env["subscription.watchdog"]._get_findings(self.company)
        self.assertIn("billed twice", "\n".join(findings))

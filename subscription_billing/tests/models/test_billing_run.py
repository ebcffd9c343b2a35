from contextlib import closing
from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing")
class TestBillingRun(SubscriptionCommon):
    def setUp(self):
        super().setUp()
        # The test transaction must not be committed; what the scheduled action
        # commits is one batch each.
        commit = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
        )
        self.commit = commit.start()
        self.addCleanup(commit.stop)

    def _at(self, instant):
        return patch.object(
            fields.Datetime, "now", return_value=datetime.fromisoformat(instant)
        )

    def test_t3_the_scheduled_action_bills_by_the_contracts_calendar(self):
        berlin = self.subscribe("2024-02-01", tz="Europe/Berlin")
        tokyo = self.subscribe("2024-02-01", tz="Asia/Tokyo")
        honolulu = self.subscribe("2024-02-01", tz="Pacific/Honolulu")
        runs = self.env["subscription.billing.run"]
        with self._at("2024-01-31 16:00:00"):
            runs._cron_bill()
        self.assertEqual(
            [bool(c.charge_ids) for c in (berlin, tokyo, honolulu)],
            [False, True, False],
        )
        with self._at("2024-02-01 09:30:00"):
            runs._cron_bill()
        self.assertEqual(
            [bool(c.charge_ids) for c in (berlin, tokyo, honolulu)],
            [True, True, False],
        )
        self.assertEqual(str(tokyo.charge_ids.move_id.invoice_date), "2024-02-01")

    def test_x5_a_run_commits_in_batches(self):
        for _i in range(25):
            self.subscribe("2024-01-01")
        run = self.env["subscription.billing.run"]._run_for_date(
            self.day("2024-01-01"), self.company
        )
        self.assertEqual(run.contract_count, 25)
        self.assertEqual(
            [c.args for c in self.commit.mock_calls], [(0,), (20,), (5,), (0,)]
        )

    def test_x5_a_run_out_of_time_goes_on_with_the_next_call(self):
        for _i in range(25):
            self.subscribe("2024-01-01")
        runs = self.env["subscription.billing.run"]
        self.commit.return_value = 0
        first = runs._run_for_date(self.day("2024-01-01"), self.company)
        second = runs._run_for_date(self.day("2024-01-01"), self.company)
        self.assertEqual((first + second).mapped("contract_count"), [20, 5])
        self.assertHealthy()

    def test_no_run_is_made_when_nothing_is_due(self):
        self.subscribe("2024-02-01")
        self.assertFalse(
            self.env["subscription.billing.run"]._run_for_date(
                self.day("2024-01-31"), self.company
            )
        )

    def test_contracts_end_on_their_date(self):
        contract = self.subscribe("2024-01-01", date_end="2024-01-31")
        runs = self.env["subscription.billing.run"]
        runs._run_for_date(self.day("2024-01-31"), self.company)
        self.assertEqual(contract.state, "active")
        runs._run_for_date(self.day("2024-02-01"), self.company)
        self.assertEqual(contract.state, "ended")

    def test_the_wizard_previews_and_bills(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        wizard = self.env["subscription.billing.wizard"].create(
            {"date": "2024-01-15", "contract_ids": contract.ids}
        )
        self.assertEqual(wizard.contract_count, 1)
        self.assertEqual(wizard.line_ids.mapped("amount"), [30.0, 10.0])
        self.assertFalse(contract.charge_ids)
        action = wizard.action_bill()
        run = self.env["subscription.billing.run"].browse(action["res_id"])
        self.assertEqual(run.amount_untaxed, 40.0)
        with self.assertRaisesRegex(UserError, "Nothing is due up to 01/15/2024"):
            wizard.action_bill()

    def test_the_wizard_names_problems_before_billing(self):
        self.customer.country_id = False
        contract = self.subscribe("2024-01-01")
        wizard = self.env["subscription.billing.wizard"].create(
            {"date": "2024-01-15", "contract_ids": contract.ids}
        )
        self.assertIn("has no country", wizard.error_text)

    def test_the_invoice_policy_of_the_company(self):
        states = {"draft": "draft", "post": "posted", "send": "posted"}
        for policy, state in states.items():
            self.company.subscription_invoice_policy = policy
            self.subscribe("2024-01-01")
            move = self.bill("2024-01-01").move_ids
            self.assertEqual(move.state, state)
            self.assertEqual(bool(move.sending_data), policy == "send")

    def test_a_locked_period_parks_instead_of_moving_the_accounting_date(self):
        contract = self.subscribe("2024-01-01")
        self.company.fiscalyear_lock_date = "2024-03-31"
        run = self.bill("2024-01-15")
        self.assertEqual(run.failure_count, 1)
        self.assertIn("locked up to", contract.billing_error)

    def test_query_count_is_flat(self):
        """The queries of a run do not grow with the number of contracts."""
        counts = []
        for size in (10, 40):
            for _i in range(size):
                self.subscribe("2024-01-01")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.bill("2024-01-01")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        per_contract = (counts[1] - counts[0]) / 30
        self.assertLess(per_contract, 15, counts)

    def test_x5_a_run_that_was_killed_is_closed_by_the_next_one(self):
        killed = (
            self.env["subscription.billing.run"]
            .sudo()
            .create({"date": "2024-01-01", "state": "running"})
        )
        self.subscribe("2024-01-01")
        run = self.advance("2024-01-01")
        self.assertEqual((killed.state, run.state), ("interrupted", "done"))

    def test_x5_a_run_that_another_process_works_on_is_left_alone(self):
        running = (
            self.env["subscription.billing.run"]
            .sudo()
            .create({"date": "2024-01-01", "state": "running"})
        )
        self.subscribe("2024-01-01")
        with closing(self.registry.cursor()) as cr:
            other = running.with_env(self.env(cr=cr))
            other._try_hold()
            self.advance("2024-01-01")
            self.assertEqual(running.state, "running")
            other._release()
        self.advance("2024-02-01")
        self.assertEqual(running.state, "interrupted")

    def test_x5_a_run_that_fails_gives_up_its_lock(self):
        self.subscribe("2024-01-01")
        run = self.env["subscription.billing.run"].sudo().create({"date": "2024-01-01"})
        runs = type(run)
        crons = type(self.env["ir.cron"])
        with (
            patch.object(crons, "_commit_progress", return_value=60.0),
            patch.object(self.env.cr, "rollback") as rollback,
            patch.object(runs, "_commit_batches", side_effect=ValueError("no")),
            self.assertRaises(ValueError),
        ):
            run._process_committing([])
        self.assertTrue(rollback.called)
        with closing(self.registry.cursor()) as cr:
            self.assertTrue(run.with_env(self.env(cr=cr))._get_abandoned())

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "billing", "charges", "contracts", "usage")
class TestWatchdogMissing(ChangeCommon):
    """X7: each way a charge can go missing is found, with contract, line and days."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        self.advance("2024-01-01")
        self.advance("2024-02-01")
        self.assertEqual(self.find("2024-02-29"), "")

    def find(self, day):
        self.env.flush_all()
        self.env.invalidate_all()
        watchdog = self.env["subscription.watchdog"]
        return "\n".join(watchdog._get_findings(self.company, self.day(day)))

    def sql(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    def assert_missing(self, day, *texts):
        findings = self.find(day)
        for text in (self.contract.name, *texts):
            self.assertIn(text, findings)

    def test_x7_no_run_was_made_since_february(self):
        self.assert_missing(
            "2024-05-01", "Cloud base fee", "3 periods from 03/01/2024 to 05/31/2024"
        )
        self.assert_missing("2024-05-01", "Seats", "due since 03/01/2024")
        self.assertEqual(self.find("2024-02-29"), "")

    def test_x7_the_day_of_the_last_run_is_what_counts_by_default(self):
        self.contract._get_applying().date_next_billing = False
        other = self.subscribe("2024-01-01")
        self.bill("2024-06-01", other)  # a run for one contract says nothing of others
        self.advance("2024-04-01", self.subscribe("2024-04-01"))
        watchdog = self.env["subscription.watchdog"]
        findings = "\n".join(watchdog._get_findings(self.company))
        self.assertIn("2 periods from 03/01/2024 to 04/30/2024", findings)

    def test_x7_the_day_of_the_next_bill_is_empty_or_wrong(self):
        for wrong, shown in ((False, "empty"), ("2024-05-01", "05/01/2024")):
            with self.subTest(wrong):
                self.contract._get_applying().date_next_billing = wrong
                self.assert_missing(
                    "2024-02-29", f"Next Billing is {shown} and should be 03/01/2024"
                )
                self.advance("2024-04-01")
                self.assert_missing("2024-04-01", "2 periods from 03/01/2024")

    def test_x7_the_day_of_the_next_step_is_wrong(self):
        vals = {"line_id": self.line(self.contract, self.seats, "2024-02-01").id}
        self.change(
            self.contract, "quantity", "2024-03-10", "2024-02-01", quantity=5, **vals
        )
        self.assertEqual(self.find("2024-02-29"), "")
        for wrong in (False, "2024-05-01"):
            with self.subTest(wrong):
                self.contract._get_applying().date_next_step = wrong
                self.assert_missing("2024-02-29", "should be 03/10/2024")

    def test_x7_an_invoice_was_cancelled(self):
        move = self.contract.charge_ids.move_id.sorted("invoice_date")[0]
        move.button_draft()
        move.button_cancel()
        self.assert_missing("2024-02-29", "1 periods from 01/01/2024 to 01/31/2024")
        self.advance("2024-02-29")
        self.assertEqual(self.find("2024-02-29"), "")

    def test_x7_an_invoice_line_was_deleted(self):
        move = self.contract.charge_ids.move_id.sorted("invoice_date")[-1]
        move.button_draft()
        move.invoice_line_ids[0].unlink()
        self.assert_missing("2024-02-29", "1 periods from 02/01/2024 to 02/29/2024")

    def test_x7_a_charge_was_voided_or_deleted_behind_the_ledger(self):
        charge = self.contract.charge_ids.sorted("id")[0]
        for statement in (
            "UPDATE subscription_charge SET is_void = true WHERE id = %s",
            "DELETE FROM subscription_charge WHERE id = %s",
        ):
            with self.subTest(statement), self.env.cr.savepoint() as savepoint:
                self.sql(statement, charge.id)
                self.assert_missing("2024-02-29", "from 01/01/2024 to 01/31/2024")
                savepoint.rollback()

    def test_x7_billing_is_on_hold_for_months(self):
        self.contract.action_toggle_hold()
        self.advance("2024-05-01")
        self.assert_missing("2024-05-01", "3 periods", "Billing is on hold")

    def test_x7_a_parked_contract_says_why(self):
        self.product_a.active = False
        self.advance("2024-03-01")
        self.assert_missing("2024-03-01", "1 periods", "is archived. Unarchive it")

    def test_x7_a_line_got_longer_behind_the_ledger(self):
        self.end_seats("2024-02-01")
        self.advance("2024-02-01")
        self.assertEqual(self.find("2024-02-29"), "")
        self.sql(
            "UPDATE subscription_contract_line SET date_end = NULL"
            " WHERE contract_id = %s",
            self.contract.id,
        )
        self.assert_missing("2024-02-29", "Seats", "from 02/01/2024 to 02/29/2024")

    def end_seats(self, on):
        line = self.line(self.contract, self.seats, "2024-01-15")
        self.change(self.contract, "unbook", on, on, line_id=line.id)

    def test_x7_what_was_not_given_back_is_missing_too(self):
        self.end_seats("2024-02-15")
        self.assert_missing("2024-02-29", "Seats", "from 02/15/2024 to 02/29/2024")
        self.advance("2024-02-29")
        self.assertEqual(self.find("2024-02-29"), "")

    def test_x7_usage_that_was_never_billed(self):
        meter = self.env["subscription.meter"].create({"name": "Calls", "code": "c"})
        calls = self._component(
            "calls", "Calls", kind="metered", meter_id=meter.id, is_required=False
        )
        self._price(calls, 0.1, model="per_unit")
        contract = self.subscribe(
            "2024-01-01",
            line_ids=[
                Command.create({"component_id": it.id}) for it in (self.base, calls)
            ],
        )
        self.advance("2024-02-01")
        self.assertEqual(self.find("2024-02-29"), "")
        self.sql(
            "UPDATE subscription_charge SET is_void = true WHERE line_id IN %s",
            tuple(contract.line_ids.filtered("meter_id").ids),
        )
        self.contract = contract
        self.assert_missing("2024-02-29", "Calls", "from 01/01/2024 to 01/31/2024")

    def test_x7_an_ended_contract_that_owes_its_last_months(self):
        self.sql(
            "UPDATE subscription_contract SET state = 'ended', date_end = '2024-04-15',"
            " date_next_billing = NULL WHERE id = %s",
            self.contract.id,
        )
        self.assert_missing("2024-05-01", "2 periods from 03/01/2024 to 04/15/2024")

    def test_x7_a_contract_that_can_not_be_planned_is_named(self):
        self.sql(
            "UPDATE subscription_contract_line SET fee_interval_count = 0"
            " WHERE contract_id = %s",
            self.contract.id,
        )
        self.assertIn("cannot be reckoned with", self.find("2024-02-29"))

    def test_x7_the_nightly_action_asks_whoever_is_responsible(self):
        self.contract._get_applying().date_next_billing = False
        logger = "odoo.addons.subscription_billing.models.billing.subscription_watchdog"
        crons = type(self.env["ir.cron"])
        watchdog = self.env["subscription.watchdog"]
        with (
            patch.object(crons, "_commit_progress", return_value=60.0),
            self.assertLogs(logger, "ERROR") as log,
        ):
            watchdog._cron_watch()
            activity = self.contract.activity_ids
            watchdog._cron_watch()
        self.assertEqual(len(activity), 1)
        self.assertIn("Next Billing is empty", activity.note)
        self.assertEqual(self.contract.activity_ids, activity)
        self.assertIn(self.contract.name, log.output[0])

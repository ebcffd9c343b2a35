from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "changes", "contracts")
class TestEnds(SubscriptionCommon):
    """C1, C5, T7: the last period, however the end comes."""

    def setUp(self):
        super().setUp()
        commit = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
        )
        commit.start()
        self.addCleanup(commit.stop)

    def _cron(self, day):
        noon = fields.Datetime.to_datetime(f"{day} 12:00:00")
        with patch.object(fields.Datetime, "now", return_value=noon):
            self.env["subscription.billing.run"]._cron_bill()

    def test_c1_the_scheduled_action_ends_contracts_with_nothing_due(self):
        contract = self.subscribe("2024-01-01", date_end="2024-01-31")
        self.bill("2024-01-01")
        self.assertFalse(contract.date_next_billing)
        self._cron("2024-02-02")
        self.assertEqual(contract.state, "ended")

    def test_an_ended_contract_in_arrears_gets_its_last_invoice(self):
        variant = self._variant("arrears", billing_mode="arrears")
        contract = self.subscribe("2024-01-01", variant, date_end="2024-02-10")
        self._cron("2024-02-01")
        self._cron("2024-02-11")
        self.assertEqual(contract.state, "ended")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                ("fee", "2024-02-01", "2024-02-10", 10.34),
            ],
        )

    def test_an_ended_contract_on_hold_is_billed_when_released(self):
        variant = self._variant("arrears", billing_mode="arrears")
        contract = self.subscribe("2024-01-01", variant, date_end="2024-01-31")
        contract.action_toggle_hold()
        self._cron("2024-02-02")
        self.assertEqual(contract.state, "ended")
        contract.action_toggle_hold()
        self._cron("2024-02-03")
        self.assertCharges(contract, [("fee", "2024-01-01", "2024-01-31", 30.0)])

    def test_lines_in_advance_and_in_arrears_live_in_one_contract(self):
        late = self._component("late", "Traffic", billing_mode="arrears")
        self._price(late, 8.0)
        contract = self.subscribe("2024-01-15", quantities={late: 1})
        self.bill("2024-01-15")
        self.bill("2024-02-15")
        contract._set_end(self.day("2024-02-29"), "moved")
        self.bill("2024-03-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-15", "2024-02-14", 8.0),
                ("fee", "2024-01-15", "2024-02-14", 30.0),
                ("fee", "2024-02-15", "2024-02-29", 4.14),
                ("fee", "2024-02-15", "2024-03-14", 30.0),
                ("credit", "2024-03-01", "2024-03-14", -14.48),
            ],
        )
        self.assertHealthy()

    def test_an_end_before_a_booked_line_begins_gives_all_of_it_back(self):
        contract = self.subscribe("2024-01-01")
        contract.line_ids = [
            Command.create({"component_id": self.seats.id, "date_start": "2024-02-10"})
        ]
        self.bill("2024-02-10")
        contract._set_end(self.day("2024-02-05"), "moved")
        self.bill("2024-02-10")
        seats = contract.line_ids[1].charge_ids
        self.assertEqual(sum(seats.mapped("amount")), 0.0)
        self.assertHealthy()

    def test_a_line_that_begins_after_the_end_is_never_billed(self):
        contract = self.subscribe("2024-01-01", date_end="2024-01-31")
        contract.line_ids = [
            Command.create({"component_id": self.seats.id, "date_start": "2024-02-10"})
        ]
        self.bill("2024-06-01")
        self.assertFalse(contract.line_ids[1].charge_ids)
        self.assertEqual(len(contract.line_ids[0].charge_ids), 1)

    def test_a_draft_may_have_an_end_and_is_billed_up_to_it(self):
        contract = self.draft("2024-01-01", date_end="2024-02-15")
        contract.date_end = "2024-02-20"
        self.assertFalse(contract.date_next_billing)
        contract.action_activate()
        self.bill("2024-12-31")
        self.assertEqual(max(contract.charge_ids.mapped("date_end")), date(2024, 2, 20))

    def test_the_end_of_time_is_a_date_like_any_other(self):
        contract = self.subscribe("2024-01-01", date_end="2199-12-31")
        contract.line_ids.date_end = "2199-12-31"
        self.bill("2024-02-01")
        self.assertFalse(contract.billing_error)
        self.assertEqual(len(contract.charge_ids), 2)

    def test_c5_an_own_price_is_credited_as_it_was_billed(self):
        contract = self.draft("2024-03-01")
        contract.line_ids.write({"has_price_override": True, "price_override": 12.5})
        contract.action_activate()
        self.bill("2024-03-01")
        contract._set_end(self.day("2024-03-14"), "moved")
        self.bill("2024-03-15")
        self.assertCharges(
            contract,
            [
                ("credit", "2024-03-15", "2024-03-31", -6.85),
                ("fee", "2024-03-01", "2024-03-31", 12.5),
            ],
        )

    def test_c5_an_end_on_the_last_billed_day_credits_nothing(self):
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        contract._set_end(self.day("2024-03-31"), "over")
        self.bill("2024-06-01")
        self.assertCharges(contract, [("fee", "2024-03-01", "2024-03-31", 30.0)])

    def test_c5_moving_the_end_twice_adds_up_to_the_cent(self):
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        for end, run in (("2024-03-20", "2024-03-21"), ("2024-03-10", "2024-03-21")):
            contract._set_end(self.day(end), "earlier")
            self.bill(run)
        self.assertEqual(round(sum(contract.charge_ids.mapped("amount")), 2), 9.68)
        self.assertHealthy()

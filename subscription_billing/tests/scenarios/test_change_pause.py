from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes", "contracts")
class TestChangePause(ChangeCommon):
    """C4: a pause credits what was paid ahead, skips fees and keeps the anchor. January
    2024 has 31 days, February 29."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01")
        self.advance("2024-01-01")

    def test_c4_pause_over_a_period_border(self):
        contract = self.contract
        self.change(contract, "pause", "2024-01-21", date_until="2024-02-10")
        self.advance("2024-01-21")
        self.assertEqual(contract.state, "paused")
        self.advance("2024-02-01")
        self.advance("2024-02-11")
        self.assertEqual(contract.state, "active")
        self.advance("2024-03-01")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                ("credit", "2024-01-21", "2024-01-31", -10.65),  # 30 x 11 / 31
                ("fee", "2024-02-11", "2024-02-29", 19.66),  # 30 x 19 / 29
                ("fee", "2024-03-01", "2024-03-31", 30.0),
            ],
        )
        self.assertHealthy()

    def test_c4_open_pause_until_it_is_resumed(self):
        contract = self.contract
        self.change(contract, "pause", "2024-02-01", "2024-01-15")
        self.assertEqual(contract.state, "active")
        for on in ("2024-02-01", "2024-03-01", "2024-04-01"):
            self.advance(on)
            self.assertEqual(contract.state, "paused")
        self.assertEqual(self.total(contract), 30.0)
        self.assertFalse(contract.date_next_billing)
        self.change(contract, "resume", "2024-04-16")
        self.advance("2024-04-16")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 30 + 15)
        self.assertEqual(str(contract.date_next_billing), "2024-05-01")

    def test_m3_paused_and_resumed_on_one_day_costs_nothing(self):
        contract = self.contract
        self.change(contract, "pause", "2024-01-15")
        self.change(contract, "resume", "2024-01-15")
        self.advance("2024-01-15")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 30.0)
        self.assertEqual(len(contract.charge_ids), 1)

    def test_x2_pause_in_the_past_gives_back_what_was_billed(self):
        contract = self.contract
        self.advance("2024-02-01")
        vals = {"date_until": "2024-01-20"}
        self.change(contract, "pause", "2024-01-11", "2024-02-05", **vals)
        self.advance("2024-02-05")
        self.assertEqual(contract.state, "active")
        self.assertEqual(self.total(contract), 60 - 9.67)  # M2: 20.32 - 10.65
        self.assertHealthy()

    def test_c2_pause_extends_the_term_if_agreed(self):
        term = {"first_term_count": 12, "first_term_unit": "month"}
        contract = self.subscribe("2024-01-01", **term)
        before = contract._get_earliest_end(self.day("2024-01-10"))
        self.assertEqual(str(before), "2024-12-31")
        vals = {"date_until": "2024-02-19", "is_term_extended": True}
        self.change(contract, "pause", "2024-02-10", **vals)
        after = contract._get_earliest_end(self.day("2024-01-10"))
        self.assertEqual(str(after), "2025-01-10")

    def test_c4_scheduled_pause_is_withdrawn(self):
        contract = self.contract
        change = self.change(contract, "pause", "2024-02-01", "2024-01-15")
        change._withdraw(self.day("2024-01-16"))
        self.assertFalse(contract.pause_ids)
        self.advance("2024-02-01")
        self.assertEqual(self.total(contract), 60.0)

    def test_c4_wrong_input_names_a_day_that_would_do(self):
        contract = self.contract
        with self.refused("from 2024-01-10 to"):
            vals = {"date_until": "2024-01-05"}
            self.change(contract, "pause", "2024-01-10", **vals)
        with self.refused("is not paused on 2024-01-10"):
            self.change(contract, "resume", "2024-01-10")
        self.change(contract, "pause", "2024-01-10")
        with self.assertRaisesRegex(ValidationError, "is paused from 2024-01-10 on"):
            self.change(contract, "pause", "2024-01-12")

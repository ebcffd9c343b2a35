from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeQuantity(ChangeCommon):
    """C4: quantities and add-ons of a running contract. January 2024 has 31 days."""

    def test_c4_add_on_booked_on_day_10_and_ended_on_day_20(self):
        contract = self.subscribe("2024-01-01")
        self.advance("2024-01-01")
        self.change(contract, "book", "2024-01-10", component_id=self.seats.id)
        self.advance("2024-01-10")
        line = self.line(contract, self.seats, "2024-01-10")
        self.change(contract, "unbook", "2024-01-20", line_id=line.id)
        self.advance("2024-01-20")
        self.assertCharges(
            contract,
            [
                ("fee", "2024-01-01", "2024-01-31", 30.0),
                ("fee", "2024-01-10", "2024-01-31", 3.55),  # 5 x 22 / 31
                ("credit", "2024-01-20", "2024-01-31", -1.94),  # 5 x 12 / 31
            ],
        )
        self.assertHealthy()

    def test_m3_seats_up_and_down_on_one_day_cost_nothing(self):
        """Billed in between, and not billed in between."""
        for is_billed in (True, False):
            with self.subTest(is_billed=is_billed):
                contract = self.subscribe("2024-01-01", quantities={self.seats: 5})
                self.advance("2024-01-01")
                for quantity in (8, 5):
                    line = self.line(contract, self.seats, "2024-01-15")
                    self.change(
                        contract,
                        "quantity",
                        "2024-01-15",
                        line_id=line.id,
                        quantity=quantity,
                    )
                    if is_billed:
                        self.advance("2024-01-15")
                self.advance("2024-01-15")
                self.assertEqual(self.total(contract), 55.0)
                self.assertHealthy()

    def test_x2_change_three_billed_periods_back_bills_the_corrections(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        for on in ("2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"):
            self.advance(on)
        line = self.line(contract, self.seats, "2024-02-01")
        self.change(
            contract,
            "quantity",
            "2024-02-01",
            "2024-04-10",
            line_id=line.id,
            quantity=3,
        )
        run = self.advance("2024-04-10")
        self.assertEqual(run.move_ids.mapped("amount_untaxed"), [15.0])
        self.assertEqual(self.total(contract), 4 * 30 + 10 + 3 * 15)
        self.assertHealthy()

    def test_c4_scheduled_change_is_billed_from_its_day_and_can_be_withdrawn(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        self.advance("2024-01-01")
        line = self.line(contract, self.seats, "2024-01-15")
        vals = {"line_id": line.id, "quantity": 4}
        change = self.change(contract, "quantity", "2024-02-01", "2024-01-15", **vals)
        self.assertEqual(change.state, "scheduled")
        self.assertEqual(str(contract.date_next_step), "2024-02-01")
        with self.refused("scheduled for 02/01/2024 already"):
            self.change(contract, "quantity", "2024-02-01", "2024-01-15", **vals)
        change._withdraw(self.day("2024-01-15"))
        self.assertFalse(line.date_end)
        self.assertEqual(len(contract.line_ids), 2)
        change = self.change(contract, "quantity", "2024-02-01", "2024-01-15", **vals)
        self.advance("2024-02-01")
        self.assertEqual(change.state, "applied")
        self.assertEqual(self.total(contract), 40 + 50)
        self.assertHealthy()

    def test_c4_wrong_input_names_a_day_that_would_do(self):
        contract = self.subscribe("2024-01-31", quantities={self.seats: 2})
        line = self.line(contract, self.seats, "2024-02-15")
        vals = {"line_id": line.id, "quantity": 4}
        with self.refused("starts on 01/31/2024"):
            self.change(contract, "quantity", "2024-01-30", **vals)
        contract._set_end(self.day("2024-02-29"), "test")
        with self.refused("ends on 02/29/2024"):
            self.change(contract, "quantity", "2024-03-01", **vals)
        self.seats.quantity_maximum = 3
        with self.refused("at most 3"):
            self.change(contract, "quantity", "2024-02-15", **vals)
        self.assertEqual(len(contract.line_ids), 2)

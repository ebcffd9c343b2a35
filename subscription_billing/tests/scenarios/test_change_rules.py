from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeRules(ChangeCommon):
    """C4: what a contract does not allow is refused, and nothing is half written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phone = cls._component("phone", "Phone", kind="on_off", is_required=False)
        cls._price(cls.phone, 4.0)
        cls.seats.write({"quantity_maximum": 10, "quantity_step": 2})
        cls.phone.excludes_ids = cls.seats

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        self.advance("2024-01-01")
        self.seat_line = self.line(self.contract, self.seats, "2024-01-15")
        self.before = self.contract.line_ids

    def tearDown(self):
        self.assertEqual(self.contract.line_ids, self.before)
        self.assertFalse(self.seat_line.date_end)
        super().tearDown()

    def seats_to(self, quantity, contract=None):
        vals = {"line_id": self.seat_line.id, "quantity": quantity}
        self.change(contract or self.contract, "quantity", "2024-01-15", **vals)

    def test_c4_quantity_above_the_maximum(self):
        with self.refused("at most 10"):
            self.seats_to(12)

    def test_c4_quantity_between_the_steps(self):
        with self.refused("in steps of 2"):
            self.seats_to(3)

    def test_c4_add_on_that_excludes_another(self):
        with self.refused("cannot be booked together with Seats"):
            vals = {"component_id": self.phone.id}
            self.change(self.contract, "book", "2024-01-15", **vals)

    def test_c4_required_component_is_not_ended(self):
        line = self.line(self.contract, self.base, "2024-01-15")
        with self.refused("is a required part of the plan"):
            self.change(self.contract, "unbook", "2024-01-15", line_id=line.id)

    def test_c4_line_of_another_contract(self):
        other = self.subscribe("2024-01-01")
        with self.refused("choose one of its lines"):
            self.seats_to(4, other)

    def test_c4_a_draft_is_edited_instead(self):
        with self.refused("is a draft"):
            self.seats_to(4, self.draft("2024-01-01"))

    def test_c4_a_change_needs_its_date(self):
        with self.refused("enter the date"):
            vals = {"line_id": self.seat_line.id, "quantity": 4}
            self.change(self.contract, "quantity", False, "2024-01-15", **vals)

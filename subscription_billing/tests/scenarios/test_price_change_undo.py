from odoo.exceptions import UserError
from odoo.tests import tagged

from ..price_change_common import PriceChangeCommon


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChangeUndo(PriceChangeCommon):
    """C6: until its date a price change is taken back without a trace in the prices,
    and with one in the log."""

    def _sell(self):
        """Contracts of every kind a change treats in another way."""
        contracts = (
            self.subscribe("2024-01-01", quantities={self.seats: 3})
            + self.subscribe("2024-02-29")
            + self.subscribe("2024-06-15")
            + self.subscribe("2024-01-01")
        )
        contracts[0].line_ids[0].write({"name": "Renamed", "sequence": 3})
        contracts[1].line_ids.date_end = "2024-12-31"
        own = contracts[3].line_ids.sudo()
        own.write({"has_price_override": True, "price_override": 9})
        return contracts

    def test_change_and_undo_leave_everything_as_it_was(self):
        contracts = self._sell()
        self.bill("2024-05-01")
        before = self.snapshot(contracts)
        change = self.apply("2024-06-10")
        self.assertNotEqual(self.snapshot(contracts), before)
        change.action_undo()
        self.assertEqual(self.snapshot(contracts), before)
        self.assertEqual(change.state, "undone")
        self.assertFalse(change.price_ids)
        self.bill("2024-08-01")
        self.assertHealthy()

    def test_both_ways_are_in_the_log(self):
        contract = self.subscribe("2024-01-01")
        change = self.apply("2024-06-01")
        day = self.day("2024-06-01")
        self.assertLastEvent(contract, type="price_changed", date_effective=day)
        change.action_undo()
        self.assertLastEvent(contract, type="price_change_undone", date_effective=day)
        message = contract.event_ids.sorted("id")[-1].message
        for part in (change.name, "30.00", "33.00"):
            self.assertIn(part, message)

    def test_not_from_the_date_on(self):
        self.subscribe("2024-01-01")
        change = self.apply("2024-06-01")
        self.today("2024-06-01")
        with self.assertRaisesRegex(UserError, "cannot be undone"):
            change.action_undo()

    def test_not_twice_and_not_a_draft(self):
        self.subscribe("2024-01-01")
        with self.assertRaisesRegex(UserError, "cannot be undone"):
            self.change("2024-06-01").action_undo()
        change = self.apply("2024-06-01")
        change.action_undo()
        with self.assertRaisesRegex(UserError, "cannot be undone"):
            change.action_undo()

    def test_what_was_billed_at_the_new_price_is_billed_anew(self):
        contract = self.subscribe("2024-01-01")
        change = self.apply("2024-06-01")
        self.bill("2024-06-01")  # ahead of its time
        change.action_undo()
        self.assertEqual(change.state, "undone")
        self.bill("2024-06-01")
        june = contract.charge_ids.filtered(
            lambda row: row.date_start == self.day("2024-06-01")
        )
        self.assertEqual(sorted(june.mapped("amount")), [-33.0, 30.0, 33.0])
        self.assertHealthy()

    def test_the_later_change_first(self):
        self.subscribe("2024-01-01")
        first, second = self.apply("2024-06-01"), self.apply("2024-07-01")
        with self.assertRaisesRegex(UserError, second.name):
            first.action_undo()
        second.action_undo()
        first.action_undo()
        self.assertEqual(first.state, "undone")

    def test_lines_of_the_new_price_follow_from_the_change_alone(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        change = self.apply("2024-06-01")
        base, seats = contract.line_ids.filtered("is_upcoming")
        for edit in (
            lambda: base.write({"date_end": "2024-09-30"}),
            lambda: base.predecessor_id.write({"date_end": "2024-04-30"}),
            lambda: seats.write({"quantity": 5}),
            seats.unlink,
        ):
            with self.assertRaisesRegex(UserError, f"{change.name}.*builds upon"):
                edit()

    def test_an_edit_before_the_day_is_what_the_new_price_is_for(self):
        contract = self.subscribe("2024-05-01", quantities={self.seats: 2})
        self.apply("2024-06-01", component_ids=self.seats.ids)
        contract.sudo().line_ids[1].quantity = 5
        self.assertEqual(contract.line_ids.mapped("quantity"), [1.0, 5.0, 5.0])

    def test_new_prices_that_were_typed_in_stay(self):
        contract = self.subscribe("2024-01-01")
        change = self.env["subscription.price.change"].create(
            {"date": "2024-06-01", "mode": "new_price"}
        )
        price = self._price(self.base, 44.0, change_id=change.id)
        change.action_preview()
        change.action_apply()
        self.assertEqual(contract.line_ids[-1].price_id, price)
        change.action_undo()
        self.assertEqual(change.price_ids, price)
        self.assertEqual(contract.line_ids.price_unit, 30.0)

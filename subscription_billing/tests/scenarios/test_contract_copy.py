from unittest.mock import patch

from odoo.tests import tagged

from ..replay_common import ReplayCommon

TODAY = "2024-09-10"


@tagged("post_install", "-at_install", "contracts")
class TestContractCopy(ReplayCommon):
    """C6: a copy of a contract is sold anew, and carries nothing of its past."""

    def setUp(self):
        super().setUp()
        self.contract = self.sell(self.phone, self.setup)
        self.advance_to(self.contract, "2024-08-01")

    def make_copy(self, contract=None, **default):
        runs = type(self.env["subscription.billing.run"])
        day = self.day(TODAY)
        with patch.object(runs, "_get_billing_date", return_value=day):
            return (contract or self.contract).copy(default)

    def bill_copy(self, contract=None, **default):
        """Activate the copy; what its first bill comes to, without the setup."""
        copy = self.make_copy(contract, **default)
        copy.action_activate()
        self.advance(TODAY, copy)
        fees = copy.charge_ids.filtered(lambda row: row.component_id != self.setup)
        return copy, round(sum(fees.mapped("amount")) / self.FEE, 4)

    def test_c6_a_copy_starts_today_and_bills_one_period(self):
        copy, fees = self.bill_copy()
        self.assertEqual(str(copy.date_start), TODAY)
        self.assertEqual(fees, 1 + 2 * 2 + 3)
        self.assertEqual(set(copy.charge_ids.mapped("date_start")), {copy.date_start})
        self.assertEqual(
            copy.line_ids.component_id, self.contract.line_ids.component_id
        )

    def test_c6_what_has_ended_stays_behind(self):
        self.end_add_on(self.contract, self.phone, "2024-09-01", "2024-08-20")
        self.set_seats(self.contract, 5, "2024-08-10", "2024-08-20")
        copy, fees = self.bill_copy()
        self.assertNotIn(self.phone, copy.line_ids.component_id)
        self.assertEqual(fees, 1 + 5 * 2)
        self.assertFalse(any(copy.line_ids.mapped("date_end")))

    def test_c6_what_is_to_come_is_for_the_contract_it_was_agreed_with(self):
        self.set_seats(self.contract, 7, "2024-11-01", "2024-09-01")
        self.assertEqual(self.bill_copy()[1], 1 + 2 * 2 + 3)

    def test_c6_an_item_agreed_up_to_a_day_ahead_ends_there(self):
        self.end_add_on(self.contract, self.phone, "2024-12-01", "2024-09-01")
        copy, fees = self.bill_copy()
        self.assertEqual(fees, 1 + 2 * 2 + 3)
        phone = copy.line_ids.filtered(lambda line: line.component_id == self.phone)
        self.assertEqual(str(phone.date_end), "2024-11-30")

    def test_c6_of_an_ended_contract_what_was_booked_last(self):
        self.set_seats(self.contract, 3, "2024-08-10", "2024-08-10")
        self.end(self.contract, "2024-08-31", "2024-08-20")
        self.advance("2024-09-02", self.contract)
        self.assertEqual(self.contract.state, "ended")
        copy, fees = self.bill_copy()
        self.assertEqual(fees, 1 + 3 * 2 + 3)
        self.assertFalse(copy.date_end)

    def test_c6_an_anchor_and_what_was_billed_elsewhere_stay_behind(self):
        old = self.sell(date_anchor="2023-12-15", date_billed_until="2024-01-31")
        copy, fees = self.bill_copy(old)
        self.assertEqual((copy.date_anchor, copy.date_billed_until), (False, False))
        self.assertEqual(fees, 1 + 2 * 2)

    def test_c6_a_one_off_item_of_later_is_not_sold_again(self):
        vals = {"component_id": self.setup.id}
        self.change(self.contract, "one_off", "2024-08-15", **vals)
        copy = self.make_copy()
        setups = copy.line_ids.filtered(lambda line: line.component_id == self.setup)
        self.assertEqual(len(setups), 1)

    def test_c6_a_draft_is_copied_as_it_is(self):
        draft = self.draft("2024-01-31", self.monthly)
        copy = self.make_copy(draft, date_start="2024-10-01")
        self.assertEqual(copy.line_ids.component_id, draft.line_ids.component_id)
        self.assertEqual(str(copy.date_start), "2024-10-01")
        self.assertEqual(set(copy.line_ids.mapped("date_start")), {copy.date_start})

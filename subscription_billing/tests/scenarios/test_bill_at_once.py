from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes", "billing")
class TestBillAtOnce(ChangeCommon):
    """A change is billed when it is applied, if its user wants that (C4)."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        self.advance("2024-01-01")

    def dialog(self, kind="quantity", **vals):
        vals = {"line_id": self.contract.line_ids[1].id, "quantity": 9, **vals}
        return self.draft_change(self.contract, kind, timing="now", **vals)

    def test_c4_what_was_previewed_is_billed_with_the_change(self):
        change = self.dialog()
        with self.on_day("2024-01-10"):
            change.action_preview()
            self.assertTrue(change.is_billed_today)
            self.assertIn("Apply and Bill", change.preview_html)
            told = change.action_apply_and_bill()["params"]
        (document,) = change.preview["documents"]
        move = self.contract.charge_ids.move_id.sorted("id")[-1]
        self.assertEqual(move.amount_total, document["total"])
        self.assertIn(move.name, told["message"])
        self.assertEqual(told["type"], "success")
        self.assertEqual(told["next"]["type"], "ir.actions.act_window_close")

    def test_c4_applying_alone_bills_nothing_yet(self):
        change = self.dialog()
        with self.on_day("2024-01-10"):
            change.action_preview()
            change.action_apply()
        self.assertEqual(len(self.contract.charge_ids.move_id), 1)
        self.assertEqual(self.contract.date_next_billing, self.day("2024-01-10"))

    def test_c4_what_is_due_later_is_billed_on_its_day(self):
        change = self.dialog()
        change.timing = "period_end"
        with self.on_day("2024-01-10"):
            change.action_preview()
            self.assertFalse(change.is_billed_today)
            self.assertIn("by itself on that day", change.preview_html)

    def test_c4_a_bill_that_fails_parks_and_says_why(self):
        self.contract.partner_id.country_id = False
        change = self.dialog()
        with self.on_day("2024-01-10"):
            told = change.action_apply_and_bill()["params"]
        self.assertEqual(change.state, "applied")
        self.assertEqual(told["type"], "danger")
        self.assertIn(self.contract.billing_error, told["message"])

    def test_c4_who_takes_over_is_billed_as_well(self):
        other = self._customer("Heir")
        change = self.dialog("transfer", partner_new_id=other.id)
        with self.on_day("2024-01-10"):
            change.action_apply_and_bill()
        heir = self.contract.successor_id
        self.assertTrue(heir.charge_ids)
        self.assertEqual(heir.charge_ids.move_id.partner_id, other)

    def test_what_is_given_back_is_no_delivery(self):
        """A year paid ahead is left for months: the credit reaches to its end."""
        yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        contract = self.subscribe("2024-01-01", yearly)
        self._price(self.base, 50.0, variant_id=self.monthly.id)
        self.advance("2024-01-01", contract)
        vals = {"variant_id": self.monthly.id, "timing": "now"}
        with self.on_day("2024-06-01"):
            self.draft_change(contract, "variant", **vals).action_apply_and_bill()
        move = contract.charge_ids.move_id.sorted("id")[-1]
        kinds = {charge.kind for charge in move.line_ids.subscription_charge_ids}
        self.assertEqual(kinds, {"fee", "credit"})
        self.assertEqual(move.delivery_date, self.day("2024-06-30"))

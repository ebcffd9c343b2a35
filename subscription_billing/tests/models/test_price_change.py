from odoo.exceptions import UserError
from odoo.tests import tagged

from ..price_change_common import PriceChangeCommon


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChange(PriceChangeCommon):
    """C6: a dated price change shows what it will do, and does what it has shown."""

    def test_the_preview_writes_nothing_and_says_all(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        before = self.snapshot(contract)
        change = self.change("2024-06-01")
        base, seats = contract.line_ids
        self.assertRows(
            change, (base, "follow", 30.0, 33.0), (seats, "follow", 15.0, 16.5)
        )
        self.assertRecordValues(
            change.line_ids[1],
            [
                {
                    "amount_difference": 1.5,
                    "amount_monthly": 1.5,
                    "quantity": 3.0,
                    "price_text_old": seats.price_id._get_amount_text(),
                    "date_effective": self.day("2024-06-01"),
                }
            ],
        )
        self.assertIn("4.50", change.effect_text)
        self.assertEqual(self.snapshot(contract), before)

    def test_the_successor_is_the_same_line_at_another_price(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        seats = contract.line_ids[1]
        seats.write({"name": "Named", "sequence": 7, "date_end": "2024-12-31"})
        self.apply("2024-06-01", component_ids=self.seats.ids)
        self.assertRecordValues(
            contract.line_ids.filtered("predecessor_id"),
            [
                {
                    "predecessor_id": seats.id,
                    "component_id": self.seats.id,
                    "name": "Named",
                    "sequence": 7,
                    "quantity": 3.0,
                    "date_start": self.day("2024-06-01"),
                    "date_end": self.day("2024-12-31"),
                    "price_unit": 5.5,
                    "fee_interval_unit": "month",
                    "is_upcoming": True,
                }
            ],
        )
        self.assertEqual(seats.date_end, self.day("2024-05-31"))

    def test_c6_rhythm_and_mode_stay_as_they_were_sold(self):
        contract = self.subscribe("2024-01-01")
        self.base.write({"has_own_interval": True, "interval_unit": "year"})
        self.base.write({"billing_mode": "arrears", "proration": "none"})
        self.apply("2024-06-01")
        self.assertRecordValues(
            contract.line_ids.filtered("predecessor_id"),
            [
                {
                    "fee_interval_unit": "month",
                    "billing_mode": "advance",
                    "proration": "day",
                }
            ],
        )

    def test_components_that_require_each_other_change_together(self):
        self.seats.requires_ids = self.base
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        change = self.apply("2024-06-01", component_ids=self.base.ids)
        self.assertEqual(contract.amount_monthly, 40.0)
        change.action_undo()
        self.assertEqual(len(contract.line_ids), 2)

    def test_the_monthly_amount_is_the_one_valid_now(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        change = self.apply("2024-06-01")
        self.assertEqual(contract.amount_monthly, 40.0)
        contract._reach(self.day("2024-05-31"))
        self.assertEqual((contract.amount_monthly, change.state), (40.0, "applied"))
        contract._reach(self.day("2024-06-01"))
        self.assertEqual((contract.amount_monthly, change.state), (44.0, "done"))

    def test_the_scheduled_billing_brings_prices_into_force(self):
        contract = self.subscribe("2024-01-01")
        change = self.apply("2024-06-01")
        self.today("2024-06-01")
        self.advance("2024-06-01")
        self.assertEqual((contract.amount_monthly, change.state), (33.0, "done"))

    def test_one_price_version_however_many_contracts(self):
        contracts = self.subscribe("2024-01-01") + self.subscribe("2024-02-01")
        change = self.apply("2024-06-01")
        self.assertEqual(len(change.price_ids), 1)
        for contract in contracts:
            self.assertEqual(contract.line_ids[-1].price_id, change.price_ids)

    def test_c6_new_contracts_are_not_sold_at_a_changed_price(self):
        self.subscribe("2024-01-01")
        self.apply("2024-06-01")
        self.assertEqual(self.subscribe("2024-07-01").line_ids.price_unit, 30.0)

    def test_a_copied_contract_has_each_component_once(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        self.apply("2024-03-01")
        copy = contract.copy({"date_start": "2024-08-01"})
        self.assertEqual(copy.line_ids.component_id, self.base + self.seats)
        self.assertEqual(len(copy.line_ids), 2)

    def test_who_is_left_out_and_why(self):
        draft = self.draft("2024-01-01")
        self.assertTrue(draft.line_ids)
        ended = self.subscribe("2024-01-01", date_end="2024-05-31")
        gone = self.subscribe("2024-01-01", quantities={self.setup: 1})
        gone.line_ids.filtered(lambda line: line.kind == "base").date_end = "2024-05-31"
        free = self.subscribe("2024-01-01")
        line = free.line_ids.sudo()
        line.write({"has_price_override": True, "price_override": 0})
        change = self.change("2024-06-01")
        self.assertRows(
            change,
            (draft.line_ids, "skip", 30.0, 30.0),
            (free.line_ids, "skip", 0.0, 0.0),
        )
        self.assertNotIn(ended, change.line_ids.contract_id)
        self.assertTrue(all(change.line_ids.mapped("note")))
        with self.assertRaisesRegex(UserError, "no contract would change"):
            change.action_apply()

    def test_a_line_that_starts_later_starts_at_the_new_price(self):
        contract = self.subscribe("2024-07-15")
        change = self.apply("2024-06-01")
        self.assertEqual(change.line_ids.method, "replace")
        self.assertRecordValues(contract.line_ids, [{"price_unit": 33.0}])
        self.bill("2024-07-15")
        self.assertCharges(contract, [("fee", "2024-07-15", "2024-08-14", 33.0)])

    def test_own_prices_are_raised_as_well(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        line = contract.line_ids[1].sudo()
        line.write({"has_price_override": True, "price_override": 4.4})
        self.apply("2024-06-01")
        self.assertRecordValues(
            contract.line_ids.filtered("predecessor_id"),
            [
                {"has_price_override": False, "price_unit": 33.0},
                {"has_price_override": True, "price_unit": 4.84},
            ],
        )

    def test_a_line_of_a_pending_change_is_refused(self):
        self.subscribe("2024-01-01")
        first = self.apply("2024-07-01")
        for on in ("2024-06-01", "2024-07-01"):
            change = self.change(on)
            self.assertEqual(set(change.line_ids.mapped("method")), {"error"})
            self.assertIn(first.name, change.line_ids[0].note)
        self.assertEqual(self.change("2024-08-01").line_ids.method, "follow")

    def test_a_stale_preview_is_renewed_and_not_applied(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        change = self.change("2024-06-01")
        contract.sudo().line_ids[1].quantity = 4
        self.assertEqual(change.action_apply()["tag"], "display_notification")
        self.assertEqual(change.state, "draft")
        self.assertEqual(change.line_ids[1].amount_new, 22.0)
        change.percent = 20
        self.assertTrue(change.is_stale)
        self.assertTrue(change.action_apply())
        self.assertEqual(change.line_ids[1].amount_new, 24.0)
        self.assertFalse(change.action_apply())
        self.assertEqual(change.state, "applied")

    def test_prices_for_new_contracts(self):
        contract, other = self.subscribe("2024-01-01"), self.subscribe("2024-01-01")
        line = other.line_ids.sudo()
        line.write({"has_price_override": True, "price_override": 12})
        self._price(self.base, 35.0, date_start="2024-05-15")
        late = self.subscribe("2024-05-20")
        change = self.apply("2024-06-01", mode="catalog")
        self.assertRows(
            change,
            (contract.line_ids[0], "follow", 30.0, 35.0),
            (other.line_ids, "skip", 12.0, 12.0),
            (late.line_ids, "skip", 35.0, 35.0),
        )

    def test_new_prices_by_variant_and_customer(self):
        yearly = self._variant("yearly", fee_interval_unit="year")
        special = self._customer("Special")
        contracts = (
            self.subscribe("2024-01-01", quantities={self.seats: 1})
            + self.subscribe("2024-01-01", yearly)
            + self.subscribe("2024-01-01", partner_id=special.id)
        )
        change = self.env["subscription.price.change"].create(
            {"date": "2024-06-01", "mode": "new_price", "plan_ids": self.plan.ids}
        )
        for amount, vals in (
            (40, {}),
            (400, {"variant_id": yearly.id}),
            (20, {"partner_id": special.id}),
        ):
            self._price(self.base, amount, change_id=change.id, **vals)
        change.action_preview()
        change.action_apply()
        self.assertEqual(
            contracts.mapped(lambda contract: contract.line_ids[-1].price_unit),
            [40.0, 400.0, 20.0],
        )

    def test_selections(self):
        other = self.env["subscription.plan"].create({"name": "Other"})
        wanted = self.subscribe("2024-01-01", quantities={self.seats: 1})
        yearly = self._variant("yearly", fee_interval_unit="year")
        second = self.subscribe("2024-01-01", yearly, customer_reference="PO 7")
        for vals, expected in (
            ({}, wanted + second),
            ({"contract_ids": wanted.ids}, wanted),
            ({"component_ids": self.seats.ids}, wanted),
            ({"variant_ids": yearly.ids}, second),
            ({"plan_ids": self.plan.ids}, wanted + second),
            ({"plan_ids": other.ids}, wanted.browse()),
            ({"domain": "[('customer_reference', '=', 'PO 7')]"}, second),
        ):
            with self.subTest(vals):
                change = self.change("2024-06-01", **vals)
                self.assertEqual(change.line_ids.contract_id, expected)

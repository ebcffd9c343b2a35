from odoo.exceptions import UserError
from odoo.tests import tagged

from ..price_change_common import PriceChangeCommon


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChangeEdges(PriceChangeCommon):
    """C6, M1: rare contracts, rare days, rare currencies."""

    def test_the_first_and_the_last_day_of_a_line(self):
        contract = self.subscribe("2024-01-01")
        contract.line_ids.date_end = "2024-08-31"
        for on, methods in (
            ("2024-01-01", ["replace"]),
            ("2024-01-02", ["follow"]),
            ("2024-08-31", ["follow"]),
            ("2024-09-01", []),
        ):
            with self.subTest(on):
                self.assertEqual(self.change(on).line_ids.mapped("method"), methods)

    def test_one_last_day_at_the_new_price(self):
        contract = self.subscribe("2024-01-01")
        contract.line_ids.date_end = "2024-08-31"
        self.apply("2024-08-31")
        self.bill("2024-09-01")
        last = contract.charge_ids.sorted("date_start")[-1]
        self.assertEqual(
            (str(last.date_start), str(last.date_end), last.amount),
            ("2024-08-31", "2024-08-31", 1.06),  # 33.00 / 31
        )
        self.assertHealthy()

    def test_a_contract_that_ends_before_the_date_after_all(self):
        contract = self.subscribe("2024-01-01")
        change = self.apply("2024-06-15")
        contract._set_end(self.day("2024-05-31"), "Cancelled")
        self.bill("2024-07-01")
        self.assertEqual(len(contract.charge_ids), 5)
        change.action_undo()
        self.assertFalse(contract.line_ids.date_end)
        self.assertHealthy()

    def test_a_paused_or_held_contract_changes_as_well(self):
        contract = self.subscribe("2024-01-01")
        contract.action_toggle_hold()
        self.apply("2024-06-01")
        self.assertEqual(contract.line_ids[-1].price_unit, 33.0)

    def test_a_currency_without_decimals(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        variant = self._variant("japan", currency_id=yen.id)
        self._price(self.base, 2999, currency_id=yen.id)
        contract = self.subscribe("2024-01-01", variant)
        self.apply("2024-06-01", percent=3, rounding_step=10)
        self.assertEqual(contract.line_ids[-1].price_unit, 3090.0)

    def test_weeks_and_years_have_a_monthly_effect(self):
        for unit, expected in (("week", 13.04), ("year", 0.25), ("quarter", 1.0)):
            variant = self._variant(unit, fee_interval_unit=unit)
            contract = self.subscribe("2024-01-01", variant)
            change = self.change("2024-06-01", contract_ids=contract.ids)
            with self.subTest(unit):
                self.assertEqual(change.line_ids.amount_monthly, expected)

    def test_no_price_in_the_catalogue(self):
        contract = self.subscribe("2024-01-01")
        contract.line_ids.price_id.sudo().date_start = "2024-12-01"
        change = self.change("2024-06-01", mode="catalog")
        self.assertEqual(change.line_ids.method, "error")
        self.assertIn("no new price", change.line_ids.note)

    def test_new_prices_in_another_currency(self):
        self.subscribe("2024-01-01")
        franc = self.env.ref("base.CHF")
        franc.active = True
        change = self.env["subscription.price.change"].create(
            {"date": "2024-06-01", "mode": "new_price"}
        )
        self._price(self.base, 20, change_id=change.id, currency_id=franc.id)
        change.action_preview()
        self.assertEqual(change.line_ids.method, "error")
        with self.assertRaisesRegex(UserError, "no contract would change"):
            change.action_apply()

    def test_a_deleted_draft_takes_its_prices_along(self):
        change = self.env["subscription.price.change"].create(
            {"date": "2024-06-01", "mode": "new_price"}
        )
        price = self._price(self.base, 20, change_id=change.id)
        change.unlink()
        self.assertFalse(price.exists())

    def test_a_copy_is_a_draft_without_rows(self):
        self.subscribe("2024-01-01")
        copy = self.apply("2024-06-01", plan_ids=self.plan.ids).copy()
        self.assertRecordValues(
            copy,
            [{"state": "draft", "percent": 10.0, "line_ids": [], "price_ids": []}],
        )
        self.assertEqual(copy.plan_ids, self.plan)

    def test_one_off_items_are_left_alone(self):
        contract = self.subscribe("2024-05-01", quantities={self.setup: 1})
        change = self.apply("2024-06-01")
        self.assertEqual(change.line_ids.component_id, self.base)
        self.bill("2024-06-01")
        setup = contract.charge_ids.filtered(lambda c: c.component_id == self.setup)
        self.assertEqual(setup.amount, 99.0)

    def test_a_sold_changed_price_is_fixed(self):
        self.subscribe("2024-01-01")
        change = self.apply("2024-06-01")
        with self.assertRaisesRegex(UserError, "was sold with"):
            change.price_ids.amount = 1.0

    def test_ten_changes_in_a_row(self):
        contract = self.subscribe("2024-01-01")
        for number in range(10):
            day = f"2024-0{6 + number // 5}-{2 + number % 5:02d}"
            self.apply(day, mode="amount", amount=1)
        self.assertEqual(contract.amount_monthly, 30.0)
        contract._reach(self.day("2024-06-06"))
        self.assertEqual(contract.amount_monthly, 35.0)
        self.bill("2024-08-01")
        self.assertEqual(contract.charge_ids.sorted("date_start")[-1].amount, 40.0)
        self.assertHealthy()

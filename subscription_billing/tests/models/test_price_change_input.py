from unittest.mock import patch

from odoo.exceptions import AccessError, LockError, UserError, ValidationError
from odoo.tests import tagged

from ..price_change_common import PriceChangeCommon

GROUP = "subscription_billing.subscription_billing_group_%s"


@tagged("post_install", "-at_install", "price_changes")
class TestPriceChangeInput(PriceChangeCommon):
    """C6, O2: what a price change refuses, and who may make one."""

    def test_numbers_out_of_bounds(self):
        for vals in (
            {"percent": -100.01},
            {"percent": 1000.01},
            {"percent": float("nan")},
            {"percent": float("inf")},
            {"percent": 1e300},
            {"mode": "amount", "amount": float("nan")},
            {"mode": "amount", "amount": -1e300},
            {"rounding_step": -0.01},
            {"rounding_step": float("nan")},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self.change("2024-06-01", **vals)

    def test_nothing_entered(self):
        self.subscribe("2024-01-01")
        for vals, message in (
            ({"percent": 0}, "by how much"),
            ({"mode": "amount"}, "by how much"),
            ({"mode": "new_price"}, "add the new prices"),
            ({"domain": "[('nothing', '=', 1)]"}, "cannot be read"),
            ({"domain": "__import__('os')"}, "cannot be read"),
            ({"domain": "[("}, "cannot be read"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, message):
                self.change("2024-06-01", **vals)

    def test_a_price_of_zero_or_less_is_refused(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1})
        for vals, refused in (
            ({"percent": -100}, contract.line_ids),
            ({"mode": "amount", "amount": -5}, contract.line_ids[1]),
            ({"mode": "amount", "amount": -6}, contract.line_ids[1]),
            ({"mode": "amount", "amount": -4}, contract.line_ids.browse()),
        ):
            with self.subTest(vals):
                rows = self.change("2024-06-01", **vals).line_ids
                wrong = rows.filtered(lambda row: row.method == "error")
                self.assertEqual(wrong.line_id, refused)

    def test_refused_lines_stay_and_the_others_change(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1})
        change = self.apply("2024-06-01", mode="amount", amount=-6)
        self.assertEqual(change.refused_count, 1)
        self.assertEqual(contract.line_ids.mapped("price_unit"), [30.0, 5.0, 24.0])

    def test_rounding_steps(self):
        contract = self.subscribe("2024-01-01")
        line = contract.line_ids.sudo()
        line.write({"has_price_override": True, "price_override": 29.99})
        for step, expected in ((0, 31.4895), (0.01, 31.49), (0.1, 31.5), (1, 31.0)):
            with self.subTest(step=step):
                change = self.change("2024-06-01", percent=5, rounding_step=step)
                self.assertEqual(change.line_ids.price_override_new, expected)

    def test_two_currencies(self):
        franc = self.env.ref("base.CHF")
        franc.active = True
        variant = self._variant("swiss", currency_id=franc.id)
        self._price(self.base, 40.0, currency_id=franc.id)
        own, swiss = self.subscribe("2024-01-01"), self.subscribe("2024-01-01", variant)
        with self.assertRaisesRegex(UserError, "CHF, USD"):
            self.change("2024-06-01", mode="amount", amount=2)
        change = self.apply("2024-06-01")
        self.assertRows(
            change,
            (own.line_ids[0], "follow", 30.0, 33.0),
            (swiss.line_ids[0], "follow", 40.0, 44.0),
        )
        self.assertIn("CHF", change.effect_text)
        only = self.change(
            "2024-07-01", mode="amount", amount=2, contract_ids=swiss.ids
        )
        self.assertEqual(only.line_ids.amount_new, 46.0)

    def test_two_companies(self):
        mine = self.subscribe("2024-01-01")
        other = self.setup_other_company()["company"]
        plan = self.env["subscription.plan"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        variant = self._variant("theirs", plan_id=plan.id)
        foreign = self.draft("2024-01-01", variant, company_id=other.id)
        change = self.change("2024-06-01")
        self.assertEqual(change.line_ids.contract_id, mine)
        with self.assertRaises(UserError):
            change.contract_ids = foreign
        with self.assertRaisesRegex(UserError, "company by company"):
            (mine + foreign).action_change_prices()
        action = mine.action_change_prices()
        self.assertEqual(action["context"]["default_contract_ids"], mine.ids)

    def _user(self, group):
        return self._clerk(f"price_{group}", GROUP % group)

    def test_a_user_reads_and_a_manager_changes(self):
        contract = self.subscribe("2024-01-01")
        change = self.change("2024-06-01")
        as_user = change.with_user(self._user("user"))
        self.assertEqual(as_user.line_ids.amount_new, 33.0)
        for name in ("preview", "apply", "undo", "announce", "announce_again"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(as_user, f"action_{name}")()
        as_manager = change.with_user(self._user("manager"))
        as_manager.action_apply()
        self.assertEqual(contract.line_ids[-1].price_unit, 33.0)
        as_manager.action_undo()
        self.assertEqual(contract.line_ids.price_unit, 30.0)

    def test_c1_nobody_writes_state_or_rows_directly(self):
        self.subscribe("2024-01-01")
        change = self.change("2024-06-01").with_user(self._user("manager"))
        with self.assertRaisesRegex(AccessError, "state"):
            change.state = "applied"
        with self.assertRaisesRegex(AccessError, "state"):
            change.create({"date": "2024-06-01", "state": "applied"})
        with self.assertRaises(AccessError):
            change.line_ids.amount_new = 1.0
        with self.assertRaises(AccessError):
            change.line_ids.unlink()

    def test_an_applied_change_stays_as_it_is(self):
        self.subscribe("2024-01-01")
        change = self.apply("2024-06-01")
        for vals in ({"percent": 20}, {"date": "2024-07-01"}, {"contract_ids": []}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "was applied"):
                change.write(vals)
        for method in (change.unlink, change.action_preview, change.action_apply):
            with self.assertRaisesRegex(UserError, "was applied"):
                method()

    def test_x5_a_contract_that_is_being_billed(self):
        contract = self.subscribe("2024-01-01")
        change = self.change("2024-06-01")
        locked = patch.object(
            type(contract), "lock_for_update", side_effect=LockError("x")
        )
        with locked, self.assertRaisesRegex(UserError, "being billed"):
            change.action_apply()
        self.assertEqual(len(contract.line_ids), 1)

    def _count(self, contracts, on, method):
        change = self.env["subscription.price.change"].create(
            {"date": on, "percent": 10, "contract_ids": contracts.ids}
        )
        if method == "action_apply":
            change.action_preview()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        getattr(change, method)()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_are_the_same_for_each_contract(self):
        """Of a preview there are no more for more contracts; to apply it writes a line
        and a row of the journal for each line, after a look at what was billed."""
        contracts = self.env["subscription.contract"]
        for _number in range(20):
            contracts += self.subscribe("2024-01-01", quantities={self.seats: 1})
        self.bill("2024-05-01")
        for method, per_line in (("action_preview", 0), ("action_apply", 3)):
            with self.subTest(method):
                few = self._count(contracts[:2], "2024-06-01", method)
                many = self._count(contracts[2:], "2024-06-01", method)
                self.assertLessEqual(many, few + 16 * 2 * per_line + 5)

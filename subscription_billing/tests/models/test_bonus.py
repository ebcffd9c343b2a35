from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "discounts")
class TestBonus(UsageCommon, DiscountCommon):
    """What a bonus may be, and that contracts keep those they were sold with (C6)."""

    def test_numbers_that_make_no_bonus_are_refused(self):
        at = {"component_id": self.api.id}
        wrong = (
            ("nth_unit", {**at, "every": 1}, "2nd"),
            ("nth_period", {"every": 0}, "2nd"),
            ("nth_period", {"every": -12}, "2nd"),
            ("carry_over", {**at, "quantity_maximum": 0.0}, "carried over"),
            ("carry_over", {**at, "quantity_maximum": 1e300}, "can be billed"),
            ("loyalty", {"percent": 0.0}, "percentage"),
            ("loyalty", {"percent": 101.0}, "percentage"),
            ("loyalty", {"percent": 5.0, "month_start": -1}, "months"),
            ("loyalty", {"percent": 5.0, "month_count": -1}, "months"),
            ("loyalty", {"reward": "amount", "amount": 0.0}, "amount"),
            ("loyalty", {**at, "reward": "quantity"}, "free quantity"),
        )
        for kind, vals, words in wrong:
            with (
                self.subTest(kind=kind, **vals),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self._bonus(kind, **vals)

    def test_a_bonus_needs_a_component_that_can_earn_it(self):
        wrong = (
            ("nth_unit", {}, "quantity"),
            ("nth_unit", {"component_id": self.base.id}, "quantity"),
            ("nth_period", {"component_id": self.setup.id}, "no periods"),
            ("carry_over", {"quantity_maximum": 9.0}, "metered"),
            (
                "carry_over",
                {"quantity_maximum": 9.0, "component_id": self.seats.id},
                "metered",
            ),
            ("loyalty", {"reward": "quantity", "quantity_free": 9.0}, "metered"),
        )
        for kind, vals, words in wrong:
            with (
                self.subTest(kind=kind, **vals),
                self.assertRaisesRegex(ValidationError, words),
            ):
                self._bonus(kind, **vals)

    def test_component_and_variant_are_of_its_own_plan(self):
        other = self.plan.create({"name": "Other"})
        theirs = self._component("x", "Theirs", plan_id=other.id)
        variant = self._variant("x", plan_id=other.id)
        for vals in ({"component_id": theirs.id}, {"variant_id": variant.id}):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "own"):
                self._bonus("nth_period", **vals)

    def test_a_contract_is_sold_with_the_bonuses_of_its_variant(self):
        yearly = self._variant("yearly")
        general = self._bonus("nth_period")
        special = self._bonus("nth_period", variant_id=yearly.id)
        self._bonus("nth_period", active=False)
        contract = self.draft("2024-01-01")
        self.assertEqual(contract.bonus_ids, general)
        contract.variant_id = yearly
        self.assertEqual(contract.bonus_ids, general + special)
        self.assertEqual(contract.copy().bonus_ids, general + special)

    def test_an_amount_is_for_contracts_in_its_currency(self):
        euro = self.env.ref("base.EUR")
        vals = {"reward": "amount", "amount": 5.0, "currency_id": euro.id}
        bonus = self._bonus("loyalty", **vals)
        contract = self.draft("2024-01-01")
        self.assertFalse(contract.bonus_ids)
        with self.assertRaisesRegex(ValidationError, "not part of"):
            contract.bonus_ids = bonus
        contract.currency_id = euro
        self.assertEqual(contract.bonus_ids, bonus)

    def test_a_bonus_may_be_withheld_from_a_draft(self):
        self._bonus("nth_period")
        contract = self.draft("2024-01-01")
        contract.bonus_ids = [Command.clear()]
        contract.action_activate()
        self.assertFalse(contract.bonus_ids)

    def test_c6_a_running_contract_keeps_a_bonus_that_is_archived(self):
        bonus = self._bonus("loyalty", reward="percent", percent=10, month_start=0)
        contract = self.subscribe("2024-01-01")
        bonus.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(contract.bonus_ids, bonus)
        self.bill("2024-01-01", contract)
        self.assertEqual(self.subscribe("2024-01-01").bonus_ids, bonus.browse())
        self.assertEqual(contract.charge_ids.amount, 27.0)

    def test_c6_a_running_contract_keeps_its_bonuses(self):
        bonus = self._bonus("nth_period")
        contract = self.subscribe("2024-01-01")
        later = self._bonus("nth_period", every=2)
        self.assertEqual(contract.bonus_ids, bonus)
        with self.assertRaisesRegex(UserError, "keeps the bonuses"):
            contract.bonus_ids += later
        with self.assertRaisesRegex(UserError, "keeps the bonuses"):
            contract.bonus_ids = False

    def test_c6_a_sold_bonus_is_neither_changed_nor_deleted(self):
        bonus = self._bonus("nth_period")
        self.draft("2024-01-01")
        bonus.every = 6
        self.subscribe("2024-01-01")
        for vals in ({"every": 2}, {"kind": "loyalty"}, {"component_id": self.base.id}):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "sold"):
                bonus.write(vals)
        with self.assertRaisesRegex(ValidationError, "sold"):
            bonus.unlink()
        bonus.write({"name": "Every 6th month free", "active": False})

    def test_the_terms_in_a_few_words(self):
        at = {"component_id": self.api.id}
        table = (
            ("nth_unit", {**at, "every": 7}, "Every unit number 7 free"),
            ("nth_period", {"every": 12}, "Every fee period number 12 free"),
            ("carry_over", {**at, "quantity_maximum": 500}, "At most 500.00 units"),
            ("loyalty", {"percent": 5.0, "month_start": 6}, "5 % after 6 months"),
            (
                "loyalty",
                {**at, "reward": "quantity", "quantity_free": 9},
                "9.00 units after 12 months",
            ),
        )
        for kind, vals, terms in table:
            self.assertIn(terms, self._bonus(kind, **vals).terms)

    def test_a_copied_plan_has_bonuses_of_its_own(self):
        self._bonus("nth_unit", component_id=self.seats.id, every=10)
        self._bonus("nth_period", variant_id=self.monthly.id)
        copy = self.plan.copy()
        unit, period = copy.bonus_ids.sorted("kind", reverse=True)
        self.assertEqual(unit.component_id.plan_id, copy)
        self.assertEqual(period.variant_id.plan_id, copy)
        self.assertEqual(unit.every, 10)

    def _draft_with_api(self, on):
        """A draft with the base fee and API calls; returns both lines."""
        contract = self.draft(on)
        base = contract.line_ids
        contract.line_ids = [Command.create({"component_id": self.api.id})]
        return base, contract.line_ids - base

    def test_quantities_a_line_earns(self):
        for kind, vals in (
            ("nth_unit", {"every": 10}),
            ("nth_unit", {"every": 7}),
            ("carry_over", {"quantity_maximum": 500.0}),
        ):
            self._bonus(kind, component_id=self.api.id, **vals)
        base, line = self._draft_with_api("2024-01-31")
        self.assertEqual((line._get_nth_free(), line._get_carry_over_cap()), (7, 500.0))
        self.assertEqual((base._get_nth_free(), base._get_carry_over_cap()), (0, 0.0))

    def test_t1_the_months_of_loyalty_count_from_the_start(self):
        vals = {"reward": "quantity", "quantity_free": 100.0}
        months = {"month_start": 12, "month_count": 6}
        self._bonus("loyalty", component_id=self.api.id, **vals, **months)
        base, line = self._draft_with_api("2024-01-31")
        table = (
            ("2025-01-30", 0.0),
            ("2025-01-31", 100.0),
            ("2025-07-30", 100.0),
            ("2025-07-31", 0.0),
        )
        for day, quantity in table:
            self.assertEqual(line._get_bonus_quantity(self.day(day)), quantity, day)
            self.assertEqual(base._get_bonus_quantity(self.day(day)), 0.0, day)

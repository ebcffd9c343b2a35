from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "contracts", "charges")
class TestGuards(SubscriptionCommon):
    """C1, X1: what only the billing and the life cycle may write, whoever asks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._clerk(
            "sub_guard", "subscription_billing.subscription_billing_group_user"
        )

    def test_c1_nobody_writes_the_state_directly(self):
        contract = self.draft("2024-01-01").with_user(self.user)
        for state in ("active", "ended"):
            with self.assertRaisesRegex(AccessError, "state"):
                contract.state = state
        self.assertEqual(contract.state, "draft")

    def test_c1_a_contract_is_born_as_draft(self):
        contracts = self.env["subscription.contract"].with_user(self.user)
        vals = {
            "partner_id": self.customer.id,
            "variant_id": self.monthly.id,
            "date_start": "2024-01-01",
        }
        with self.assertRaisesRegex(AccessError, "state"):
            contracts.create({**vals, "state": "active"})
        with self.assertRaisesRegex(AccessError, "state"):
            contracts.with_context(default_state="active").create(vals)

    def test_x1_nobody_writes_the_billing_status_directly(self):
        contract = self.subscribe("2024-01-01").with_user(self.user)
        for vals in (
            {"date_next_billing": "2099-01-01"},
            {"billing_error": False},
            {"billing_failures": 0},
            {"date_retry": "2099-01-01"},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                contract.write(vals)

    def test_c1_a_user_does_all_of_it_by_buttons(self):
        contract = self.draft("2024-01-01").with_user(self.user)
        contract.action_activate()
        contract.action_toggle_hold()
        contract.action_toggle_hold()
        contract.sudo()._park(
            "Broken", self.day("2024-01-01"), self.env["subscription.billing.run"]
        )
        with self.on_day("2023-12-31"):
            contract.action_retry_billing()
        contract._set_end(self.day("2024-01-20"), "moved")
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "active",
                    "date_retry": False,
                    "is_on_hold": False,
                    "date_next_billing": self.day("2024-01-01"),
                }
            ],
        )

    def test_c1_an_ended_contract_does_not_come_back_by_its_end_date(self):
        contract = self.subscribe("2024-01-01", date_end="2024-01-31")
        self.bill("2024-02-01")
        contract._set_ended("over")
        for day in (False, "2024-12-31"):
            with self.assertRaisesRegex(UserError, "has ended"):
                contract.date_end = day
        self.assertEqual(self.bill("2024-06-01").contract_count, 0)

    def test_c6_a_running_contract_keeps_what_its_prices_depend_on(self):
        contract = self.subscribe("2024-06-01")
        yearly = self._variant("yearly", fee_interval_unit="year")
        franc = self.env.ref("base.CHF")
        franc.active = True
        for vals in (
            {"variant_id": yearly.id},
            {"currency_id": franc.id},
            {"fee_interval_unit": "year"},
            {"date_start": "2024-03-01"},
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "is running"):
                contract.write(vals)
        self.bill("2024-06-01")
        self.assertCharges(contract, [("fee", "2024-06-01", "2024-06-30", 30.0)])

    def test_a_draft_follows_its_variant(self):
        contract = self.draft("2024-06-01")
        yearly = self._variant("yearly", fee_interval_unit="year")
        self._price(self.base, 300.0, variant_id=yearly.id)
        contract.variant_id = yearly
        self.assertRecordValues(
            contract.line_ids,
            [{"price_unit": 300.0, "fee_interval_unit": "year"}],
        )

    def test_x1_a_billed_line_does_not_move_to_another_contract(self):
        contract, other = self.subscribe("2024-01-01"), self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        with self.assertRaisesRegex(UserError, "has been billed"):
            contract.line_ids.contract_id = other

    def test_c6_a_component_that_is_sold_keeps_its_kind_and_plan(self):
        self.subscribe("2024-01-01")
        other = self.env["subscription.plan"].create({"name": "Other"})
        for vals in ({"kind": "setup"}, {"plan_id": other.id}):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, "is sold"):
                self.base.write(vals)

    def test_c6_a_components_new_rhythm_does_not_reach_sold_lines(self):
        contract = self.subscribe("2024-01-01")
        self.base.write(
            {"has_own_interval": True, "interval_unit": "year", "proration": "none"}
        )
        self.base.billing_mode = "arrears"
        self.assertRecordValues(
            contract.line_ids,
            [
                {
                    "fee_interval_unit": "month",
                    "billing_mode": "advance",
                    "proration": "day",
                }
            ],
        )

    def test_x1_a_charge_keeps_the_customer_it_was_billed_to(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        contract.partner_id = self._customer("Successor")
        self.bill("2024-02-01")
        partners = contract.charge_ids.sorted("date_start").mapped("partner_id.name")
        self.assertEqual(partners, ["Ada GmbH", "Successor"])

    def test_a_copy_starts_as_an_unbilled_draft(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 3})
        self.bill("2024-01-01")
        contract.action_toggle_hold()
        contract._set_end(self.day("2024-01-20"), "moved")
        copy = contract.copy({"date_start": "2024-01-01"})
        self.assertRecordValues(
            copy,
            [
                {
                    "state": "draft",
                    "date_end": False,
                    "date_next_billing": False,
                    "is_on_hold": False,
                }
            ],
        )
        self.assertFalse(copy.charge_ids)
        self.assertEqual(copy.line_ids.mapped("quantity"), [1.0, 3.0])
        copy.action_activate()
        self.bill("2024-01-21", copy)
        self.assertEqual(sum(copy.charge_ids.mapped("amount")), 45.0)

    def test_a_copy_of_a_plan_takes_its_prices_along(self):
        self._price(self.base, 28.0, variant_id=self.monthly.id)
        copy = self.plan.copy()
        component = copy.component_ids.filtered(lambda c: c.code == "base")
        price = component.price_ids.filtered("variant_id")
        self.assertEqual(price.variant_id, copy.variant_ids)
        self.assertEqual(sorted(component.price_ids.mapped("amount")), [28.0, 30.0])

    def test_a_price_that_was_missing_is_found_once_it_is_there(self):
        franc = self.env.ref("base.CHF")
        franc.active = True
        contract = self.draft("2024-01-01", currency_id=franc.id)
        with self.assertRaisesRegex(UserError, "no CHF price"):
            contract.action_activate()
        self._price(self.base, 33.0, currency_id=franc.id)
        contract.action_activate()
        self.assertEqual(contract.line_ids.price_unit, 33.0)

    def test_a_price_for_a_contact_is_a_price_for_its_contract(self):
        branch = self._customer("Branch", parent_id=self.customer.id)
        self._price(self.base, 20.0, partner_id=branch.id)
        contract = self.draft("2024-01-01", partner_id=branch.id)
        self.assertEqual(contract.line_ids.price_unit, 20.0)
        self.assertEqual(self.draft("2024-01-01").line_ids.price_unit, 30.0)

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "catalogue")
class TestPlanPrices(SubscriptionCommon):
    """A plan with its variants, components and prices, entered in one form."""

    def sell(self, plan, variant_name):
        variant = plan.variant_ids.filtered(lambda it: it.name == variant_name)
        contract = self.draft("2024-01-01", variant)
        contract.action_activate()
        return contract

    def make_plan(self):
        with Form(self.env["subscription.plan"]) as form:
            form.name = "Team"
            with form.variant_ids.new() as variant:
                variant.name = "Monthly"
            with form.variant_ids.new() as variant:
                variant.name = "Yearly"
                variant.fee_interval_unit = "year"
                self.assertEqual(variant.billing_interval_unit, "year")
            with form.component_ids.new() as component:
                component.product_id = self.product_a
                component.name = "Base"
                component.amount = 49
            with form.component_ids.new() as component:
                component.product_id = self.product_b
                component.name = "User"
                component.kind = "quantity"
                component.amount = 5.5
            self.assertIn("49.00", form.price_grid_html)
        return form.record

    def test_in_one_go(self):
        plan = self.make_plan()
        base, user = plan.component_ids
        self.assertEqual(
            plan.component_ids.price_ids.mapped("price_model"), ["flat", "per_unit"]
        )
        contract = self.sell(plan, "Monthly")
        self.assertEqual(contract.line_ids.mapped("price_unit"), [49.0, 5.5])
        self.assertEqual((base.amount, user.amount), (49.0, 5.5))

    def test_by_variant_on_the_plan(self):
        plan = self.make_plan()
        yearly = plan.variant_ids[1]
        with Form(plan) as form, form.price_ids.new() as price:
            price.component_id = plan.component_ids[0]
            price.variant_id = yearly
            price.amount = 490
        self.assertEqual(self.sell(plan, "Yearly").line_ids[0].price_unit, 490.0)
        self.assertEqual(self.sell(plan, "Monthly").line_ids[0].price_unit, 49.0)
        self.assertIn("490.00", plan.price_grid_html)
        self.assertIn("Base 490.00", yearly.price_text)
        self.assertEqual(plan.component_ids[0].amount, 49.0)

    def test_an_unsold_price_is_edited_and_a_sold_one_is_not(self):
        plan = self.make_plan()
        base = plan.component_ids[0]
        base.amount = 59
        self.assertEqual(base.price_ids.amount, 59.0)
        self.sell(plan, "Monthly")
        with self.assertRaisesRegex(ValidationError, "was sold with the price"):
            base.amount = 69
        base.name = "Base fee"
        self.assertEqual(len(base.price_ids), 1)

    def test_tiers_are_not_one_amount(self):
        plan = self.make_plan()
        user = plan.component_ids[1]
        user.price_ids.write(
            {"price_model": "volume", "tier_ids": [(0, 0, {"price_unit": 3})]}
        )
        self.assertFalse(user.is_amount_open)
        self.assertEqual(user.amount, 0.0)
        user.amount = 7
        self.assertEqual(user.price_ids.price_model, "volume")

    def test_a_component_without_a_price_is_shown_as_such(self):
        plan = self.make_plan()
        plan.component_ids[1].price_ids.unlink()
        self.assertIn("no price", plan.price_grid_html)

    def test_variants_are_found_by_plan_variant_and_both(self):
        plan = self.make_plan()
        plan.code = "tm"
        variants = self.env["subscription.plan.variant"]
        monthly = plan.variant_ids[0]
        for text in ("Team, Monthly", "team,month", "Monthly, Team"):
            with self.subTest(text=text):
                found = variants.search([("display_name", "ilike", text)])
                self.assertEqual(found & plan.variant_ids, monthly)
                self.assertFalse(found - monthly)
        for text in ("Team", "tm"):
            found = variants.search([("display_name", "ilike", text)])
            self.assertEqual(found, plan.variant_ids)
        name = variants.name_search("Team, Monthly", operator="=")
        self.assertEqual([id_ for id_, _name in name], monthly.ids)
        self.assertNotIn(
            monthly, variants.search([("display_name", "not ilike", "Team, Monthly")])
        )

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "catalogue")
class TestCatalogue(SubscriptionCommon):
    """Plans, variants, components and prices."""

    def test_names_say_where_a_thing_belongs(self):
        self.assertEqual(self.monthly.display_name, "Cloud, Monthly")
        price = self.seats.price_ids
        self.assertIn("Seats: 5", price.display_name)
        self.assertIn("Per unit", price.display_name)

    def test_a_component_takes_the_name_of_its_product(self):
        component = self.env["subscription.component"].create(
            {"plan_id": self.plan.id, "product_id": self.product_b.id}
        )
        self.assertEqual(component.name, self.product_b.name)

    @mute_logger("odoo.sql_db")
    def test_codes_are_unique(self):
        cases = (
            lambda: self._variant("monthly"),
            lambda: self._component("seats", "Again"),
            lambda: self.plan.copy({"code": "cloud"}),
            lambda: self._price(self.base, 31.0),
        )
        for case in cases:
            with (
                self.assertRaises(psycopg2.errors.UniqueViolation),
                self.env.cr.savepoint(),
            ):
                case()

    def test_prices_of_other_currencies_days_or_customers_stand_beside(self):
        self._price(self.base, 31.0, date_start="2024-01-01")
        self._price(self.base, 31.0, partner_id=self.customer.id)
        self._price(self.base, 31.0, variant_id=self.monthly.id)
        self._price(self.base, 31.0, currency_id=self.env.ref("base.CHF").id)
        self.assertEqual(len(self.base.price_ids), 5)

    def test_the_price_in_force_follows_the_day_of_the_sale(self):
        self._price(self.base, 35.0, date_start="2024-06-01")
        self._price(self.base, 33.0, date_start="2024-03-01")
        for on, amount in (
            ("2024-02-29", 30.0),
            ("2024-03-01", 33.0),
            ("2024-05-31", 33.0),
            ("2024-06-01", 35.0),
        ):
            price = self.base._get_price(
                self.monthly, self.company.currency_id, self.customer, self.day(on)
            )
            self.assertEqual(price.amount, amount, on)

    def test_a_price_of_the_company_serves_its_contacts(self):
        contact = self._customer("Contact", parent_id=self.customer.id)
        self._price(self.base, 20.0, partner_id=self.customer.id)
        price = self.base._get_price(
            self.monthly, self.company.currency_id, contact, self.day("2024-01-01")
        )
        self.assertEqual(price.amount, 20.0)

    def test_a_copied_plan_has_its_own_components_and_prices(self):
        copy = self.plan.copy({"name": "Copy"})
        self.assertEqual(copy.component_ids.mapped("code"), ["base", "seats", "setup"])
        self.assertEqual(sum(copy.component_ids.price_ids.mapped("amount")), 134.0)
        self.assertFalse(copy.component_ids & self.plan.component_ids)
        self.assertEqual(len(copy.variant_ids), 1)

    def test_contracts_are_counted_where_they_are_looked_for(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1})
        self.draft("2024-01-01")
        self.env.invalidate_all()
        self.assertEqual(self.plan.contract_count, 1)
        self.assertEqual(self.customer.subscription_contract_count, 2)
        template = self.product_a.product_tmpl_id
        self.assertIn(self.base, template.subscription_component_ids)
        for record in (self.plan, self.customer, template):
            action = (
                record.action_view_contracts()
                if record == self.plan
                else record.action_view_subscription_contracts()
            )
            found = self.env["subscription.contract"].search(action["domain"])
            self.assertIn(contract, found)

    @mute_logger("odoo.sql_db")
    def test_a_product_in_use_is_not_deleted(self):
        with (
            self.assertRaises(psycopg2.errors.RestrictViolation),
            self.env.cr.savepoint(),
        ):
            self.base.product_id.unlink()

    def test_a_plan_group_counts_its_plans(self):
        group = self.env["subscription.plan.group"].create({"name": "Family"})
        self.plan.group_id = group
        self.assertEqual(group.plan_count, 1)

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from ..common import SubscriptionCommon

USER = "subscription_billing.subscription_billing_group_user"


@tagged("post_install", "-at_install", "pricing")
class TestPricePricelist(SubscriptionCommon):
    """Odoo's pricelist as a source: by quantity, customer, day and currency (M6); a
    contract keeps the steps it was sold with (C6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        feature = cls.env.ref("product.group_product_pricelist")
        cls.env.ref("base.group_user")._apply_group(feature)
        cls.product_a.list_price = 10.0
        cls.base.is_required = False
        cls.pricelist = cls._pricelist("Steps", (0, 10.0), (10, 8.0), (100, 5.0))
        cls.listed = cls._component(
            "listed", "Listed", kind="quantity", is_required=False
        )
        cls.price = cls._price(
            cls.listed, 0.0, model="pricelist", pricelist_id=cls.pricelist.id
        )

    @classmethod
    def _pricelist(cls, name, *steps, **vals):
        rules = [
            {"min_quantity": low, "compute_price": "fixed", "fixed_price": price}
            for low, price in steps
        ]
        return cls.env["product.pricelist"].create(
            {
                "name": name,
                "currency_id": cls.company.currency_id.id,
                "item_ids": [(0, 0, rule) for rule in rules],
                **vals,
            }
        )

    def _steps(self, partner=None, on="2024-01-01"):
        price = self.price
        return price._get_pricelist_steps(partner or self.customer, self.day(on))

    def _line(self, quantity, on="2024-01-01"):
        contract = self.subscribe(on, quantities={self.listed: quantity})
        return contract.line_ids.filtered(lambda line: line.component_id == self.listed)

    def test_the_whole_quantity_costs_the_price_of_its_step(self):
        self.assertEqual(self._steps(), [(0.0, 10.0), (10.0, 8.0), (100.0, 5.0)])
        for quantity, amount in ((9, 90), (9.5, 95), (10, 80), (99, 792), (100, 500)):
            with self.subTest(quantity=quantity):
                self.assertEqual(self._line(quantity).amount, amount)

    def test_c6_a_later_edit_does_not_reach_a_running_contract(self):
        line = self._line(10)
        draft = self.draft(
            "2024-01-01",
            line_ids=[(0, 0, {"component_id": self.listed.id, "quantity": 10})],
        )
        self.pricelist.item_ids.fixed_price = 1.0
        line.contract_id.partner_id = self._customer("Heir")
        self.env.invalidate_all()
        self.assertEqual((line.amount, line.price_unit), (80.0, 8.0))
        self.bill("2024-01-01", line.contract_id)
        self.assertEqual(line.charge_ids.amount, 80.0)
        draft.action_activate()
        self.assertEqual(draft.line_ids.amount, 10.0)

    def test_c6_neither_does_another_pricelist_of_the_customer(self):
        self.price.copy({"pricelist_id": False, "date_start": "2023-01-01"})
        self.customer.property_product_pricelist = self._pricelist("Own", (0, 7.0))
        line = self._line(10)
        self.assertEqual(line.amount, 70.0)
        self.customer.property_product_pricelist = self.pricelist
        self.customer.country_id = self.env.ref("base.ch")
        self.env.invalidate_all()
        self.assertEqual(line.amount, 70.0)
        self.assertEqual(self._line(10).amount, 80.0)

    def test_the_customers_own_counts_with_the_feature_switched_off(self):
        self.price.pricelist_id = False
        own = self._pricelist("Own", (0, 7.0))
        self.customer.specific_property_product_pricelist = own
        feature = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user")._remove_group(feature)
        self.env.invalidate_all()
        self.assertFalse(self.customer.property_product_pricelist)
        self.assertEqual(self._steps(), [(0.0, 7.0)])
        self.assertEqual(self._steps(self._customer("Nobody")), [(0.0, 10.0)])

    def test_rules_count_on_the_day_of_the_sale(self):
        self.pricelist.item_ids.date_end = "2024-05-31 23:59:59"
        self.assertEqual(self._steps(on="2024-06-01"), [(0.0, 10.0)])
        self.assertEqual(len(self._steps(on="2024-05-31")), 3)

    def test_steps_of_the_pricelist_below_count_too(self):
        rule = {"compute_price": "formula", "base": "pricelist", "price_discount": 50}
        rule["base_pricelist_id"] = self.pricelist.id
        half = self._pricelist("Half", item_ids=[(0, 0, rule)])
        self.price.pricelist_id = half
        self.assertEqual(self._steps(), [(0.0, 5.0), (10.0, 4.0), (100.0, 2.5)])

    def test_the_price_is_in_the_currency_of_the_contract(self):
        franc = self.env.ref("base.CHF")
        franc.active = True
        rates = self.env["res.currency.rate"]
        for day, rate in (("2024-01-01", 2.0), ("2024-06-01", 4.0)):
            vals = {"name": day, "rate": rate, "currency_id": franc.id}
            rates.create({**vals, "company_id": self.company.id})
        price = self.price.copy({"currency_id": franc.id})
        for day, expected in (("2024-01-01", 20.0), ("2024-06-01", 40.0)):
            steps = price._get_pricelist_steps(self.customer, self.day(day))
            self.assertEqual(steps[0], (0.0, expected))

    def test_minimum_and_free_quantity_apply_on_top(self):
        self.price.write({"free_quantity": 5, "amount_minimum": 60.0})
        self.assertEqual(self._line(10).amount, 60.0)
        self.assertEqual(self._line(15).amount, 80.0)

    def test_a_negative_price_is_refused(self):
        self.pricelist.item_ids[-1].write({"fixed_price": -1.0})
        with self.assertRaisesRegex(ValidationError, "Steps .*gives .* negative price"):
            self._steps()

    def test_a_pricelist_of_another_company_is_refused(self):
        other = self.setup_other_company()["company"]
        foreign = self._pricelist("Foreign", (0, 1.0), company_id=other.id)
        for owner in (self.company, self.env["res.company"]):
            self.plan.company_id = owner
            with (
                self.subTest(owner=owner.name),
                self.assertRaisesRegex(Exception, "Foreign"),
                self.cr.savepoint(),
            ):
                self.price.pricelist_id = foreign

    def test_a_user_without_rights_on_pricelists_sells_by_them(self):
        user = new_test_user(self.env, "list_user", groups=USER)
        user.write({"company_ids": self.company.ids, "company_id": self.company.id})
        contract = self.draft("2024-01-01").with_user(user)
        contract.line_ids = [(0, 0, {"component_id": self.listed.id, "quantity": 10})]
        contract.action_activate()
        self.assertIn(80.0, contract.line_ids.mapped("amount"))

    def test_the_preview_shows_the_step(self):
        self.price.preview_quantity = 10
        self.assertIn("8.00", self.price.preview_html)
        self.assertIn("<polyline", self.price.preview_html)

    def test_the_text_names_the_pricelist(self):
        self.assertEqual(self.price._get_amount_text(), "Steps")
        self.price.pricelist_id = False
        self.assertEqual(self.price._get_amount_text(), "Customer's pricelist")

from lxml import etree

from odoo.tests import Form, tagged

from ..usage_common import UsageCommon

GROUP = "subscription_billing.subscription_billing_group_"
# Fields of the form that each model asks for, beside those of every model.
FIELDS = {
    "flat": {"amount"},
    "per_unit": {"amount", "free_quantity"},
    "graduated": {"tier_ids", "free_quantity"},
    "volume": {"tier_ids", "free_quantity"},
    "stairstep": {"tier_ids", "free_quantity"},
    "package": {"amount", "package_size", "package_rounding", "free_quantity"},
    "discount_scale": {"amount", "tier_ids", "free_quantity"},
    "percentage": {
        *("percent", "amount_event", "free_events", "free_amount"),
        *("event_minimum", "event_maximum"),
    },
    "graduated_percentage": {"tier_ids", "free_quantity"},
    "bucketed": {"amount", "bucket_unit", "bucket_model", "free_quantity"},
    "pricelist": {"pricelist_id", "free_quantity"},
}


@tagged("post_install", "-at_install", "pricing")
class TestPriceViews(UsageCommon):
    """The price form asks for what its model needs, and the component form for what
    its kind needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: cls._clerk(f"price_view_{name}", GROUP + name)
            for name in ("user", "manager")
        }

    def _is_hidden(self, form, field):
        return form._get_modifier(field, "invisible")

    def test_each_model_asks_for_what_it_needs(self):
        asked = set().union(*FIELDS.values())
        form = Form(self.env["subscription.price"].with_user(self.users["manager"]))
        form.component_id = self.api
        for model, expected in FIELDS.items():
            form.price_model = model
            shown = {name for name in asked if not self._is_hidden(form, name)}
            with self.subTest(model=model):
                self.assertEqual(shown, expected)
                self.assertTrue(form.model_hint)

    def test_tiers_inside_a_bucket_are_asked_for_too(self):
        form = Form(self.env["subscription.price"])
        form.component_id = self.api
        form.price_model = "bucketed"
        form.bucket_model = "volume"
        self.assertFalse(self._is_hidden(form, "tier_ids"))
        self.assertTrue(self._is_hidden(form, "amount"))

    def test_columns_of_tiers_follow_the_model(self):
        arch = self.env["subscription.price"].get_view(view_type="form")["arch"]
        tiers = etree.fromstring(arch).find(".//field[@name='tier_ids']/list")
        hidden = {
            field.get("name"): field.get("column_invisible")
            for field in tiers.iterfind("field")
            if field.get("column_invisible")
        }
        self.assertEqual(set(hidden), {"price_unit", "percent", "amount_flat"})
        for name, models in (
            ("price_unit", ("graduated", "volume")),
            ("percent", ("graduated_percentage", "discount_scale")),
        ):
            for model in models:
                self.assertIn(f"'{model}'", hidden[name])

    def test_a_manager_enters_a_graduated_price(self):
        form = Form(self.env["subscription.price"].with_user(self.users["manager"]))
        form.component_id = self.seats
        form.date_start = "2024-01-01"
        form.price_model = "graduated"
        for up_to, price in ((50, 0.008), (10, 0.01), (0, 0.005)):
            with form.tier_ids.new() as tier:
                tier.up_to = up_to
                tier.price_unit = price
        price = form.save()
        self.env.invalidate_all()
        self.assertEqual(price.tier_ids.mapped("above"), [0.0, 10.0, 50.0])
        self.assertEqual(price.amount_text, "0.01 / 0.008 / 0.005 USD")

    def test_the_name_follows_an_edit_of_a_tier(self):
        price = self.api_price
        self.assertIn("0.01 / 0.005", price.display_name)
        price.tier_ids[0].price_unit = 0.02
        self.assertIn("0.02 / 0.005", price.display_name)
        self.assertIn("0.02 / 0.005", price.amount_text)

    def test_a_user_opens_the_form_and_the_list(self):
        prices = self.env["subscription.price"].with_user(self.users["user"])
        price = prices.browse(self.api_price.id)
        self.assertIn("tier", Form(price).model_hint)
        views = prices.get_views([[False, "list"], [False, "form"], [False, "search"]])
        self.assertIn("amount_text", views["views"]["list"]["arch"])

    def test_a_metered_component_needs_a_meter_and_has_filters(self):
        form = Form(self.env["subscription.component"])
        form.kind = "metered"
        self.assertFalse(self._is_hidden(form, "meter_id"))
        self.assertTrue(form._get_modifier("meter_id", "required"))
        self.assertTrue(self._is_hidden(form, "default_quantity"))
        self.assertTrue(self._is_hidden(form, "quantity_minimum"))
        form.kind = "quantity"
        self.assertTrue(self._is_hidden(form, "meter_id"))
        self.assertFalse(self._is_hidden(form, "quantity_minimum"))

    def test_rules_are_entered_in_the_component_form(self):
        with Form(self.seats.with_user(self.users["manager"])) as form:
            form.quantity_minimum = 1
            form.quantity_step = 1
            form.requires_ids.add(self.base)
        self.assertEqual(self.seats.requires_ids, self.base)

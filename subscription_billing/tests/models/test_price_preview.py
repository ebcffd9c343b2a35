from lxml import etree

from odoo.tests import Form, new_test_user, tagged

from ..usage_common import UsageCommon

USER = "subscription_billing.subscription_billing_group_user"


@tagged("post_install", "-at_install", "pricing")
class TestPricePreview(UsageCommon):
    """Slices, amount and chart follow every edit, saved or not (M6)."""

    def _rows(self, form):
        """Cells of the preview's table, row by row."""
        root = etree.fromstring(str(form.preview_html).replace("\xa0", " "))
        return [
            ["".join(cell.itertext()) for cell in row]
            for row in root.iterfind(".//tbody/tr")
        ] + [["".join(cell.itertext()) for cell in root.find(".//tfoot/tr")]]

    def _points(self, form):
        root = etree.fromstring(str(form.preview_html))
        svg = "{http://www.w3.org/2000/svg}"
        return root.find(f".//{svg}polyline").get("points")

    def test_a_stored_price_shows_the_middle_of_its_tiers(self):
        form = Form(self.api_price)
        self.assertEqual(form.preview_quantity, 14_500)
        self.assertEqual(
            self._rows(form),
            [
                ["free", "1,000 calls", "", "0.00"],
                ["", "9,000 calls", "0.01", "90.00"],
                ["", "4,500 calls", "0.005", "22.50"],
                ["Total", "$ 112.50"],
            ],
        )

    def test_it_follows_tiers_that_are_not_saved(self):
        form = Form(self.api_price)
        form.preview_quantity = 1100
        before = self._points(form)
        self.assertEqual(self._rows(form)[-1], ["Total", "$ 1.00"])
        with form.tier_ids.edit(0) as tier:
            tier.price_unit = 0.5
        self.assertEqual(self._rows(form)[1][2:], ["0.50", "50.00"])
        self.assertNotEqual(self._points(form), before)
        with form.tier_ids.new() as tier:
            tier.up_to = 50
            tier.price_unit = 1
        self.assertEqual(
            self._rows(form)[1:3],
            [
                ["", "50 calls", "1.00", "50.00"],
                ["", "50 calls", "0.50", "25.00"],
            ],
        )
        self.assertEqual(len(self.api_price.tier_ids), 2)

    def test_a_new_price_is_previewed_from_the_first_keystroke(self):
        form = Form(self.env["subscription.price"])
        self.assertIn("Choose component and currency", form.preview_html)
        form.component_id = self.seats
        form.price_model = "package"
        form.amount = 5
        form.package_size = 100
        form.preview_quantity = 101
        self.assertEqual(self._rows(form)[0], ["", "2 packages", "5.00", "10.00"])

    def test_what_is_wrong_is_said_instead(self):
        form = Form(self.api_price)
        with form.tier_ids.edit(0) as tier:
            tier.up_to = 0
        self.assertIn("only the last tier", form.preview_html)
        with form.tier_ids.edit(0) as tier:
            tier.up_to = 5
        form.preview_quantity = -1
        self.assertIn("from zero up", form.preview_html)

    def test_events_and_buckets_are_counted(self):
        with Form(self.env["subscription.price"]) as form:
            form.component_id = self._metered("pay", "Pay", self._meter("pay"))
            form.price_model = "percentage"
            form.percent = 1.5
            form.amount_event = 0.25
            form.preview_quantity = 100
            form.preview_count = 3
            self.assertEqual(
                self._rows(form),
                [
                    ["", "300.00", "1.5 %", "4.50"],
                    ["Fixed amount", "3", "0.25", "0.75"],
                    ["Total", "$ 5.25"],
                ],
            )

    def test_minimum_and_maximum_are_slices(self):
        form = Form(self.api_price)
        form.preview_quantity = 0
        form.amount_minimum = 20
        self.assertEqual(
            self._rows(form)[-2:],
            [["Added up to the minimum", "", "", "20.00"], ["Total", "$ 20.00"]],
        )
        form.amount_minimum = 0
        form.preview_quantity = 10_000
        form.amount_maximum = 50
        self.assertEqual(
            self._rows(form)[-2:],
            [["Above the maximum", "", "", "-40.00"], ["Total", "$ 50.00"]],
        )

    def test_every_model_draws_a_chart(self):
        tiers = [(5, 0, 0), (0, 0, {"price_unit": 1, "amount_flat": 2, "percent": 3})]
        price = self._price(self.api, 2.0, date_start="2020-01-01", tier_ids=tiers)
        for model, _label in price._fields["price_model"].selection:
            price.write({"price_model": model, "percent": 2})
            for quantity in (0, 7, 123_456_789.5):
                price.preview_quantity = quantity
                with self.subTest(model=model, quantity=quantity):
                    self.assertIn("<polyline", price.preview_html)

    def test_it_speaks_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        price = self.api_price.with_context(lang="de_DE")
        price.preview_quantity = 10_500
        self.assertIn("9.000 calls", price.preview_html)
        self.assertIn("0,005", price.preview_html)
        self.assertIn("$\xa092,50", price.preview_html)

    def test_currency_gives_decimals_and_symbol(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        price = self.api_price.copy({"currency_id": yen.id})
        price.preview_quantity = 1100
        self.assertIn("¥", price.preview_html)
        self.assertIn("Price (JPY)", price.preview_html)

    def test_names_cannot_bring_markup(self):
        self.calls.unit_name = "<script>alert(1)</script>"
        self.assertNotIn("<script", self.api_price.preview_html)
        self.assertIn("&lt;script", self.api_price.preview_html)

    def test_a_user_sees_the_preview_and_writes_nothing(self):
        user = new_test_user(self.env, "preview_user", groups=USER)
        user.write({"company_ids": self.company.ids, "company_id": self.company.id})
        price = self.api_price.with_user(user)
        self.assertIn("<polyline", price.preview_html)
        self.assertNotIn("preview_quantity", price._fields["amount"].store * ["x"])
        self.assertFalse(price._fields["preview_quantity"].store)

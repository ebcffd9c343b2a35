from odoo.tests import Form, tagged

from ..usage_common import UsageCommon

TIERS = ((10, 5.0, 0.0), (50, 4.0, 0.0), (0, 3.0, 20.0))
# (values of the price, quantity, amount per month)
MODELS = (
    ({"price_model": "graduated"}, 60, 260.0),
    ({"price_model": "volume"}, 60, 200.0),
    ({"price_model": "volume"}, 50, 200.0),
    ({"price_model": "volume"}, 50.5, 171.5),
    ({"price_model": "stairstep"}, 60, 20.0),
    ({"price_model": "package", "amount": 9.0, "package_size": 25}, 60, 27.0),
    ({"price_model": "graduated", "free_quantity": 10}, 20, 50.0),
    ({"price_model": "graduated", "amount_minimum": 30.0}, 2, 30.0),
    ({"price_model": "graduated", "amount_maximum": 99.0}, 60, 99.0),
)


@tagged("post_install", "-at_install", "pricing")
class TestPricedContract(UsageCommon):
    """Contracts by quantity under every price model, billed and explained (M4, M6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base.is_required = False
        cls.users = cls._component("users", "Users", kind="quantity", is_required=False)

    def _sell(self, vals, quantity, on="2024-01-01", **line):
        names = ("up_to", "price_unit", "amount_flat")
        tiers = [(0, 0, dict(zip(names, tier, strict=True))) for tier in TIERS]
        self._price(self.users, **{"amount": 1.0, "tier_ids": tiers, **vals})
        return self._book(quantity, on, **line)

    def _book(self, quantity, on="2024-01-01", **line):
        vals = {"component_id": self.users.id, "quantity": quantity, **line}
        contract = self.draft(on, line_ids=[(0, 0, vals)])
        contract.action_activate()
        return contract

    def test_m6_each_model_is_billed_as_the_line_says(self):
        for number, (vals, quantity, amount) in enumerate(MODELS):
            day = f"2020-01-{number + 1:02}"
            contract = self._sell({**vals, "date_start": day}, quantity, on=day)
            with self.subTest(vals, quantity=quantity):
                self.assertEqual(contract.line_ids.amount, amount)
                self.assertEqual(contract.amount_monthly, amount)
                self.bill(day, contract)
                charge = contract.charge_ids
                self.assertEqual(charge.amount, amount)
                self.assertSlicesAddUp(charge)
                self.assertEqual(charge.move_id.amount_untaxed, amount)

    def test_m4_the_invoice_shows_one_amount_and_the_arithmetic(self):
        contract = self._sell({"price_model": "graduated"}, 60)
        line = self.bill("2024-01-01", contract).move_ids.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (1.0, 260.0))
        for row in ("10 × 5.00 = 50.00", "40 × 4.00 = 160.00", "10 × 3.00 = 30.00"):
            self.assertIn(row, line.name)
        self.assertIn("Fixed amount: 20.00", line.name)

    def test_m3_half_a_month_costs_half_of_the_tiered_price(self):
        contract = self._sell({"price_model": "graduated"}, 60, on="2024-01-01")
        contract.date_end = "2024-02-14"
        self.bill("2024-02-01", contract)
        amounts = contract.charge_ids.sorted("date_start").mapped("amount")
        self.assertEqual(amounts, [260.0, round(260 * 14 / 29, 2)])

    def test_the_own_price_replaces_the_amount_of_a_package(self):
        vals = {"price_model": "package", "amount": 9.0, "package_size": 25}
        contract = self._sell(
            {**vals, "free_quantity": 10},
            60,
            has_price_override=True,
            price_override=7.0,
        )
        line = contract.line_ids
        self.assertEqual((line.price_model, line.price_unit), ("package", 7.0))
        self.assertEqual(line.amount, 14.0)
        self.assertEqual(line.price_text, "10 free, then 7.00 USD per 25")

    def test_the_own_price_of_a_tiered_line_is_per_unit(self):
        own = {"has_price_override": True, "price_override": 2.0}
        contract = self._sell({"price_model": "graduated"}, 60, **own)
        line = contract.line_ids
        self.assertEqual((line.price_model, line.price_unit), ("per_unit", 2.0))
        self.assertEqual((line.amount, line.price_text), (120.0, "2.00 USD"))
        self.bill("2024-01-01", contract)
        self.assertEqual(contract.charge_ids.amount, 120.0)

    def test_an_own_price_of_zero_is_free(self):
        own = {"has_price_override": True, "price_override": 0.0}
        contract = self._sell({"price_model": "volume"}, 60, **own)
        self.assertEqual(contract.line_ids.amount, 0.0)

    def test_the_price_of_tiers_is_the_average(self):
        line = self._sell({"price_model": "volume"}, 50.5).line_ids
        self.assertAlmostEqual(line.price_unit, 171.5 / 50.5, 6)
        self.assertEqual(line.price_text, "5.00 / 4.00 / 3.00 USD")

    def test_c6_a_later_version_reaches_new_contracts_only(self):
        contract = self._sell({"price_model": "graduated"}, 60)
        self._price(self.users, 1.0, model="per_unit", date_start="2024-02-01")
        later = self._book(60, "2024-02-01")
        self.bill("2024-02-01", contract + later)
        self.assertEqual(contract.charge_ids.mapped("amount"), [260.0, 260.0])
        self.assertEqual(later.charge_ids.amount, 60.0)

    def test_metered_lines_cost_their_minimum_until_used(self):
        self.api_price.amount_minimum = 12.0
        line = self.metered().line_ids[-1]
        self.assertEqual((line.amount, line.price_unit), (12.0, 0.0))
        self.assertEqual(
            line.price_text, "1,000 free, then 0.01 / 0.005 USD, at least 12.00"
        )

    def test_customer_price_in_another_currency_with_its_own_model(self):
        franc = self.env.ref("base.CHF")
        franc.active = True
        vals = {"currency_id": franc.id, "partner_id": self.customer.id}
        self._price(self.users, 30.0, model="package", package_size=50, **vals)
        self._price(self.users, 2.0, model="per_unit")
        vals = {"component_id": self.users.id, "quantity": 60}
        contract = self.draft(
            "2024-01-01", currency_id=franc.id, line_ids=[(0, 0, vals)]
        )
        contract.action_activate()
        self.bill("2024-01-01", contract)
        self.assertEqual(contract.charge_ids.move_id.amount_untaxed, 60.0)
        self.assertEqual(contract.charge_ids.move_id.currency_id, franc)

    def test_the_forms_open(self):
        contract = self._sell({"price_model": "graduated"}, 60)
        self.bill("2024-01-01", contract)
        self.assertIn("260.00", Form(contract.charge_ids).explanation_html)
        self.assertIn("svg", Form(contract.line_ids.price_id).preview_html)

from decimal import Decimal

from odoo.tests import new_test_user, tagged

from ..usage_common import UsageCommon

USER = "subscription_billing.subscription_billing_group_user"
# (kind, quantity, price, amount, label), text in English
ROWS = (
    (("unit", "9000", "0.01", "90", ""), "9,000 GB × 0.01 = 90.00"),
    (("unit", "2.5", "0.0000015", "0.00000375", ""), "2.5 GB × 0.0000015 = 0.00000375"),
    (("free", "10000", "0", "0", ""), "10,000 GB free"),
    (("flat", "1", "49", "49", ""), "Fixed amount: 49.00"),
    (("flat", "12", "0.3", "3.6", ""), "Fixed amount: 12 × 0.30 = 3.60"),
    (("package", "3", "5", "15", ""), "3 packages × 5.00 = 15.00"),
    (("percent", "1000", "2.9", "29", ""), "1,000.00 × 2.9 % = 29.00"),
    (("minimum", "1", "5", "5", ""), "Added up to the minimum: 5.00"),
    (("maximum", "1", "-5", "-5", ""), "Above the maximum: -5.00"),
    (("discount", "50", "10", "-5", "Spring"), "Spring 10 %: -5.00"),
    (("discount", "1", "0", "-5", "Voucher"), "Voucher: -5.00"),
    (("discount", "50", "10", "-5", ""), "Discount 10 %: -5.00"),
    (("billed", "0", "0", "-7.5", ""), "Billed already: -7.50"),
)


@tagged("post_install", "-at_install", "charges")
class TestExplaining(UsageCommon):
    """M6: every amount tells its arithmetic, in the reader's language."""

    def _rows(self, *slices, lang="en_US", unit_name="GB", currency=None):
        names = ("kind", "quantity", "price_unit", "amount", "label")
        return self.env["subscription.explaining"]._get_slice_rows(
            self.env(context={"lang": lang}),
            [dict(zip(names, part, strict=True)) for part in slices],
            currency or self.company.currency_id,
            unit_name,
        )

    def test_m6_each_kind_of_slice_is_a_sentence(self):
        for part, text in ROWS:
            with self.subTest(kind=part[0]):
                self.assertEqual(self._rows(part), [text])

    def test_a_slice_of_an_old_charge_has_no_label(self):
        part = {"kind": "flat", "quantity": "1", "price_unit": "1", "amount": "1"}
        rows = self.env["subscription.explaining"]._get_slice_rows(
            self.env, [part], self.company.currency_id
        )
        self.assertEqual(rows, ["Fixed amount: 1.00"])

    def test_numbers_follow_the_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        part = ("unit", "1234567.5", "0.01", "12345.675", "")
        self.assertEqual(
            self._rows(part, lang="de_DE"), ["1.234.567,5 GB × 0,01 = 12.345,675"]
        )

    def test_no_digit_is_lost_that_says_something(self):
        write = self.env["subscription.explaining"]._format_number
        for number, text in (
            (Decimal("123456789012345678901.123456789012"), None),
            (Decimal("1E+3"), "1,000"),
            (Decimal("-0.10"), "-0.1"),
            (Decimal(1) / 3, "0.333333333333"),
            (1e-7, "0.0000001"),
            (0.0, "0"),
        ):
            text = text or "123,456,789,012,345,678,901.123456789012"
            self.assertEqual(write(self.env, number), text)

    def test_a_free_quantity_for_a_part_of_a_period_is_told_to_six_decimals(self):
        part = ("unit", "7741.935483870968", "0.002", "15.483870967742", "")
        self.assertEqual(self._rows(part), ["7,741.935484 GB × 0.002 = 15.483871"])
        part = ("unit", "0.000001234567891", "1000000", "1.234567891", "")
        text = "0.00000123457 GB × 1,000,000.00 = 1.234568"
        self.assertEqual(self._rows(part), [text])

    def test_the_currency_says_how_many_decimals_at_least(self):
        yen = self.env.ref("base.JPY")
        self.assertEqual(
            self._rows(("unit", "3", "5", "15", ""), currency=yen), ["3 GB × 5 = 15"]
        )

    def test_totals_are_rounded_half_up(self):
        explaining = self.env["subscription.explaining"]
        text = explaining._format_money(
            self.env, Decimal("2.675"), self.company.currency_id
        )
        self.assertIn("2.68", text)

    def test_a_charge_shows_why_it_costs_this(self):
        contract = self.subscribe("2024-01-16", quantities={self.seats: 7})
        contract.date_end = "2024-02-05"
        self.bill("2024-02-16", contract)
        charge = contract.charge_ids.filtered(
            lambda row: row.component_id == self.seats
        )[:1]
        user = new_test_user(self.env, "why", groups=USER)
        user.write({"company_ids": self.company.ids, "company_id": self.company.id})
        html = charge.with_user(user).explanation_html
        for text in ("7", "5.00", "35.00", "21 of 31 days", "23.71"):
            self.assertIn(text, html)

    def test_labels_cannot_bring_markup(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01", contract)
        charge = contract.charge_ids[:1].sudo()
        slices = [{**charge.explanation["slices"][0], "label": "<img src=x>"}]
        charge.explanation = {**charge.explanation, "slices": slices}
        self.assertIn("&lt;img", charge.explanation_html)

    def test_a_charge_without_arithmetic_still_opens(self):
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01", contract)
        charge = contract.charge_ids[:1].sudo()
        charge.explanation = False
        self.assertIn("30.00", charge.explanation_html)

    def test_a_contract_line_shows_what_it_costs(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 7})
        self.assertIn("35.00", contract.line_ids[-1].explanation_html)
        self.assertEqual(contract.line_ids[-1].price_text, "5.00 USD")

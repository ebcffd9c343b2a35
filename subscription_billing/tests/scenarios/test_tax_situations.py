from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..common import SubscriptionCommon


@tagged("post_install_l10n", "post_install", "-at_install", "billing")
class TestTaxSituations(SubscriptionCommon):
    """M5: taxes and accounts are Odoo's, on the German chart."""

    @classmethod
    @AccountTestInvoicingCommon.setup_chart_template("de_skr03")
    def setUpClass(cls):
        super().setUpClass()
        chart = cls.env["account.chart.template"]
        cls.tax_19 = chart.ref("tax_ust_19_skr03")
        cls.tax_7 = chart.ref("tax_ust_7_skr03")
        cls.product_a.taxes_id = cls.tax_19
        cls.account_8336 = cls.env["account.account"].search(
            [("code", "=", "833600"), ("company_ids", "in", cls.company.ids)]
        ) or chart.ref("account_8336")

    def _bill_one(self, contract):
        self.bill("2024-01-01")
        return contract.charge_ids.move_id

    def test_german_19_percent(self):
        move = self._bill_one(self.subscribe("2024-01-01"))
        self.assertRecordValues(
            move, [{"state": "posted", "amount_tax": 5.7, "amount_total": 35.7}]
        )

    def test_german_7_percent(self):
        self.product_a.taxes_id = self.tax_7
        move = self._bill_one(self.subscribe("2024-01-01"))
        self.assertEqual(move.amount_tax, 2.1)

    def test_eu_reverse_charge_by_fiscal_position(self):
        position = self._position("EU services", self.account_8336)
        partner = self._customer(
            "Dupont SARL",
            country_id=self.env.ref("base.fr").id,
            vat="FR23334175221",
            property_account_position_id=position.id,
        )
        move = self._bill_one(self.subscribe("2024-01-01", partner_id=partner.id))
        self.assertEqual(move.amount_tax, 0.0)
        self.assertEqual(move.invoice_line_ids.account_id, self.account_8336)

    def test_third_country_by_fiscal_position_of_the_contract(self):
        position = self._position("Abroad", self.account_8336)
        partner = self._customer("Muster AG", country_id=self.env.ref("base.ch").id)
        contract = self.subscribe(
            "2024-01-01", partner_id=partner.id, fiscal_position_id=position.id
        )
        self.assertEqual(self._bill_one(contract).amount_tax, 0.0)

    def _position(self, name, account):
        income = self.company_data["default_account_revenue"]
        tax = self.tax_19.copy({"amount": 0.0, "name": f"0% {name}"})
        position = self.env["account.fiscal.position"].create(
            {
                "name": name,
                "account_ids": [
                    Command.create(
                        {"account_src_id": income.id, "account_dest_id": account.id}
                    )
                ],
            }
        )
        tax.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax_19.ids)],
            }
        )
        return position

    def test_the_invoice_takes_the_currency_of_the_contract(self):
        franc = self.env.ref("base.CHF")
        franc.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": franc.id,
                "company_id": self.company.id,
                "name": "2024-01-01",
                "rate": 0.5,
            }
        )
        self._price(self.base, 33.0, currency_id=franc.id)
        contract = self.subscribe("2024-01-01", currency_id=franc.id)
        move = self._bill_one(contract)
        self.assertRecordValues(
            move,
            [
                {
                    "currency_id": franc.id,
                    "amount_untaxed": 33.0,
                    "amount_untaxed_signed": 66.0,
                }
            ],
        )
        self.assertHealthy()

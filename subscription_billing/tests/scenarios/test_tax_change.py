from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "billing")
class TestTaxChange(UsageCommon):
    """M5: what counts is the last day of the service, not the day of the run; 19 % were
    16 % from 1 July to 31 December 2020 in Germany."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old = cls._tax("19 %", 19.0)
        cls.new = cls._tax("16 %", 16.0)
        cls.product_a.taxes_id = cls.old
        cls.base.price_ids.amount = 100.0
        cls.arrears = cls._variant("arrears", billing_mode="arrears")

    @classmethod
    def _tax(cls, name, amount, **vals):
        vals = {"name": name, "amount": amount, **vals}
        return cls.tax_sale_a.copy({"invoice_label": name, **vals})

    def replace(self, on, old=None, new=None):
        return self.env["subscription.tax.change"].create(
            {
                "date": on,
                "tax_old_id": (old or self.old).id,
                "tax_new_id": (new or self.new).id,
            }
        )

    def lower_and_raise(self):
        self.replace("2020-07-01")
        self.replace("2021-01-01", self.new, self.old)

    def sell(self, on="2020-06-01", variant=None, **vals):
        return self.subscribe(on, variant or self.arrears, **vals)

    def rates(self, contract):
        """Tax of each document, by the month of its service."""
        return {
            str(move.delivery_date)[:7]: move.amount_tax
            for move in contract.charge_ids.move_id
        }

    def test_m5_arrears_are_taxed_as_when_they_were_performed(self):
        contract = self.sell()
        self.lower_and_raise()
        self.product_a.taxes_id = self.new
        self.bill("2020-07-01", contract)
        self.assertEqual(contract.charge_ids.move_id.amount_total, 119.0)
        for month in range(8, 13):
            self.bill(f"2020-{month:02d}-01", contract)
        self.product_a.taxes_id = self.old
        for on in ("2021-01-01", "2021-02-01"):
            self.bill(on, contract)
        rates = self.rates(contract)
        self.assertEqual(rates.pop("2020-06"), 19.0)
        self.assertEqual(rates.pop("2021-01"), 19.0)
        self.assertEqual(set(rates.values()), {16.0})
        self.assertHealthy()

    def test_m5_whatever_the_product_has_when_it_is_billed(self):
        self.lower_and_raise()
        for tax in (self.old, self.new):
            for on, amount in (("2020-06-01", 19.0), ("2020-07-01", 16.0)):
                with self.subTest(tax=tax.name, on=on):
                    self.product_a.taxes_id = tax
                    contract = self.sell(on)
                    self.bill("2021-03-01", contract)  # late, all months in one
                    lines = contract.charge_ids.move_line_id
                    first = min(lines, key=lambda it: it.subscription_date_end)
                    self.assertEqual(first.tax_ids.amount, amount)
                    last = max(lines, key=lambda it: it.subscription_date_end)
                    self.assertEqual(last.tax_ids.amount, 19.0)

    def test_m5_a_year_in_advance_is_taxed_by_its_end(self):
        yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        self.lower_and_raise()
        for on, amount in (
            ("2019-07-01", 19.0),  # to 30 June 2020
            ("2019-08-01", 16.0),  # to 31 July 2020
            ("2020-01-01", 16.0),  # to 31 December 2020
            ("2020-02-01", 19.0),
        ):
            with self.subTest(on):
                contract = self.sell(on, yearly)
                self.bill(on, contract)
                self.assertEqual(self.rates(contract).popitem()[1], amount)

    def test_m5_a_credit_keeps_the_rate_of_what_it_credits(self):
        contract = self.sell("2020-06-15", self.monthly)
        self.bill("2020-06-15", contract)  # to 14 July, before the change is known
        self.assertEqual(contract.charge_ids.move_id.amount_tax, 19.0)
        self.lower_and_raise()
        contract._set_end(self.day("2020-06-30"), "Moved")
        credit = self.bill("2020-07-02", contract).move_ids
        self.assertEqual(credit.invoice_line_ids.tax_ids, self.old)
        self.assertHealthy()

    def test_m5_usage_is_taxed_by_its_month(self):
        contract = self.sell(quantities={self.api: 1})
        self.lower_and_raise()
        self.product_a.taxes_id = self.new
        self.use(contract, ("2020-06-10 10:00", 3000), ("2020-07-10 10:00", 3000))
        self.bill("2020-08-01", contract)
        usage = contract.charge_ids.filtered("usage_to").sorted("date_start")
        self.assertEqual(usage.mapped("move_line_id.tax_ids.amount"), [19.0, 16.0])
        self.assertEqual(usage[0].move_line_id.tax_ids.amount, 19.0)

    def test_m5_a_fiscal_position_maps_the_rate_of_the_day(self):
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        austria = self._tax("20 %", 20.0)
        austria.write(
            {"original_tax_ids": self.old.ids, "fiscal_position_ids": position.ids}
        )
        self.lower_and_raise()
        self.product_a.taxes_id = self.new
        contract = self.sell(fiscal_position_id=position.id)
        self.bill("2020-07-01", contract)
        self.assertEqual(contract.charge_ids.move_line_id.tax_ids, austria)

    def test_m5_rates_of_another_country_change_behind_a_position(self):
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        before, after = self._tax("20 %", 20.0), self._tax("21 %", 21.0)
        before.write(
            {"original_tax_ids": self.old.ids, "fiscal_position_ids": position.ids}
        )
        self.replace("2020-07-01", before, after)
        contract = self.sell(fiscal_position_id=position.id)
        self.bill("2020-08-01", contract)
        lines = contract.charge_ids.move_line_id.sorted("subscription_date_end")
        self.assertEqual(lines.mapped("tax_ids.amount"), [20.0, 21.0])

    def test_m5_a_preview_shows_the_rate_of_the_day(self):
        self.replace("2020-07-01")
        contract = self.sell("2020-06-01", self.monthly)
        self.bill("2020-06-01", contract)
        documents, _errors = self.env["subscription.preview"]._get_documents(
            {contract: self.day("2020-07-01")}, self.day("2020-06-15")
        )
        self.assertEqual(documents[contract][-1]["tax"], 16.0)

    def test_wrong_input_is_refused(self):
        purchase = self.tax_purchase_a
        included = self._tax("incl", 16.0, price_include_override="tax_included")
        for new in (self.old, purchase, included):
            with self.subTest(new.name), self.assertRaises(ValidationError):
                self.replace("2020-07-01", new=new)

    def test_accountants_keep_the_table_and_salespeople_read_it(self):
        change = self.replace("2020-07-01")
        for group, may in (
            ("account.group_account_manager", True),
            ("subscription_billing.subscription_billing_group_manager", True),
            ("subscription_billing.subscription_billing_group_user", False),
        ):
            user = self._clerk(group, group)
            with self.subTest(group):
                self.assertEqual(change.with_user(user).has_access("write"), may)
                self.assertTrue(change.with_user(user).has_access("read"))

    def test_another_companys_change_says_nothing_here(self):
        data = self.setup_other_company()
        other = data["company"]
        foreign = self.env["subscription.tax.change"].with_company(other)
        taxes = data["default_tax_sale"]
        foreign.create(
            {
                "company_id": other.id,
                "date": "2020-07-01",
                "tax_old_id": taxes.id,
                "tax_new_id": taxes.copy({"name": "other"}).id,
            }
        )
        contract = self.sell("2020-07-01")
        self.bill("2020-08-01", contract)
        self.assertEqual(self.rates(contract), {"2020-07": 19.0})
        user = self._clerk("own", "account.group_account_manager")
        changes = self.env["subscription.tax.change"].with_user(user)
        self.assertFalse(changes.search([("company_id", "=", other.id)]))

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing", "contracts")
class TestCompaniesAndCurrencies(SubscriptionCommon):
    """O2 and M1: each contract in its company, each amount in its currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company()
        cls.other = cls.other_data["company"]
        cls.env.user.company_ids += cls.other

    def _sell_in_other(self):
        env = self.env(context={"allowed_company_ids": self.other.ids})
        product = env["product.product"].create(
            {
                "name": "Theirs",
                "taxes_id": [Command.set(self.other_data["default_tax_sale"].ids)],
            }
        )
        plan = env["subscription.plan"].create(
            {"name": "Their plan", "company_id": self.other.id}
        )
        component = env["subscription.component"].create(
            {"plan_id": plan.id, "name": "Fee", "product_id": product.id}
        )
        currency = self.other.currency_id
        self._price(component, 70.0, currency_id=currency.id)
        variant = env["subscription.plan.variant"].create(
            {"plan_id": plan.id, "name": "M", "currency_id": currency.id}
        )
        contract = env["subscription.contract"].create(
            {
                "partner_id": self._customer("Kunde").id,
                "variant_id": variant.id,
                "company_id": self.other.id,
                "date_start": "2024-01-01",
            }
        )
        contract.action_activate()
        return contract

    def test_o2_a_contract_is_billed_in_its_company_whoever_runs_it(self):
        ours, theirs = self.subscribe("2024-01-01"), self._sell_in_other()
        contracts = (ours + theirs.with_env(self.env)).sudo()
        run = (
            self.env["subscription.billing.run"]
            .sudo()
            .create({"company_id": self.company.id, "date": "2024-01-01"})
        )
        moves = self.env["subscription.invoicing"]._bill(
            contracts, self.day("2024-01-01"), run
        )
        self.assertRecordValues(
            moves.sorted("amount_untaxed"),
            [
                {
                    "company_id": self.company.id,
                    "amount_untaxed": 30.0,
                    "journal_id": self.company_data["default_journal_sale"].id,
                },
                {
                    "company_id": self.other.id,
                    "amount_untaxed": 70.0,
                    "journal_id": self.other_data["default_journal_sale"].id,
                },
            ],
        )
        tax = moves.sorted("amount_untaxed")[1].invoice_line_ids.tax_ids
        self.assertEqual(tax, self.other_data["default_tax_sale"])

    def test_o2_a_run_of_one_company_leaves_the_other_alone(self):
        theirs = self._sell_in_other()
        self.subscribe("2024-01-01")
        self.assertEqual(self.bill("2024-01-01").contract_count, 1)
        self.assertFalse(theirs.charge_ids)

    def test_m1_amounts_are_rounded_to_the_step_of_the_currency(self):
        for name, rounding, amount in (
            ("XA1", 0.05, 16.45),
            ("XA2", 1.0, 16.0),
            ("XA3", 0.001, 16.452),
        ):
            with self.subTest(rounding=rounding):
                currency = self.env["res.currency"].create(
                    {"name": name, "symbol": name, "rounding": rounding}
                )
                self._price(self.base, 30.0, currency_id=currency.id)
                variant = self._variant(name, alignment="calendar")
                contract = self.subscribe(
                    "2024-03-15", variant, currency_id=currency.id
                )
                self.bill("2024-03-15")
                self.assertEqual(contract.charge_ids.amount, amount)
                move = contract.charge_ids.move_id
                self.assertEqual(move.currency_id, currency)
                self.assertEqual(move.amount_untaxed, amount)

    def test_a_tax_included_in_the_price_is_part_of_the_charge(self):
        tax = self.tax_sale_a.copy(
            {
                "name": "Included",
                "amount": 19.0,
                "price_include_override": "tax_included",
            }
        )
        self.product_a.taxes_id = tax
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01")
        move = contract.charge_ids.move_id
        self.assertEqual(contract.charge_ids.amount, 30.0)
        self.assertEqual((move.amount_untaxed, move.amount_total), (25.21, 30.0))
        self.assertHealthy()

    def test_each_currency_gets_its_own_invoice(self):
        self.company.subscription_billing_group = "partner"
        franc = self.env.ref("base.CHF")
        franc.active = True
        self._price(self.base, 33.0, currency_id=franc.id)
        self.subscribe("2024-01-01")
        self.subscribe("2024-01-01", currency_id=franc.id)
        run = self.bill("2024-01-01")
        self.assertEqual(run.invoice_count, 2)
        self.assertEqual(run.move_ids.currency_id, self.company.currency_id + franc)

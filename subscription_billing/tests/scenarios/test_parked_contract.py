from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SubscriptionCommon

CONTRACT = "odoo.addons.subscription_billing.models.billing.subscription_contract"
LOGGER = "odoo.addons.subscription_billing.models.failures"


@tagged("post_install", "-at_install", "billing")
class TestParkedContract(SubscriptionCommon):
    """X5: one bad contract never stops the others."""

    def setUp(self):
        super().setUp()
        self.good = self.env["subscription.contract"].union(
            *(self.subscribe("2024-01-01") for _i in range(6))
        )
        self.bad = self.subscribe("2024-01-01", partner_id=self._customer("Bad").id)

    def assertParked(self, run, message):
        self.assertRecordValues(
            run, [{"contract_count": 7, "failure_count": 1, "state": "failed"}]
        )
        self.assertIn(message, self.bad.billing_error)
        self.assertEqual(len(self.bad.activity_ids), 1)
        self.assertEqual(len(self.good.charge_ids), 6)
        self.assertFalse(self.bad.charge_ids)
        self.assertHealthy()

    def test_x5_a_product_without_account(self):
        # With the account of the journal alone, revenue would go anywhere.
        self.company.income_account_id = False
        self._sell_to_bad(
            self.env["product.category"].create(
                {"name": "Bare", "property_account_income_categ_id": False}
            )
        )
        self.assertParked(self.bill("2024-01-01"), "no income account")

    def _sell_to_bad(self, category):
        product = self.env["product.product"].create(
            {"name": "Lonely", "categ_id": category.id, "taxes_id": False}
        )
        component = self._component("lonely", "Lonely", product_id=product.id)
        self._price(component, 30.0)
        self.bad.sudo().line_ids.component_id = component
        return product

    def test_x5_an_archived_product(self):
        product = self._sell_to_bad(self.product_a.categ_id)
        product.property_account_income_id = self.product_a.property_account_income_id
        product.active = False
        self.assertParked(self.bill("2024-01-01"), "is archived")

    def test_x5_a_customer_without_country(self):
        self.bad.partner_id.country_id = False
        self.assertParked(self.bill("2024-01-01"), "has no country")

    @mute_logger("odoo.sql_db", LOGGER)
    def test_x5_an_error_of_the_database(self):
        prepare = type(self.env["subscription.invoice.builder"])._prepare_invoice
        bad = self.bad

        def break_one(builder, contracts, charges, day, run):
            if bad in contracts:
                builder.env.cr.execute("SELECT 1/0")
            return prepare(builder, contracts, charges, day, run)

        with patch.object(
            type(self.env["subscription.invoice.builder"]),
            "_prepare_invoice",
            break_one,
        ):
            run = self.bill("2024-01-01")
        self.assertParked(run, "division by zero")

    def test_x5_a_parked_contract_is_retried_and_cleared(self):
        self.bad.partner_id.country_id = False
        self.bill("2024-01-01")
        self.bill("2024-01-01")
        self.assertEqual(self.bad.billing_failures, 1)
        self.assertEqual(self.bad.date_retry, self.day("2024-01-02"))
        self.bill("2024-01-02")
        self.assertEqual(self.bad.billing_failures, 2)
        self.assertEqual(len(self.bad.activity_ids), 1)
        self.bad.partner_id.country_id = self.env.ref("base.de")
        with self.on_day("2024-01-02"):
            told = self.bad.action_retry_billing()["params"]
        self.assertIn(self.bad.charge_ids.move_id.name, told["message"])
        self.assertEqual(told["type"], "success")
        self.assertRecordValues(
            self.bad,
            [{"billing_error": False, "billing_failures": 0, "date_retry": False}],
        )
        self.assertFalse(self.bad.activity_ids)
        self.assertCharges(self.bad, [("fee", "2024-01-01", "2024-01-31", 30.0)])

    def test_x5_a_retry_that_fails_says_why(self):
        self.bad.partner_id.country_id = False
        self.bill("2024-01-01")
        with self.on_day("2024-01-01"):
            told = self.bad.action_retry_billing()["params"]
        self.assertIn(self.bad.billing_error, told["message"])
        self.assertEqual(told["type"], "danger")
        self.assertEqual(self.bad.billing_failures, 2)

    def test_x5_many_are_retried_in_the_background(self):
        self.bad.partner_id.country_id = False
        self.bill("2024-01-01")
        path = f"{CONTRACT}.MAX_CONTRACTS_AT_ONCE"
        with patch(path, 0):
            told = self.bad.action_retry_billing()["params"]
        self.assertIn("in the background", told["message"])
        self.assertFalse(self.bad.date_retry)

    def test_x5_a_bad_contract_does_not_split_its_customers_invoice(self):
        self.company.subscription_billing_group = "partner"
        self.bad.partner_id = self.customer
        self.bad.fiscal_position_id = self.env["account.fiscal.position"].create(
            {"name": "Needs VAT", "vat_required": True}
        )
        run = self.bill("2024-01-01")
        self.assertParked(run, "needs a VAT number")
        self.assertEqual(run.invoice_count, 1)

    def test_x6_a_mistyped_start_is_held_instead_of_billed(self):
        self.bad.action_toggle_hold()
        daily = self._variant("daily", fee_interval_unit="day")
        old = self.subscribe("2020-01-01", daily)
        run = self.bill("2024-01-01")
        self.assertEqual((run.failure_count, len(self.good.charge_ids)), (1, 6))
        self.assertIn("Check the start 01/01/2020", old.billing_error)
        self.assertFalse(old.charge_ids)

    def test_x5_invoice_numbers_have_no_gap_after_a_failure(self):
        self.bad.partner_id.country_id = False
        run = self.bill("2024-01-01")
        numbers = sorted(run.move_ids.mapped("sequence_number"))
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 6)))

    def test_on_hold_contracts_are_left_out(self):
        self.bad.action_toggle_hold()
        run = self.bill("2024-01-01")
        self.assertEqual(run.contract_count, 6)
        self.assertFalse(self.bad.charge_ids)

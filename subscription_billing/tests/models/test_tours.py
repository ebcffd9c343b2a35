import re

from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_open

from ..common import SubscriptionCommon

TOURS = "subscription_billing/static/tests/tours/subscription_tours.js"


@tagged("post_install", "-at_install")
class TestTours(SubscriptionCommon, HttpCase):
    """What people do most, clicked through in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "subscription_billing.subscription_billing_group_manager"
        cls.clerk = cls._clerk(
            "sub_tours",
            f"{group},account.group_account_manager,product.group_product_manager,"
            "base.group_partner_manager",
            tour_enabled=False,
        )
        cls.customer.name = "Ada GmbH"

    def walk(self, tour, url):
        self.start_tour(url, tour, login="sub_tours", timeout=120)
        self.env.invalidate_all()

    def test_from_the_first_plan_to_the_first_bill(self):
        self.walk("subscription_first_plan", "/odoo/subscription-plans/new")
        contract = self.env["subscription.contract"].search(
            [("plan_id.name", "=", "Studio")]
        )
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.charge_ids.move_id.amount_untaxed, 49.0)

    def test_upgrade_downgrade_withdraw_and_cancel(self):
        small = self._variant("small")
        self._price(self.base, 10.0, variant_id=small.id)
        contract = self.subscribe(self.today(), quantities={self.seats: 4})
        contract._bill_at_once()
        self.walk("subscription_life", f"/odoo/subscription-contracts/{contract.id}")
        states = contract.change_ids.sorted("id").mapped(lambda it: (it.kind, it.state))
        self.assertEqual(
            states,
            [("quantity", "applied"), ("variant", "withdrawn"), ("end", "scheduled")],
        )
        self.assertTrue(contract.date_end)
        self.assertGreater(len(contract.charge_ids.move_id), 1)

    def today(self):
        runs = self.env["subscription.billing.run"]
        return runs._get_billing_date("UTC")

    def test_a_contract_with_an_add_on_is_sold(self):
        self.walk("subscription_sell", "/odoo/subscription-contracts")
        contract = self.env["subscription.contract"].search([])
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.line_ids.mapped("quantity"), [1.0, 4.0])

    def test_last_night_s_failure_is_found_and_mended(self):
        contract = self.subscribe(self.today())
        self.customer.country_id = False
        self.bill(self.today(), contract)
        self.assertTrue(contract.billing_error)
        self.walk("subscription_failure", "/odoo/subscription-parked")
        self.assertFalse(contract.billing_error)
        self.assertTrue(contract.charge_ids)

    def test_why_an_amount_is_so_is_said_by_the_invoice(self):
        contract = self.subscribe(self.today(), quantities={self.seats: 4})
        move = self.bill(self.today(), contract).move_ids
        self.walk("subscription_why", f"/odoo/customer-invoices/{move.id}")

    def test_what_is_done_most_takes_few_clicks(self):
        with file_open(TOURS) as file:
            text = file.read()
        for first, last, most in (
            ('add("subscription_sell"', 'add("subscription_life"', 10),
            ("// Upgrade", "// Downgrade", 7),
            ("// Why", 'see("[name=explanation_html]', 2),
        ):
            with self.subTest(first):
                part = text[text.index(first) : text.index(last)]
                clicks = len(re.findall(r"^\s+(?:click|type)\(", part, re.MULTILINE))
                clicks += 2 * len(re.findall(r"\.\.\.(?:choose|select)\(", part))
                self.assertLessEqual(clicks, most)
                self.assertGreater(clicks, 1)

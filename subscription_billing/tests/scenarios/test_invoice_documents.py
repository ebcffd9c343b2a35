from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing")
class TestInvoiceDocuments(SubscriptionCommon):
    """What the customer sees: address, terms, language, text, service period."""

    def test_the_invoice_goes_to_the_invoice_address_in_the_agreed_terms(self):
        address = self._customer("Accounts", parent_id=self.customer.id, type="invoice")
        term = self.env.ref("account.account_payment_term_30days")
        contract = self.subscribe(
            "2024-01-01", payment_term_id=term.id, customer_reference="PO 4711"
        )
        move = self.bill("2024-01-01").move_ids
        self.assertRecordValues(
            move,
            [
                {
                    "partner_id": address.id,
                    "partner_shipping_id": self.customer.id,
                    "invoice_payment_term_id": term.id,
                    "invoice_date_due": self.day("2024-01-31"),
                    "ref": "PO 4711",
                    "invoice_origin": contract.name,
                    "invoice_user_id": contract.user_id.id,
                }
            ],
        )

    def test_the_customers_own_payment_term_is_the_default(self):
        term = self.env.ref("account.account_payment_term_15days")
        self.customer.property_payment_term_id = term
        self.subscribe("2024-01-01")
        move = self.bill("2024-01-01").move_ids
        self.assertEqual(move.invoice_payment_term_id, term)

    def test_t3_without_terms_an_invoice_is_due_on_its_date_not_today(self):
        self.subscribe("2024-01-01")
        move = self.bill("2024-01-01").move_ids
        self.assertEqual(move.invoice_date_due, self.day("2024-01-01"))

    def test_the_delivery_date_is_the_last_day_of_service(self):
        self.subscribe("2024-01-01")
        move = self.bill("2024-02-01").move_ids
        self.assertEqual(move.delivery_date, self.day("2024-02-29"))

    def test_texts_are_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.base.with_context(lang="de_DE").name = "Grundgebühr"
        self.customer.lang = "de_DE"
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        text = contract.charge_ids.move_line_id.name
        self.assertEqual(
            text.split("\n")[:2], ["Grundgebühr", "01.03.2024 – 31.03.2024"]
        )

    def test_the_charge_keeps_the_arithmetic(self):
        contract = self.subscribe("2024-03-01", quantities={self.seats: 7})
        self.bill("2024-03-01")
        charge = contract.line_ids[1].charge_ids
        self.assertEqual(
            charge.explanation,
            {
                "days": 31,
                "whole_days": 31,
                "billing_start": "2024-03-01",
                "slices": [
                    {
                        "kind": "unit",
                        "quantity": "7.0",
                        "price_unit": "5.0",
                        "amount": "35.00",
                        "label": "",
                    }
                ],
            },
        )

    def test_m4_a_price_below_a_cent_is_billed_by_its_amount(self):
        tiny = self._component("api", "Calls", kind="quantity", is_required=False)
        self._price(tiny, 0.0137, model="per_unit")
        contract = self.subscribe("2024-03-01", quantities={tiny: 333})
        self.bill("2024-03-01")
        line = contract.line_ids[1].charge_ids.move_line_id
        self.assertEqual((line.quantity, line.price_unit), (1.0, 4.56))
        self.assertEqual(line.price_subtotal, 4.56)

    def test_lines_of_one_invoice_are_in_the_order_of_periods_and_components(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 1})
        self.bill("2024-02-01")
        lines = contract.charge_ids.move_id.invoice_line_ids
        self.assertEqual(
            [
                (str(line.subscription_date_start), line.price_subtotal)
                for line in lines
            ],
            [
                ("2024-01-01", 30.0),
                ("2024-01-01", 5.0),
                ("2024-02-01", 30.0),
                ("2024-02-01", 5.0),
            ],
        )

    def test_the_invoice_opens_its_contract_and_back(self):
        contract = self.subscribe("2024-01-01")
        move = self.bill("2024-01-01").move_ids
        self.assertEqual(move.subscription_contract_ids, contract)
        self.assertEqual(
            move.action_view_subscription_contracts()["res_id"], contract.id
        )
        self.assertEqual(contract.invoice_count, 1)
        domain = contract.action_view_invoices()["domain"]
        self.assertEqual(self.env["account.move"].search(domain), move)

    def test_a_copied_invoice_is_no_subscription_invoice(self):
        self.subscribe("2024-01-01")
        copy = self.bill("2024-01-01").move_ids.copy()
        self.assertFalse(copy.subscription_contract_ids)
        self.assertFalse(copy.line_ids.subscription_charge_ids)
        self.assertHealthy()

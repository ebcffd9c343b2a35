from odoo.fields import Command
from odoo.tests import tagged

from ..statement_common import StatementCommon

FREE = {"has_price_override": True, "price_override": 0.0}


@tagged("post_install", "-at_install", "usage", "billing")
class TestZeroUsage(StatementCommon):
    """Usage that costs nothing is billed and proved, and has no line on the invoice
    unless the company wants to see it. A thousand calls are free."""

    def setUp(self):
        super().setUp()
        self.contract = self.metered()
        self.bill("2026-01-01", self.contract)

    def tearDown(self):
        self.assertHealthy()
        super().tearDown()

    def bill_january(self, quantity=800):
        self.use(self.contract, ("2026-01-05 10:00:00", quantity))
        return self.bill("2026-02-01", self.contract).move_ids

    def get_usage(self, invoice):
        return invoice._get_usage_charges().filtered(lambda it: not it.is_void)

    def test_it_has_no_line_and_its_statement(self):
        invoice = self.bill_january()
        self.assertEqual(invoice.invoice_line_ids.mapped("price_subtotal"), [30.0])
        charge = self.get_usage(invoice)
        self.assertEqual((charge.amount, charge.quantity), (0.0, 800.0))
        self.assertEqual(invoice.subscription_usage_charge_count, 1)
        rows = self.read_csv(self.state(charge))
        found = {row["row"]: (row["quantity"], row["amount"]) for row in rows}
        self.assertEqual(found["measured"], ("800", ""))
        self.assertEqual(found["total"], ("", "0"))

    def test_nothing_was_used(self):
        invoice = self.bill("2026-02-01", self.contract).move_ids
        self.assertEqual(len(invoice.invoice_line_ids), 1)
        self.assertEqual(self.get_usage(invoice).quantity, 0.0)

    def test_what_costs_something_has_its_line(self):
        invoice = self.bill_january(1100)
        amounts = invoice.invoice_line_ids.mapped("price_subtotal")
        self.assertEqual(sorted(amounts), [1.0, 30.0])

    def test_the_company_may_want_to_see_it(self):
        self.company.subscription_shows_zero_usage = True
        invoice = self.bill_january()
        amounts = invoice.invoice_line_ids.mapped("price_subtotal")
        self.assertEqual(sorted(amounts), [0.0, 30.0])

    def test_a_fee_of_nothing_keeps_its_line(self):
        self.seats.price_ids.amount = 0.0
        contract = self.metered(components=[self.api, self.seats])
        invoice = self.bill("2026-01-01", contract).move_ids
        self.assertEqual(len(invoice.invoice_line_ids), 2)

    def test_a_document_of_nothing_else_is_none(self):
        contract = self.metered(
            line_ids=[
                Command.create({"component_id": self.base.id, **FREE}),
                Command.create({"component_id": self.api.id}),
            ]
        )
        self.use(contract, ("2026-01-05 10:00:00", 800))
        self.assertFalse(self.bill("2026-02-01", contract).move_ids)
        self.assertEqual(self.usage_charges(contract).quantity, 800.0)

    def test_it_is_billed_again_with_a_document_that_is_cancelled(self):
        invoice = self.bill_january()
        invoice.button_draft()
        invoice.button_cancel()
        self.assertFalse(self.get_usage(invoice))
        again = self.bill("2026-02-01", self.contract).move_ids
        self.assertEqual(self.get_usage(again).quantity, 800.0)

    def test_a_credit_note_gives_back_what_was_paid(self):
        invoice = self.bill_january()
        note = invoice._reverse_moves([{"invoice_date": "2026-02-03"}])
        note.action_post()
        self.assertEqual(note.amount_untaxed, 30.0)
        refunds = note._get_charges()
        self.assertEqual(refunds.mapped("amount"), [-30.0])

    def test_late_usage_is_rated_with_it(self):
        self.bill_january(800)
        self.use(self.contract, ("2026-01-20 10:00:00", 400))
        invoice = self.bill("2026-03-01", self.contract).move_ids
        self.assertEqual(invoice.amount_untaxed, 32.0)  # 1,200 less 1,000 at 0.01

    def test_contracts_on_one_invoice_keep_apart(self):
        self.company.subscription_billing_group = "partner"
        other = self.metered()
        self.bill("2026-01-01", other)
        self.use(other, ("2026-01-05 10:00:00", 700))
        self.use(self.contract, ("2026-01-05 10:00:00", 800))
        contracts = self.contract | other
        invoice = self.bill("2026-02-01", contracts).move_ids
        self.assertEqual(len(invoice.invoice_line_ids), 2)
        for charge in self.get_usage(invoice):
            line = charge.move_line_id
            self.assertEqual(line.subscription_contract_id, charge.contract_id)

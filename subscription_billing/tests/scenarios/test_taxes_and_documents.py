from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing")
class TestTaxesAndDocuments(SubscriptionCommon):
    """M1, M5, X5: what Odoo would post wrongly in silence."""

    def test_x5_an_archived_tax_parks_instead_of_billing_without_tax(self):
        contract = self.subscribe("2024-01-01")
        self.tax_sale_a.active = False
        run = self.bill("2024-01-01")
        self.assertEqual(run.failure_count, 1)
        self.assertIn("The tax", contract.billing_error)

    def test_x5_an_archived_tax_behind_a_fiscal_position_parks(self):
        contract = self.subscribe("2024-01-01")
        contract.fiscal_position_id = self.fiscal_pos_a
        self.fiscal_pos_a.map_tax(self.tax_sale_a).active = False
        self.bill("2024-01-01")
        self.assertIn("The tax", contract.billing_error)

    def test_m5_a_credit_has_the_taxes_and_account_of_what_it_credits(self):
        contract = self.subscribe("2024-03-01")
        invoice = self.bill("2024-03-01").move_ids
        self.product_a.taxes_id = self.tax_sale_b
        self.product_a.property_account_income_id = (
            self.product_a.property_account_income_id.copy({"code": "499998"})
        )
        contract._set_end(self.day("2024-03-14"), "Moved away")
        credit = self.bill("2024-03-15").move_ids
        line, origin = credit.invoice_line_ids, invoice.invoice_line_ids
        self.assertEqual(line.tax_ids, origin.tax_ids)
        self.assertEqual(line.account_id, origin.account_id)

    def test_m5_a_credit_of_an_archived_product_is_not_blocked(self):
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        contract._set_end(self.day("2024-03-14"), "Discontinued")
        self.product_a.active = False
        self.assertEqual(self.bill("2024-03-15").move_ids.amount_untaxed, 16.45)

    def test_m1_prices_below_a_cent_keep_all_their_digits_on_the_invoice(self):
        tiny = self._component("api", "Calls", kind="quantity", is_required=False)
        self._price(tiny, 0.0137, model="per_unit")
        contract = self.subscribe("2024-03-01", quantities={tiny: 1000})
        self.bill("2024-03-01")
        line = contract.line_ids[1].charge_ids.move_line_id
        self.assertRecordValues(
            line, [{"quantity": 1000, "price_unit": 0.0137, "price_subtotal": 13.7}]
        )
        self.assertHealthy()

    def test_m1_taxes_included_in_prices_with_parts_of_a_cent_add_up(self):
        self.product_a.taxes_id = self.tax_sale_a.copy(
            {"name": "incl", "amount": 19, "price_include_override": "tax_included"}
        )
        tiny = self._component("api", "Calls", kind="quantity", is_required=False)
        self._price(tiny, 0.0137, model="per_unit")
        variant = self._variant("cal", alignment="calendar")
        self.subscribe("2024-03-15", variant, {tiny: 333, self.seats: 7})
        self.bill("2024-06-01")
        self.assertHealthy()

    def test_m1_every_rounding_of_taxes_keeps_the_ledger_equal(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.subscribe("2024-03-15", self._variant("c", alignment="calendar"))
        self.bill("2024-05-01")
        self.assertHealthy()

    def test_credits_with_more_tax_than_the_fees_make_a_credit_note(self):
        """Net is positive, gross is negative: Odoo refuses such an invoice."""
        self.tax_sale_a.amount = 50.0
        untaxed = self.product_b
        untaxed.taxes_id = False
        exempt = self._component(
            "x", "Exempt", product_id=untaxed.id, is_required=False
        )
        self._price(exempt, 32.0)
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        contract.line_ids.date_end = "2024-03-14"
        contract.line_ids = [
            Command.create({"component_id": exempt.id, "date_start": "2024-03-15"})
        ]
        move = self.bill("2024-03-15").move_ids
        self.assertFalse(contract.billing_error)
        self.assertRecordValues(
            move, [{"move_type": "out_refund", "amount_untaxed": -1.1}]
        )
        self.assertHealthy()

    def test_a_journal_with_hashed_entries_is_billed_without_gap(self):
        journal = self.company_data["default_journal_sale"]
        journal.restrict_mode_hash_table = True
        self.subscribe("2024-01-01")
        self.subscribe("2024-01-01", partner_id=self._customer("B").id)
        moves = self.bill("2024-01-01").move_ids
        self.assertEqual(len(moves.filtered("inalterable_hash")), 2)
        numbers = moves.mapped("sequence_number")
        self.assertEqual(max(numbers) - min(numbers), 1)
        self.assertHealthy()

    def test_zero_totals_are_posted_and_nothing_is_owed(self):
        contract = self.subscribe("2024-03-01")
        self.bill("2024-03-01")
        contract.line_ids.date_end = "2024-03-14"
        contract.line_ids = [
            Command.create(
                {
                    "component_id": self.base.id,
                    "date_start": "2024-03-15",
                    "has_price_override": True,
                    "price_override": 30.0,
                }
            )
        ]
        contract.line_ids[1].date_end = "2024-03-31"
        move = self.bill("2024-03-15").move_ids
        self.assertRecordValues(
            move,
            [
                {
                    "state": "posted",
                    "move_type": "out_invoice",
                    "amount_total": 0.0,
                    "payment_state": "paid",
                }
            ],
        )
        self.assertHealthy()

    def test_a_mixed_invoice_nets_credits_and_fees(self):
        contract = self.subscribe("2024-03-01", quantities={self.seats: 2})
        self.bill("2024-03-01")
        contract.line_ids[1].date_end = "2024-03-14"
        move = self.bill("2024-04-01").move_ids
        self.assertRecordValues(
            move, [{"move_type": "out_invoice", "amount_untaxed": 24.52}]
        )
        self.assertHealthy()

    def test_x6_nothing_is_mailed_or_rendered_while_billing(self):
        self.company.subscription_invoice_policy = "send"
        self.subscribe("2024-01-01")
        mail = type(self.env["mail.mail"])
        report = type(self.env["ir.actions.report"])
        with (
            patch.object(mail, "send") as send,
            patch.object(report, "_render_qweb_pdf") as render,
        ):
            self.bill("2024-01-01")
        send.assert_not_called()
        render.assert_not_called()

    def test_o2_the_branch_of_a_company_bills_in_its_parents_journal(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids += branch
        self.plan.company_id = False
        contract = self.subscribe("2024-01-01", company_id=branch.id)
        run = (
            self.env["subscription.billing.run"]
            .sudo()
            .create({"company_id": branch.id, "date": "2024-01-01"})
        )
        run._process([("company_id", "=", branch.id)])
        self.assertFalse(contract.billing_error)
        self.assertEqual(contract.charge_ids.move_id.company_id, branch)

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing", "charges")
class TestReversal(SubscriptionCommon):
    """X1, X3: credit notes written by hand, and what the run makes of them."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-03-01")
        self.move = self.bill("2024-03-01").move_ids

    def _reverse(self, **vals):
        return self.move._reverse_moves([{"invoice_date": "2024-03-05", **vals}])

    def test_x1_a_partial_credit_note_refunds_what_it_gives_back(self):
        note = self._reverse()
        note.invoice_line_ids.price_unit = 10.0
        note.action_post()
        self.assertCharges(
            self.contract,
            [
                ("fee", "2024-03-01", "2024-03-31", 30.0),
                ("refund", "2024-03-01", "2024-03-31", -10.0),
            ],
        )
        self.assertHealthy()

    def test_x1_a_partial_credit_note_by_quantity_or_discount(self):
        for vals, amount in (({"quantity": 0.5}, -15.0), ({"discount": 20}, -24.0)):
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                note = self._reverse()
                note.invoice_line_ids.write(vals)
                self.env.flush_all()
                refund = note.invoice_line_ids.subscription_charge_ids
                self.assertEqual(refund.amount, amount)
                self.assertHealthy()
                savepoint.rollback()

    def test_x1_two_credit_notes_do_not_exceed_the_invoice(self):
        note = self._reverse()
        with self.assertRaisesRegex(UserError, "nothing is left to credit"):
            self._reverse()
        note.invoice_line_ids.price_unit = 10.0
        self.assertEqual(self._reverse().amount_untaxed, 20.0)
        with self.assertRaisesRegex(ValidationError, "exceed the charge of .*30.00 by"):
            note.invoice_line_ids.price_unit = 11.0

    def test_x1_a_deleted_credit_note_gives_nothing_back(self):
        self._reverse().unlink()
        self.assertCharges(self.contract, [("fee", "2024-03-01", "2024-03-31", 30.0)])
        self._reverse()
        self.assertHealthy()

    def test_x1_a_credit_note_with_tax_included_prices(self):
        tax = self.tax_sale_a.copy(
            {"name": "incl", "amount": 19.0, "price_include_override": "tax_included"}
        )
        self.product_a.taxes_id = tax
        contract = self.subscribe("2024-03-01")
        self.move = self.bill("2024-03-01").move_ids
        note = self._reverse()
        note.invoice_line_ids.price_unit = 11.9
        note.action_post()
        self.assertEqual(note.amount_untaxed, 10.0)
        refund = contract.charge_ids.filtered(lambda row: row.kind == "refund")
        self.assertEqual(refund.amount, -11.9)
        self.assertHealthy()

    def test_x3_a_refunded_invoice_is_not_cancelled_before_its_refund(self):
        self._reverse()
        self.move.button_draft()
        with self.assertRaisesRegex(UserError, "was credited on"):
            self.move.button_cancel()

    def test_x3_invoice_and_credit_note_are_cancelled_together(self):
        note = self._reverse()
        self.move.button_draft()
        (self.move + note).button_cancel()
        self.assertFalse(self.contract.charge_ids.filtered(lambda c: not c.is_void))
        self.assertEqual(self.contract.date_next_billing, self.day("2024-03-01"))

    def _replace(self, move):
        wizards = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard = wizards.create(
            {"journal_id": move.journal_id.id, "date": "2024-03-05"}
        )
        return self.env["account.move"].browse(wizard.modify_moves()["res_id"])

    def test_x3_the_contract_lists_what_was_replaced_and_what_reversed_it(self):
        first = self._replace(self.move)
        first.action_post()
        second = self._replace(first)
        domain = self.contract.action_view_invoices()["domain"]
        listed = self.env["account.move"].search(domain)
        chain = self.move | first | second
        self.assertEqual(listed, listed & (chain | chain.reversal_move_ids))
        self.assertEqual(len(listed), 5)

    def test_x3_a_corrected_copy_bills_what_the_reversed_invoice_billed(self):
        copy = self._replace(self.move)
        self.assertEqual(copy.state, "draft")
        self.assertEqual(self.bill("2024-03-06").invoice_count, 0)
        self.assertRecordValues(
            copy.invoice_line_ids,
            [
                {
                    "subscription_contract_id": self.contract.id,
                    "subscription_date_start": self.day("2024-03-01"),
                    "subscription_date_end": self.day("2024-03-31"),
                }
            ],
        )
        self.assertEqual(self.contract.charge_ids.move_id, copy)
        self.assertEqual(copy.subscription_run_id, self.move.subscription_run_id)
        with self.assertRaisesRegex(UserError, "keeps its amount"):
            copy.invoice_line_ids.price_unit = 12
        copy.partner_id = self._customer("Where it belongs")
        copy.action_post()
        self.assertHealthy()
        self.contract._set_end(self.day("2024-03-16"), "Moved away")
        credit = self.bill("2024-03-20").move_ids
        self.assertEqual(credit.amount_untaxed, 14.52)  # 30 x 15 / 31
        self.assertEqual(credit.reversed_entry_id, copy)
        self.assertHealthy()

    def test_x3_a_cancelled_copy_opens_the_period(self):
        copy = self._replace(self.move)
        copy.button_cancel()
        again = self.bill("2024-03-06").move_ids
        self.assertEqual(again.amount_untaxed, 30.0)
        with self.assertRaisesRegex(UserError, "was billed again on"):
            copy.button_draft()
        self.assertHealthy()

    def test_x3_a_copy_of_a_copy(self):
        first = self._replace(self.move)
        first.action_post()
        second = self._replace(first)
        second.action_post()
        self.assertEqual(self.contract.charge_ids.move_id, second)
        with self.assertRaisesRegex(UserError, "was replaced by"):
            self._replace(self.move)
        self.assertHealthy()

    def test_x1_a_credit_note_after_an_automatic_credit_opens_with_the_rest(self):
        self.contract._set_end(self.day("2024-03-14"), "Moved away")
        self.bill("2024-03-15")
        note = self._reverse()
        self.assertEqual(note.amount_untaxed, 13.55)  # 30.00 - 16.45
        note.action_post()
        self.assertHealthy()

    def test_x1_lines_given_back_already_are_not_on_the_credit_note(self):
        contract = self.subscribe("2024-03-01", quantities={self.seats: 2})
        self.move = self.bill("2024-03-01").move_ids
        first = self._reverse()
        first.invoice_line_ids[1:].unlink()
        first.action_post()
        note = self._reverse()
        self.assertEqual(note.invoice_line_ids.mapped("price_subtotal"), [10.0])
        note.action_post()
        live = contract.charge_ids.filtered(lambda row: not row.is_void)
        self.assertEqual(sum(live.mapped("amount")), 0.0)
        self.assertHealthy()

    def test_c5_an_end_after_a_full_refund_credits_nothing_more(self):
        self._reverse().action_post()
        self.contract._set_end(self.day("2024-03-14"), "Moved away")
        run = self.bill("2024-03-20")
        self.assertFalse(self.contract.billing_error)
        self.assertEqual(run.invoice_count, 0)
        self.assertEqual(sum(self.contract.charge_ids.mapped("amount")), 0.0)
        self.assertHealthy()

    def test_c5_an_end_after_a_partial_refund_credits_at_most_the_rest(self):
        note = self._reverse()
        note.invoice_line_ids.price_unit = 20.0
        note.action_post()
        self.contract._set_end(self.day("2024-03-14"), "Moved away")
        credit = self.bill("2024-03-20").move_ids
        self.assertEqual(credit.amount_untaxed, 10.0)
        self.assertEqual(self.bill("2024-03-20").invoice_count, 0)
        self.assertHealthy()

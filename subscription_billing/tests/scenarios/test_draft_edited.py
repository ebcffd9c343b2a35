from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SubscriptionCommon


@tagged("post_install", "-at_install", "billing")
class TestDraftEdited(SubscriptionCommon):
    """X1, M5: an accountant may finish a draft, but books and ledger stay equal."""

    def setUp(self):
        super().setUp()
        self.company.subscription_invoice_policy = "draft"
        self.contract = self.subscribe("2024-01-01")
        self.move = self.bill("2024-01-01").move_ids
        self.line = self.move.invoice_line_ids

    def test_x1_product_and_unit_of_a_billed_line_stay(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        for vals in ({"product_id": self.product_b.id}, {"product_uom_id": dozen.id}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "keeps its"):
                self.line.write(vals)

    def test_x1_a_billed_price_is_not_computed_anew(self):
        self.line._compute_price_unit()
        self.assertEqual(self.line.price_unit, 30.0)

    def test_x1_what_differs_from_the_ledger_is_not_posted(self):
        self.env.cr.execute(
            "UPDATE account_move_line SET price_unit = 31 WHERE id = %s",
            self.line.ids,
        )
        self.line.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "is not what its contract was charged"):
            self.move.action_post()

    def test_x1_a_price_below_the_cent_is_locked_as_well(self):
        tiny = self._component("api", "Calls", kind="quantity", is_required=False)
        self._price(tiny, 0.013, model="per_unit")
        self.subscribe("2024-01-01", quantities={tiny: 1000})
        line = self.bill("2024-01-01").move_ids.invoice_line_ids[1]
        self.assertEqual((line.quantity, line.price_unit), (1000.0, 0.013))
        with self.assertRaisesRegex(UserError, "keeps its amount"):
            line.price_unit = 0.0139

    def test_x1_a_rebate_is_a_line_of_its_own(self):
        self.move.invoice_line_ids = [
            Command.create(
                {"name": "Sorry", "quantity": 1, "price_unit": -5.0, "tax_ids": False}
            )
        ]
        self.move.action_post()
        self.assertEqual(self.move.amount_untaxed, 25.0)
        self.assertHealthy()

    def test_x1_a_discount_on_a_billed_line_is_refused(self):
        with self.assertRaisesRegex(UserError, "keeps its amount"):
            self.line.discount = 0.4

    def test_x1_the_currency_of_a_billed_invoice_stays(self):
        franc = self.env.ref("base.CHF")
        franc.active = True
        with self.assertRaisesRegex(UserError, "currency"):
            self.move.currency_id = franc

    def test_x1_a_billed_invoice_does_not_become_a_credit_note(self):
        with self.assertRaisesRegex(UserError, "billed"):
            self.move.action_switch_move_type()

    def test_m5_other_taxes_and_accounts_are_the_accountants_business(self):
        account = self.line.account_id.copy({"code": "499999"})
        self.line.write(
            {"tax_ids": [Command.set(self.tax_sale_b.ids)], "account_id": account.id}
        )
        self.move.action_post()
        self.assertRecordValues(
            self.line,
            [{"price_subtotal": 30.0, "account_id": account.id}],
        )
        self.assertHealthy()

    def test_m5_another_address_keeps_lines_and_ledger(self):
        other = self._customer("Accounts", parent_id=self.customer.id)
        self.move.partner_id = other
        self.move.action_post()
        self.assertRecordValues(
            self.move, [{"partner_id": other.id, "amount_untaxed": 30.0}]
        )
        self.assertHealthy()

    def test_m5_taxes_updated_by_the_fiscal_position_keep_the_amount(self):
        included = self.tax_sale_a.copy(
            {"name": "incl", "price_include_override": "tax_included"}
        )
        self.product_a.taxes_id = included
        self.move.action_update_fpos_values()
        self.assertEqual(self.line.tax_ids, included)
        self.assertHealthy()

    def test_x3_a_posted_invoice_reset_to_draft_keeps_its_period(self):
        self.move.action_post()
        self.move.button_draft()
        self.assertEqual(self.bill("2024-01-01").invoice_count, 0)
        self.move.action_post()
        self.assertHealthy()

    def test_x3_a_line_deleted_after_the_reset_opens_its_period(self):
        self.move.action_post()
        self.move.button_draft()
        self.line.unlink()
        self.assertEqual(self.contract.date_next_billing, self.day("2024-01-01"))
        again = self.bill("2024-01-01").move_ids
        self.assertEqual(again.amount_untaxed, 30.0)
        self.assertCharges(self.contract, [("fee", "2024-01-01", "2024-01-31", 30.0)])

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..debit_common import BANK, IBANS, DebitCommon
from ..formats.test_bank_answers import camt, detail, entry


@tagged("post_install", "-at_install", "collection", "debits")
class TestMoneyItems(DebitCommon):
    """The list of what needs somebody, and GiroCodes where nothing collects."""

    def items(self):
        self.env.flush_all()
        items = self.env["subscription.money.item"].search(
            [("company_id", "=", self.company.id)]
        )
        return sorted((it.kind, it.partner_id.name or "") for it in items)

    def test_each_kind_is_listed_until_it_is_dealt_with(self):
        self.assertEqual(self.items(), [])
        today = self.env.cr.now().date()
        failed = self._customer("Failed", email="f@example.com")
        self.token("1", partner=failed)
        move = self.invoice(
            "2026-01-01", self.subscribe("2026-01-01", partner_id=failed.id)
        )
        self.collect("2026-01-01", "account closed")
        card = self._customer("Card")
        token = self.token("2", partner=card, subscription_expiry_date=today)
        mandate = self.mandate(IBANS[1], self._customer("Mandate"))
        mandate.sudo().date_last_collection = "2020-01-01"
        file = self.answer(camt(entry(detail("NOTPROVIDED"))), "2026-01-20")
        expected = [
            ("bank", ""),
            ("card", "Card"),
            ("failed", "Failed"),
            ("mandate", "Mandate"),
            ("missing", "Failed"),
        ]
        self.assertEqual(self.items(), expected)
        item = self.env["subscription.money.item"].search([("kind", "=", "failed")])
        self.assertEqual(item.amount, 30.0)
        self.assertEqual(item.action_open()["res_id"], move.subscription_attempt_ids.id)
        token.active = False
        mandate.action_cancel()
        file.entry_ids.action_set_seen()
        with self.at("2026-01-02"):
            self.token("3", partner=failed)
        self.collect("2026-01-02")
        self.assertEqual(self.items(), [])

    def test_what_is_tried_again_needs_nobody_on_neither_list(self):
        self.token()
        move = self.invoice("2026-01-01")
        self.collect("2026-01-01", "Do not honor")
        attempt = move.sudo().subscription_attempt_ids[-1]
        attempt.date_next = False
        move.sudo().subscription_attempt_ids[0].state = "skipped"
        self.assertTrue(attempt.is_to_look_after)
        self.assertEqual(self.items(), [("failed", self.customer.name)])
        with self.at("2026-01-03"):
            attempt.action_try_again()
        self.assertFalse(attempt.is_to_look_after)
        self.assertEqual(self.items(), [])

    def test_an_expired_mandate_leaves_the_invoice_to_a_transfer(self):
        """Last used on 30 November 2023: expired on 1 December 2026."""
        self.company.qr_code = True
        mandate = self.mandate()
        mandate.sudo().date_last_collection = "2023-11-30"
        contract = self.subscribe("2026-11-01")
        move = self.invoice("2026-11-01", contract)
        move.partner_bank_id = self.bank.bank_account_id
        with self.at("2026-11-30"):
            self.assertIsNone(self.code(move))
            self.assertEqual(move._get_mandate(self.day("2026-11-30")), mandate)
        move.invalidate_recordset(["display_qr_code"])
        with self.at("2026-12-01"):
            self.assertIn("EUR30.00", self.code(move))
        self.assertFalse(self.propose("2026-12-01").line_ids)

    def test_o2_only_accountants_have_the_list(self):
        seller = new_test_user(
            self.env,
            login="money_items",
            groups="subscription_billing.subscription_billing_group_user",
        )
        with self.assertRaises(AccessError):
            self.env["subscription.money.item"].with_user(seller).search([])

    def code(self, move):
        """Text of the code on the invoice; None where there is none."""
        texts = []
        reports = type(self.env["ir.actions.report"])

        def barcode(self, barcode_type, value, **kwargs):
            texts.append(value)
            return b""

        with patch.object(reports, "barcode", barcode):
            move._generate_qr_code()
        return texts[0] if texts else None

    def test_a_giro_code_where_nothing_collects(self):
        self.company.qr_code = True
        self.company.name = "X" * 80
        contract = self.subscribe("2026-01-01", line_ids=self.priced(0.3))
        move = self.invoice("2026-01-01", contract)
        move.partner_bank_id = self.bank.bank_account_id
        lines = self.code(move).split("\n")
        self.assertEqual(lines[7], "EUR0.30")
        self.assertEqual((lines[0], lines[3], lines[6]), ("BCD", "SCT", BANK))
        self.assertEqual(len(lines[5]), 70)
        self.assertEqual(lines[10], move.payment_reference)

    def test_no_code_where_a_mandate_or_a_token_pays(self):
        self.company.qr_code = True
        move = self.invoice("2026-01-01")
        move.partner_bank_id = self.bank.bank_account_id
        self.assertTrue(self.code(move))
        mandate = self.mandate()
        move.invalidate_recordset(["display_qr_code"])
        self.assertIsNone(self.code(move))
        mandate.action_cancel()
        token = self.token()
        move.invalidate_recordset(["display_qr_code"])
        self.assertIsNone(self.code(move))
        token.active = False
        move.invalidate_recordset(["display_qr_code"])
        self.assertTrue(self.code(move))

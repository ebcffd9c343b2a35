import base64
from datetime import datetime
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..debit_common import IBANS, DebitCommon
from ..formats.test_pain_008 import get_schema


@tagged("post_install", "-at_install", "collection", "debits")
class TestDebits(DebitCommon):
    """From open invoices with a mandate to a file, and to booked payments."""

    def setUp(self):
        super().setUp()
        self.used = self.mandate()
        self.contract = self.subscribe("2026-11-01", line_ids=self.priced(119.0))
        self.move = self.invoice("2026-11-01", self.contract)

    def texts(self, batch, name):
        root = etree.fromstring(base64.b64decode(batch.file))
        self.assertTrue(get_schema().validate(root))
        return [it.text for it in root.iter(f"{{*}}{name}")]

    def test_two_mandates_due_on_a_holiday_are_one_file(self):
        """Due Sat 26 Dec 2026: debited 28 Dec, CtrlSum 168.99, same bytes again."""
        partner = self._customer("New GmbH", email="new@example.com")
        self.mandate(IBANS[1], partner)
        self.used.sudo().date_last_collection = "2026-10-01"
        contract = self.subscribe(
            "2026-11-01", partner_id=partner.id, line_ids=self.priced(49.99)
        )
        moves = self.move + self.invoice("2026-11-01", contract)
        moves.invoice_date_due = "2026-12-26"
        batch = self.propose("2026-12-21")
        self.confirm(batch, "2026-12-21")
        self.assertEqual(set(self.texts(batch, "ReqdColltnDt")), {"2026-12-28"})
        self.assertEqual(self.texts(batch, "CtrlSum"), ["168.99", "168.99"])
        self.assertEqual(self.texts(batch, "SeqTp"), ["RCUR"])
        self.assertEqual(batch._build_file(), base64.b64decode(batch.file))
        batch.action_send()
        self.assertEqual(batch._build_file(), base64.b64decode(batch.file))

    def test_with_first_debits_marked_blocks_are_apart(self):
        self.company.subscription_debit_uses_first = True
        partner = self._customer("New GmbH", email="new@example.com")
        new = self.mandate(IBANS[1], partner)
        self.used.sudo().date_last_collection = "2026-10-01"
        self.invoice("2026-11-01", self.subscribe("2026-11-01", partner_id=partner.id))
        batch = self.confirm(self.propose("2026-11-03"), "2026-11-03")
        self.assertEqual(sorted(self.texts(batch, "SeqTp")), ["FRST", "RCUR"])
        self.assertEqual(new._get_sequence(), "FRST", "drafted, not sent")
        batch.action_send()
        self.assertEqual(new._get_sequence(), "RCUR")

    def test_made_on_friday_before_the_hour_and_after(self):
        for hour, day in ((9, "2026-11-30"), (11, "2026-12-01")):
            batch = self.propose("2026-11-27", hour=hour)
            self.assertLines(batch, [(self.move, day, 119.0, "selected")])
            batch.unlink()

    def test_the_hour_is_that_of_the_companys_clock(self):
        """Until 10:00 in Berlin, which is 9:00 UTC in November."""
        self.company.partner_id.tz = "Europe/Berlin"
        batch = self.propose("2026-11-27")
        for instant, is_late in (("08:59", False), ("09:00", True), ("23:30", False)):
            now = datetime.fromisoformat(f"2026-11-27 {instant}:00")
            with patch.object(type(self.env.cr), "now", return_value=now):
                self.assertEqual(batch._is_late(), is_late, instant)

    def test_what_is_left_open_at_confirmation_is_debited(self):
        batch = self.propose("2026-11-03")
        note = self.init_invoice(
            "out_refund",
            partner=self.customer,
            invoice_date="2026-11-03",
            amounts=[19.0],
            taxes=self.env["account.tax"],
        )
        note.action_post()
        (note + self.move).line_ids.filtered(
            lambda it: it.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.confirm(batch, "2026-11-03")
        self.assertEqual(batch.amount, 100.0)
        self.assertEqual(self.texts(batch, "InstdAmt"), ["100.00"])

    def test_what_was_paid_meanwhile_is_dropped(self):
        partner = self._customer("Other", email="o@example.com")
        self.mandate(IBANS[1], partner)
        other = self.invoice(
            "2026-11-01", self.subscribe("2026-11-01", partner_id=partner.id)
        )
        batch = self.propose("2026-11-03")
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        register.create({})._create_payments()
        self.confirm(batch, "2026-11-03")
        self.assertEqual(
            {it.move_id: it.state for it in batch.line_ids},
            {self.move: "dropped", other: "selected"},
        )
        self.assertEqual(batch.line_count, 1)

    def test_payments_are_posted_and_reconciled_on_the_day_of_the_debit(self):
        batch = self.debit("2026-11-03")
        line = batch.line_ids
        self.assertEqual(str(line.date), "2026-11-04")
        self.assertEqual(self.contract.collection_state, "collecting")
        self.collect("2026-11-03")
        self.assertFalse(line.payment_id)
        self.collect("2026-11-04")
        self.assertEqual(
            (line.state, str(line.payment_id.date)), ("collected", "2026-11-04")
        )
        self.assertTrue(self.move._is_settled())
        self.assertAttempts(self.move, [(1, "2026-11-03", "done")])
        self.assertEqual(batch.state, "closed")
        self.assertEqual(self.contract.collection_state, "paid")
        self.assertHealthy()

    def test_nothing_is_debited_twice_nor_charged_by_card_as_well(self):
        self.token()
        self.assertEqual(self.collect("2026-11-02").calls, [])
        batch = self.propose("2026-11-03")
        self.assertFalse(self.propose("2026-11-03").line_ids)
        self.confirm(batch, "2026-11-03")
        self.assertFalse(self.propose("2026-11-03").line_ids)
        self.assertEqual(self.collect("2026-11-03").calls, [])

    def test_a_file_that_was_not_sent_goes_back(self):
        batch = self.confirm(self.propose("2026-11-03"), "2026-11-03")
        first = batch.line_ids.end_to_end_id
        with self.at("2026-11-04"):
            batch.action_back_to_draft()
            batch.action_move()
        self.assertAttempts(self.move, [(1, "2026-11-03", "skipped")])
        self.confirm(batch, "2026-11-04")
        self.assertNotEqual(batch.line_ids.end_to_end_id, first)
        self.assertEqual(str(batch.line_ids.date), "2026-11-05")

    def test_announced_too_late_is_not_debited(self):
        batch = self.propose("2026-11-03")
        self.company.subscription_announcement_days = 5
        with self.at("2026-11-03"), self.assertRaisesRegex(UserError, "too late"):
            batch.action_confirm()
        with self.at("2026-11-03"):
            batch.action_move()
        self.assertEqual(str(batch.line_ids.date), "2026-11-09")
        self.confirm(batch, "2026-11-03")

    def test_announced_with_amount_day_creditor_and_mandate(self):
        batch = self.propose("2026-11-03")
        self.assertEqual(str(batch.line_ids.date_announced), "2026-11-03")
        self.assertEqual(len(self.mails("debit_announced")), 1)
        mail = (
            self.env["mail.mail"]
            .sudo()
            .search(
                [
                    ("res_id", "=", self.contract.id),
                    ("model", "=", self.contract._name),
                ],
                limit=1,
            )
        )
        for text in ("119.00", "11/04/2026", "DE98ZZZ09999999999", self.used.name):
            self.assertIn(text, mail.body_html)
        self.assertIn("DE02 •••• 2051", mail.body_html)
        self.assertNotIn(self.used.iban, mail.body_html)

    def test_confirmed_too_late_for_its_day(self):
        batch = self.propose("2026-11-03")
        with (
            self.at("2026-11-05"),
            self.hour(9),
            self.assertRaisesRegex(UserError, "at the earliest"),
        ):
            batch.action_confirm()

    def test_only_what_is_due_in_the_window_and_worth_it(self):
        self.move.invoice_date_due = "2026-12-15"
        self.assertFalse(self.propose("2026-11-03", until="2026-12-14").line_ids)
        self.company.subscription_collect_minimum = 200.0
        self.assertFalse(self.propose("2026-12-15").line_ids)

    def test_credits_are_set_off_before(self):
        note = self.init_invoice(
            "out_refund",
            partner=self.customer,
            invoice_date="2026-11-02",
            amounts=[110.0],
            taxes=self.env["account.tax"],
        )
        note.action_post()
        batch = self.propose("2026-11-03")
        self.assertLines(batch, [(self.move, "2026-11-04", 9.0, "selected")])

    def test_an_iban_that_changed_is_told_once(self):
        self.used.sudo().date_last_collection = "2026-10-01"
        old = self.used.iban
        self.used.iban = IBANS[2]
        batch = self.debit("2026-11-03")
        self.assertEqual(self.texts(batch, "AmdmntInd"), ["true"])
        self.assertIn(old, self.texts(batch, "IBAN"))
        self.collect("2026-11-04")
        self.invoice("2026-12-01", self.contract)
        batch = self.debit("2026-12-03")
        self.assertEqual(self.texts(batch, "AmdmntInd"), [])
        self.assertNotIn(old, self.texts(batch, "IBAN"))

    def test_another_creditor_identifier_is_told_once(self):
        self.used.sudo().date_last_collection = "2026-10-01"
        self.company.subscription_creditor_identifier = "DE51ZZZ12345678901".replace(
            "DE51", self.identifier_of("ZZZ12345678901")
        )
        batch = self.confirm(self.propose("2026-11-03"), "2026-11-03")
        self.assertEqual(len(self.texts(batch, "OrgnlCdtrSchmeId")), 1)
        self.assertIn("DE98ZZZ09999999999", self.texts(batch, "Id"))

    @staticmethod
    def identifier_of(rest):
        """Country and check digits of a German identifier (ISO 7064, MOD 97-10)."""
        digits = "".join(str(int(it, 36)) for it in f"{rest[3:]}DE00")
        return f"DE{98 - int(digits) % 97:02}"

    def test_expired_after_36_months_it_is_transferred(self):
        """Last used on 30 Nov 2023: valid until 30 Nov 2026, expired on 1 Dec."""
        self.used.sudo().date_last_collection = "2023-11-30"
        self.assertEqual(str(self.used.date_expiry), "2026-11-30")
        for day, usable in (("2026-11-30", True), ("2026-12-01", False)):
            mandate = self.contract._get_mandate(self.day(day))
            self.assertEqual(bool(mandate), usable, day)
        self.assertFalse(self.propose("2026-12-01").line_ids)

    def test_a_file_needs_a_creditor_and_an_account(self):
        batch = self.propose("2026-11-03")
        self.company.subscription_creditor_identifier = False
        with self.assertRaisesRegex(UserError, "creditor identifier"):
            self.confirm(batch, "2026-11-03")
        self.company.subscription_creditor_identifier = "DE98ZZZ09999999999"
        self.bank.bank_account_id = False
        with self.assertRaisesRegex(UserError, "no account with an IBAN"):
            self.confirm(batch, "2026-11-03")
        self.assertEqual(batch.state, "draft")
        self.assertFalse(self.move.subscription_attempt_ids)

    def test_a_confirmed_file_is_not_deleted_nor_confirmed_again(self):
        batch = self.confirm(self.propose("2026-11-03"), "2026-11-03")
        for act in (batch.unlink, batch.line_ids.unlink, batch.action_confirm):
            with self.assertRaises(UserError):
                act()
        batch.action_send()
        for act in (batch.unlink, batch.line_ids.unlink, batch.action_back_to_draft):
            with self.assertRaises(UserError):
                act()

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..debit_common import BANK, IBANS, DebitCommon
from ..formats.test_bank_answers import camt, detail, entry, pain, transaction


@tagged("post_install", "-at_install", "collection", "debits")
class TestDebitAnswers(DebitCommon):
    """Rejects and returns: booked, told, retried or not, and read once."""

    def setUp(self):
        super().setUp()
        self.debtor = self.mandate()
        self.contract = self.subscribe("2026-01-01", line_ids=self.priced(119.0))
        self.move = self.invoice("2026-01-01", self.contract)
        self.line = self.debit("2026-01-05").line_ids
        self.key = self.line.end_to_end_id

    def returned(self, code="AM04", amount="124.00", day="2026-01-20", **kwargs):
        return self.answer(camt(entry(detail(self.key, code), amount)), day, **kwargs)

    def test_am04_with_a_fee_opens_the_invoice_and_is_tried_again(self):
        """124.00 booked, 119.00 original: bank -124, receivable +119, expense +5."""
        self.collect("2026-01-07")
        self.assertTrue(self.move._is_settled())
        file = self.returned()
        self.assertEqual(file.entry_ids.mapped("state"), ["done"])
        entry_ = self.line.payment_id.subscription_return_id
        amounts = {it.account_id.account_type: it.balance for it in entry_.line_ids}
        self.assertEqual(amounts.pop("asset_receivable"), 119.0)
        self.assertEqual(amounts.pop("expense"), 5.0)
        self.assertEqual([*amounts.values()], [-124.0])
        self.assertEqual(str(entry_.date), "2026-01-20")
        self.assertEqual((self.line.state, self.line.amount_fee), ("returned", 5.0))
        self.assertEqual(self.move.amount_residual, 119.0)
        self.assertEqual(self.debtor.state, "active")
        self.assertEqual(len(self.mails("debit_returned")), 1)
        self.assertAttempts(
            self.move, [(1, "2026-01-05", "returned"), (2, "2026-01-20", "scheduled")]
        )
        self.assertEqual(self.contract.collection_state, "returned")
        self.assertHealthy()

    def test_the_retry_is_proposed_and_after_the_third_nothing(self):
        for number, day in ((1, "05"), (2, "12"), (3, "19")):
            if number > 1:
                self.line = self.debit(f"2026-01-{day}").line_ids
                self.key = self.line.end_to_end_id
            self.assertTrue(self.line, number)
            self.collect(f"2026-01-{int(day) + 2:02}")
            self.returned(day=f"2026-01-{int(day) + 4:02}")
        self.assertFalse(self.propose("2026-02-20").line_ids)
        last = self.move.subscription_attempt_ids[0]
        self.assertEqual((last.number, last.state), (3, "returned"))
        self.assertTrue(last.is_to_look_after)

    def test_md06_suspends_the_mandate_and_is_not_tried_again(self):
        self.collect("2026-01-07")
        self.returned("MD06", "119.00")
        self.assertEqual(self.debtor.state, "suspended")
        self.assertAttempts(self.move, [(1, "2026-01-05", "returned")])
        self.assertFalse(self.propose("2026-02-20").line_ids)
        self.assertEqual(len(self.contract.activity_ids), 1)

    def test_codes_and_what_they_do(self):
        for code, mandate, retried in (
            ("MS03", "active", True),
            ("AC04", "suspended", False),
            ("MD01", "cancelled", False),
            ("MD07", "suspended", False),
            ("MS02", "active", False),
            ("BE05", "active", False),
            ("XX99", "active", True),
        ):
            with self.subTest(code=code):
                partner = self._customer(code, email=f"{code}@example.com")
                debtor = self.mandate(IBANS[1], partner)
                contract = self.subscribe("2026-01-01", partner_id=partner.id)
                move = self.invoice("2026-01-01", contract)
                lines = self.debit("2026-01-05").line_ids
                line = lines.filtered(lambda it, own=move: it.move_id == own)
                self.collect("2026-01-07")
                self.answer(
                    camt(entry(detail(line.end_to_end_id, code), "30.00")), "2026-01-20"
                )
                self.assertEqual(debtor.state, mandate)
                last = move.subscription_attempt_ids[0]
                self.assertEqual(last.state == "scheduled", retried)

    def test_the_same_file_twice_changes_nothing(self):
        self.collect("2026-01-07")
        first = self.returned()
        events = self.contract.event_ids
        self.assertEqual(self.returned(name="again.xml"), first)
        # The same entry in another file: a statement after a notification.
        again = self.answer(
            camt(
                entry(detail(self.key)),
                "camt.054.001.08",
                "BkToCstmrDbtCdtNtfctn",
                "Ntfctn",
            ),
            "2026-01-21",
        )
        self.assertEqual(again.entry_ids.state, "known")
        self.assertEqual(self.contract.event_ids, events)
        self.assertEqual(self.move.amount_residual, 119.0)

    def test_rejected_before_the_day_nothing_is_booked(self):
        file = self.answer(
            pain(
                (
                    "",
                    "<OrgnlPmtInfAndSts>"
                    + transaction(self.key, "RJCT")
                    + "</OrgnlPmtInfAndSts>",
                )
            ),
            "2026-01-06",
        )
        self.assertEqual(file.entry_ids.state, "done")
        self.collect("2026-01-07")
        self.assertEqual(self.line.state, "rejected")
        self.assertFalse(self.line.payment_id)
        self.assertAttempts(self.move, [(1, "2026-01-05", "failed")])
        self.assertEqual(self.debtor.state, "suspended")

    def test_a_whole_file_or_block_is_rejected(self):
        for status in (
            ("<OrgnlMsgId>{}</OrgnlMsgId><GrpSts>RJCT</GrpSts>", ""),
            (
                "",
                "<OrgnlPmtInfAndSts><OrgnlPmtInfId>{}-1</OrgnlPmtInfId>"
                "<PmtInfSts>RJCT</PmtInfSts></OrgnlPmtInfAndSts>",
            ),
        ):
            batch = self.line.batch_id
            head, block = (it.format(batch.name) for it in status)
            content = pain((head, block)).replace(b"<OrgnlMsgId>DD1</OrgnlMsgId>", b"")
            file = self.answer(content, "2026-01-06")
            self.assertEqual(len(file.entry_ids), 1)
        self.assertEqual(self.line.state, "rejected")

    def test_what_reports_success_is_no_return(self):
        self.collect("2026-01-07")
        file = self.answer(
            camt(entry(detail(self.key, ""), "119.00", "CRDT", "ESDD")), "2026-01-08"
        )
        self.assertFalse(file.entry_ids)
        self.assertTrue(self.move._is_settled())

    def test_what_is_not_ours_is_listed(self):
        file = self.answer(camt(entry(detail("NOTPROVIDED"))), "2026-01-20")
        self.assertEqual((file.unmatched_count, file.entry_ids.amount), (1, 124.0))
        file.entry_ids.action_set_seen()
        self.assertEqual(file.unmatched_count, 0)

    def test_strange_files_change_nothing(self):
        self.collect("2026-01-07")
        other = camt(entry(detail(self.key))).replace(BANK.encode(), IBANS[2].encode())
        for content, message in (
            (b"no xml", "no XML"),
            (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
            (b"<x/>", "no answer of a bank"),
            (b"\x00" * (50 * 1024 * 1024), "larger than 20 MB"),
            (other, f"account {IBANS[2]}, which is none of"),
        ):
            with self.assertRaisesRegex(UserError, message):
                self.answer(content, "2026-01-20")
        self.assertTrue(self.move._is_settled())
        self.assertFalse(self.env["subscription.return.file"].search_count([]))

    def test_p2_no_posted_payment_is_reset(self):
        self.collect("2026-01-07")
        payment = self.line.payment_id
        self.returned()
        self.assertEqual(payment.move_id.state, "posted")
        self.assertTrue(self.company.restrictive_audit_trail)

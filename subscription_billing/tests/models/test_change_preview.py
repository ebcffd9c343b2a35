from odoo.exceptions import UserError
from odoo.tests import tagged

from ..change_common import ChangeCommon

TABLES = (
    "subscription_contract_line",
    "subscription_charge",
    "subscription_pause",
    "subscription_event",
    "subscription_billing_run",
    "subscription_change_line",
    "account_move",
    "account_move_line",
    "mail_mail",
    "mail_message",
)


@tagged("post_install", "-at_install", "changes")
class TestChangePreview(ChangeCommon):
    """C4: what is previewed is what is billed, and nothing is written before."""

    def setUp(self):
        super().setUp()
        self.contract = self.subscribe("2024-01-01", quantities={self.seats: 4})
        self.advance("2024-01-01")
        self.yearly = self._variant(
            "yearly", fee_interval_unit="year", billing_interval_unit="year"
        )
        self.seat_line = self.line(self.contract, self.seats, "2024-01-15")
        self.reason = self.env.ref("subscription_billing.subscription_end_reason_price")

    def get_cases(self):
        """Kind, first day, values."""
        line = {"line_id": self.seat_line.id}
        ends = {"end_reason_id": self.reason.id, "end_method": "extraordinary"}
        return (
            ("quantity", "2024-01-15", {**line, "quantity": 9}),
            ("quantity", "2024-02-01", {**line, "quantity": 1}),
            ("price", "2024-01-20", {**line, "has_price_override": True}),
            ("unbook", "2024-01-20", line),
            ("one_off", "2024-01-15", {"component_id": self.setup.id}),
            ("variant", "2024-01-15", {"variant_id": self.yearly.id}),
            ("pause", "2024-01-15", {"date_until": "2024-02-10"}),
            ("end", False, {**ends, "timing": "now", "date_last": "2024-01-25"}),
            ("end", False, {**ends, "timing": "now", "end_method": "annulment"}),
        )

    def count(self):
        self.env.flush_all()
        counts = []
        for table in TABLES:
            self.env.cr.execute(f"SELECT count(*) FROM {table}")
            counts.append(self.env.cr.fetchone())
        return counts

    def test_c4_what_is_previewed_is_billed(self):
        today = self.day("2024-01-15")
        for kind, on, vals in self.get_cases():
            with self.subTest(kind=kind, on=on), self.env.cr.savepoint() as savepoint:
                change = self.draft_change(
                    self.contract, kind, **{"timing": "date", "date": on, **vals}
                )
                before = self.count()
                preview = change._preview(today)
                self.assertEqual(self.count(), before)
                self.assertEqual(change.state, "draft")
                change._apply(today)
                billed = self.bill_documents(preview["documents"])
                self.assertEqual(billed, preview["documents"])
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def bill_documents(self, documents):
        """What is really billed on the days of the documents."""
        billed = []
        for day in dict.fromkeys(each["date"] for each in documents):
            for move in self.advance(day).move_ids.sorted("id"):
                sign = -1 if move.move_type == "out_refund" else 1
                lines = [
                    {"name": line.name, "amount": sign * line.price_subtotal}
                    for line in move.invoice_line_ids
                ]
                billed.append(
                    {
                        "date": day,
                        "type": move.move_type,
                        "lines": lines,
                        "net": sign * move.amount_untaxed,
                        "tax": sign * move.amount_tax,
                        "total": sign * move.amount_total,
                    }
                )
        return billed

    def test_c4_preview_says_what_changes(self):
        vals = {"line_id": self.seat_line.id, "quantity": 9, "date": "2024-01-15"}
        change = self.draft_change(self.contract, "quantity", timing="date", **vals)
        preview = change._preview(self.day("2024-01-15"))
        self.assertEqual(preview["before"]["monthly"], 50.0)
        self.assertEqual(preview["after"]["monthly"], 75.0)
        self.assertEqual(preview["documents"][0]["net"], 13.71)  # 25 x 17 / 31
        change._update_preview(self.day("2024-01-15"))
        self.assertIn("75.00", change.preview_html)
        change.quantity = 8
        self.assertFalse(change.preview)

    def test_c4_what_is_not_possible_is_said_in_the_dialog(self):
        change = self.draft_change(
            self.contract, "resume", timing="date", date="2024-01-15"
        )
        change._update_preview(self.day("2024-01-15"))
        self.assertIn("is not paused on 2024-01-15", change.preview_error)
        self.assertIn("is not paused", change.preview_html)
        with self.assertRaisesRegex(UserError, "starts as a draft"):
            self.draft_change(self.contract, "resume", state="applied")

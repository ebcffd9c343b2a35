from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeEnd(ChangeCommon):
    """C5: regular and extraordinary ends, annulment, withdrawal. 2024 has 366 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("subscription_billing.subscription_end_reason_price")
        cls.yearly = cls._variant(
            "yearly",
            fee_interval_unit="year",
            billing_interval_unit="year",
            first_term_count=1,
            first_term_unit="year",
            notice_first_count=1,
            notice_later_count=1,
        )
        cls._price(cls.base, 366.0, variant_id=cls.yearly.id)

    def end(self, contract, today, **vals):
        vals = {"end_reason_id": self.reason.id, "timing": "now", **vals}
        return self.change(contract, "end", False, today, **vals)

    def test_c5_yearly_prepaid_ended_extraordinarily_in_month_5(self):
        contract = self.subscribe("2024-01-01", self.yearly)
        run = self.advance("2024-01-01")
        self.end(
            contract, "2024-05-10", end_method="extraordinary", date_last="2024-05-20"
        )
        self.assertRecordValues(
            contract,
            [
                {
                    "date_end": self.day("2024-05-20"),
                    "end_method": "extraordinary",
                    "end_reason_id": self.reason.id,
                }
            ],
        )
        note = self.advance("2024-05-21").move_ids
        self.assertEqual(contract.state, "ended")
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.amount_untaxed, 225.0)  # 366 x 225 / 366
        self.assertEqual(note.reversed_entry_id, run.move_ids)
        self.assertHealthy()

    def test_c2_cancelled_one_day_before_and_after_the_last_day_of_notice(self):
        """§ 188 BGB: a month before the last day 31 Dec 2024 ends on 30 Nov."""
        for today, end in (("2024-11-30", "2024-12-31"), ("2024-12-01", "2025-01-01")):
            contract = self.subscribe("2024-01-01", self.yearly)
            self.advance("2024-01-01", contract)
            self.end(contract, today)
            self.assertEqual(str(contract.date_end), end)
            self.assertEqual(contract.state, "active")
        self.assertEqual(str(contract.date_next_billing), "2025-01-01")

    def test_c5_withdrawal_on_day_9_after_an_early_start(self):
        contract = self.subscribe(
            "2024-01-01",
            date_concluded="2024-01-01",
            is_early_start_requested=True,
            quantities={self.setup: 1},
        )
        self.advance("2024-01-01")
        self.end(contract, "2024-01-09", end_method="withdrawal", end_reason_id=False)
        self.advance("2024-01-10")
        self.assertEqual(contract.state, "ended")
        self.assertEqual(self.total(contract), 107.71)  # 99 + 30 x 9 / 31
        self.assertHealthy()

    def test_c5_withdrawal_gives_everything_back(self):
        contract = self.subscribe(
            "2024-01-01", date_concluded="2024-01-01", quantities={self.setup: 1}
        )
        invoice = self.advance("2024-01-01").move_ids
        self.end(contract, "2024-01-15", end_method="withdrawal", end_reason_id=False)
        note = self.advance("2024-01-15").move_ids
        self.assertEqual(self.total(contract), 0.0)
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertFalse(self.plan_for(contract, "2030-01-01")[contract].charges)
        self.assertHealthy()

    def test_c5_withdrawal_after_its_deadline_names_it(self):
        contract = self.subscribe("2024-01-01", date_concluded="2024-01-01")
        with self.refused("possible until 01/15/2024"):
            self.end(contract, "2024-01-16", end_method="withdrawal")
        weekend = self.subscribe("2024-01-01", date_concluded="2024-01-06")
        self.assertEqual(str(weekend.date_withdrawal_until), "2024-01-22")
        self.customer.is_company = True
        with self.refused("only consumers may withdraw"):
            self.end(weekend, "2024-01-08", end_method="withdrawal")

    def test_c5_annulment_after_three_invoices(self):
        contract = self.subscribe("2024-01-01", quantities={self.setup: 1})
        invoices = self.env["account.move"]
        for on in ("2024-01-01", "2024-02-01", "2024-03-01"):
            invoices += self.advance(on).move_ids
        self.end(contract, "2024-03-10", end_method="annulment")
        notes = self.advance("2024-03-10").move_ids
        self.assertEqual(contract.state, "ended")
        self.assertEqual(self.total(contract), 0.0)
        self.assertEqual(notes.reversed_entry_id, invoices)
        totals = dict(zip(invoices, invoices.mapped("amount_total"), strict=True))
        for note in notes:
            self.assertEqual(note.amount_total, totals[note.reversed_entry_id])
        self.assertHealthy()

    def test_c5_the_end_takes_scheduled_changes_with_it(self):
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        line = self.line(contract, self.seats, "2024-01-05")
        vals = {"line_id": line.id, "quantity": 3}
        later = self.change(contract, "quantity", "2024-03-01", "2024-01-05", **vals)
        end = self.end(
            contract, "2024-01-10", end_method="extraordinary", date_last="2024-01-31"
        )
        self.assertEqual(later.state, "lapsed")
        self.change(contract, "undo_end", False, "2024-01-15", timing="now")
        self.assertEqual(later.state, "scheduled")
        self.assertFalse(contract.date_end)
        self.assertEqual(end.state, "withdrawn")
        self.advance("2024-02-01")
        self.assertEqual(contract.state, "active")

    def test_c5_wrong_input_names_a_day_that_would_do(self):
        contract = self.subscribe("2024-01-01", self.yearly)
        with self.refused("on 12/31/2024 at the earliest"):
            self.end(contract, "2024-03-01", date_last="2024-06-30")
        with self.refused("choose the reason"):
            self.end(contract, "2024-03-01", end_reason_id=False)
        with self.refused("enter its last day"):
            self.end(contract, "2024-03-01", end_method="extraordinary")
        with self.refused("starts on 01/01/2024"):
            vals = {"end_method": "extraordinary", "date_last": "2023-12-31"}
            self.end(contract, "2024-03-01", **vals)
        with self.refused("no end that could be taken back"):
            self.change(contract, "undo_end", False, "2024-01-15", timing="now")
        vals = {"end_method": "extraordinary", "date_last": "2024-01-31"}
        self.end(contract, "2024-03-01", **vals)
        self.advance("2024-03-01")
        with self.refused("ended on 01/31/2024"):
            self.change(contract, "pause", "2024-03-01")
        with self.assertRaises(AccessError):
            contract.with_user(self.env.user).is_annulled = True

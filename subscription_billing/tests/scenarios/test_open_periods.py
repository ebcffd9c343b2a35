from odoo.fields import Command
from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "billing", "changes")
class TestOpenPeriods(ChangeCommon):
    """On how many documents several open periods come, and what is never on one with
    others. The base fee is 30.00 a month, a seat 5.00."""

    def tearDown(self):
        self.assertHealthy()
        super().tearDown()

    def late(self, policy, on="2026-09-15", **vals):
        """Documents of a contract of 2024 that is billed late: (date, net, lines)."""
        self.company.subscription_open_periods = policy
        contract = self.subscribe("2024-01-01", **vals)
        return self.describe(self.bill(on, contract).move_ids)

    def describe(self, moves):
        return [
            (move.amount_untaxed_signed, len(move.invoice_line_ids))
            for move in moves.sorted("id")
        ]

    def test_together(self):
        self.assertEqual(self.late("together"), [(990.0, 33)])

    def test_one_document_per_year(self):
        self.assertEqual(self.late("year"), [(360.0, 12), (360.0, 12), (270.0, 9)])

    def test_one_document_per_due_day(self):
        self.assertEqual(self.late("due"), [(30.0, 1)] * 33)

    def test_in_arrears_the_year_is_that_of_the_due_day(self):
        found = self.late("year", on="2025-02-01", billing_mode="arrears")
        self.assertEqual(found, [(330.0, 11), (60.0, 2)])

    def test_per_due_day_a_late_run_makes_the_documents_of_runs_in_time(self):
        """With a change within a period, and one that costs nothing for a while."""
        self.company.subscription_open_periods = "due"
        contracts = []
        for is_late in (False, True):
            contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
            self.bill("2024-01-01", contract)
            line = self.line(contract, self.seats, "2024-01-01")
            vals = {"line_id": line.id, "quantity": 6}
            self.change(contract, "quantity", "2024-01-17", "2024-01-10", **vals)
            days = ("2024-01-17", "2024-02-01", "2024-03-01", "2024-04-01")
            for day in days[-1:] if is_late else days:
                self.advance(day, contract)
            contracts.append(contract)
        in_time, late = (self.describe(it.charge_ids.move_id) for it in contracts)
        self.assertEqual(len(in_time), 5)
        self.assertEqual(late, in_time)

    def test_what_is_given_back_has_credit_notes_of_its_own(self):
        self.company.subscription_open_periods = "year"
        contract = self.subscribe("2024-01-01")
        self.bill("2024-01-01", contract)
        reason = self.env.ref("subscription_billing.subscription_end_reason_price")
        vals = {"end_method": "extraordinary", "end_reason_id": reason.id}
        vals |= {"timing": "now", "date_last": "2024-01-15"}
        self.change(contract, "end", False, "2024-01-10", **vals)
        self.advance("2024-01-16", contract)
        self.assertEqual(self.describe(contract.charge_ids.move_id)[1][0], -15.48)

    def test_where_the_tax_is_owed_otherwise_documents_are_apart(self):
        """Reverse charge from February on: the seats of January are given back with
        tax, those that take their place are charged without."""
        contract = self.subscribe("2024-01-01", quantities={self.seats: 2})
        before = self.bill("2024-01-01", contract).move_ids
        position = self.reverse_charge()
        contract.fiscal_position_id = position
        line = self.line(contract, self.seats, "2024-01-01")
        vals = {"line_id": line.id, "quantity": 6}
        change = self.draft_change(
            contract, "quantity", timing="date", date="2024-01-17", **vals
        )
        preview = change._preview(self.day("2024-01-17"))["documents"]
        change._apply(self.day("2024-01-17"))
        note, invoice = self.advance("2024-01-17", contract).move_ids.sorted("id")
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.fiscal_position_id, before.fiscal_position_id)
        self.assertEqual(note.reversed_entry_id, before)
        self.assertEqual(note.amount_untaxed, 4.84)  # 10.00 x 15 / 31
        self.assertEqual(note.amount_tax, 0.73)
        self.assertEqual(invoice.fiscal_position_id, position)
        self.assertEqual(invoice.amount_untaxed, 14.52)  # 30.00 x 15 / 31
        self.assertEqual(invoice.amount_tax, 0.0)
        self.assertEqual([each["net"] for each in preview], [-4.84, 14.52])
        self.assertEqual([each["tax"] for each in preview], [-0.73, 0.0])

    def reverse_charge(self):
        free = self.tax_sale_a.copy({"name": "Reverse charge", "amount": 0.0})
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        free.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(self.tax_sale_a.id)],
            }
        )
        return position

from odoo.tests import tagged

from ..change_common import ChangeCommon


@tagged("post_install", "-at_install", "changes")
class TestChangeTransfer(ChangeCommon):
    """C4: another customer takes the contract over; nothing is billed twice."""

    def setUp(self):
        super().setUp()
        self.other = self._customer("Bert AG")
        self.contract = self.subscribe(
            "2024-01-31", quantities={self.seats: 2}, first_term_count=12
        )
        self.advance("2024-01-31")
        self._price(self.base, 99.0, date_start="2024-02-01")

    def transfer(self, on, today=None):
        vals = {"partner_new_id": self.other.id}
        return self.change(self.contract, "transfer", on, today, **vals)

    def test_c4_rest_is_given_back_and_billed_to_the_new_customer(self):
        old = self.contract
        self.transfer("2024-02-10")
        new = old.successor_id
        moves = self.advance("2024-02-10").move_ids
        note = moves.filtered(lambda it: it.partner_id == self.customer)
        invoice = moves.filtered(lambda it: it.partner_id == self.other)
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.assertEqual(self.total(old) + self.total(new), 40.0)
        self.assertEqual(old.state, "ended")
        self.assertEqual(old.end_reason_id.code, "transfer")
        self.assertHealthy()

    def test_t1_c6_prices_periods_and_term_go_on(self):
        before = self.contract._get_earliest_end(self.day("2024-02-10"))
        self.transfer("2024-02-10")
        new = self.contract.successor_id
        self.advance("2024-02-10")
        self.advance("2024-02-29")
        last = new.charge_ids.filtered(lambda it: str(it.date_start) == "2024-02-29")
        self.assertEqual(sorted(last.mapped("amount")), [10.0, 30.0])
        self.assertEqual(str(new.date_next_billing), "2024-03-31")
        self.assertEqual(new._get_earliest_end(self.day("2024-02-10")), before)

    def test_c4_scheduled_transfer_is_withdrawn(self):
        change = self.transfer("2024-02-29", "2024-02-10")
        self.assertEqual(self.contract.state, "active")
        change._withdraw(self.day("2024-02-11"))
        self.assertFalse(self.contract.date_end)
        self.assertFalse(self.contract.successor_ids)
        self.advance("2024-02-29")
        self.assertEqual(self.total(self.contract), 80.0)

    def test_c4_wrong_input(self):
        with self.refused("another customer than Ada"):
            vals = {"partner_new_id": self.customer.id}
            self.change(self.contract, "transfer", "2024-02-10", **vals)
        with self.refused("from 02/01/2024 on"):
            self.transfer("2024-01-31")

from odoo.tests import tagged

from ..debit_common import DebitCommon


@tagged("post_install", "-at_install", "collection", "debits")
class TestCollectionQueries(DebitCommon):
    """How many queries planning takes does not grow with the invoices."""

    def open_invoices(self, count, method):
        moves = self.env["account.move"]
        for number in range(count):
            partner = self._customer(
                f"{method} {count} {number}", email="a@example.com"
            )
            if method == "token":
                self.token(f"{count}{number}", partner=partner)
            else:
                self.mandate(partner=partner)
            contract = self.subscribe("2026-01-01", partner_id=partner.id)
            moves += self.invoice("2026-01-01", contract)
        self.env.flush_all()
        self.env.invalidate_all()
        return moves

    def count(self, work):
        before = self.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_planning_attempts(self):
        counts = []
        day = self.day("2026-01-01")
        for number in (3, 12):
            moves = self.open_invoices(number, "token")
            counts.append(self.count(lambda it=moves: it._schedule_attempts(day)))
            self.assertEqual(len(moves.subscription_attempt_ids), number)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_proposing_debits(self):
        counts = []
        for number in (3, 12):
            self.open_invoices(number, "debit")
            with self.at("2026-01-05"), self.hour(9):
                batch = self.env["subscription.debit.batch"].create(
                    {"date_until": "2026-01-05", "journal_id": self.bank.id}
                )
                self.env.flush_all()
                counts.append(self.count(batch.action_propose))
            self.assertEqual(len(batch.line_ids), number)
        self.assertLessEqual(counts[1], counts[0] + 2)

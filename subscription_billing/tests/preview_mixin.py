from collections import Counter
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..models.changes.subscription_preview import MAX_DOCUMENTS

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


class PreviewMixin:
    """Previews beside what is billed then (C4). For ``ChangeCommon``."""

    def count(self):
        self.env.flush_all()
        counts = []
        for table in TABLES:
            query = SQL("SELECT count(*) FROM %s", SQL.identifier(table))
            self.env.cr.execute(query)
            counts.append(self.env.cr.fetchone())
        return counts

    def try_change(self, contract, kind, today, **vals):
        """Preview a change, apply it, bill it, compare, and take all of it back.

        :return: the error where the preview refuses it, and so does applying; or None
        """
        with self.env.cr.savepoint() as savepoint:
            change = self.draft_change(contract, kind, **vals)
            before = self.count()
            try:
                preview = change._preview(self.day(today))
            except UserError as error:
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    change._apply(self.day(today))
                    self.advance(today, contract)
                return error
            finally:
                self.assertEqual(self.count(), before)
                self.assertEqual(change.state, "draft")
            change._apply(self.day(today))
            self.assertEqual(
                self.bill_documents(contract, preview["documents"], today),
                preview["documents"],
            )
            savepoint.close(rollback=True)
            self.env.invalidate_all()
            return None

    def bill_documents(self, contract, documents, today):
        """What is really billed up to the last of the documents, by a run each day; of
        each contract as many as a preview shows."""
        billed, shown, day = [], Counter(), self.day(today)
        last = max((each["date"] for each in documents), default="")
        while str(day) <= last:
            for move in self.bill_each(contract, str(day)):
                mine = move.invoice_line_ids.subscription_contract_id
                shown[mine] += 1
                if shown[mine] > MAX_DOCUMENTS:
                    continue
                sign = -1 if move.move_type == "out_refund" else 1
                lines = [
                    {"name": line.name, "amount": sign * line.price_subtotal}
                    for line in move.invoice_line_ids
                ]
                billed.append(
                    {
                        "date": str(day),
                        "type": move.move_type,
                        "customer": move.partner_id.display_name,
                        "lines": lines,
                        "net": sign * move.amount_untaxed,
                        "tax": sign * move.amount_tax,
                        "total": sign * move.amount_total,
                    }
                )
            day += timedelta(days=1)
        return billed

    def bill_each(self, contract, day):
        """The documents of a day: those of the contract, then of who took it over."""
        mine = contract + contract.successor_ids
        moves = self.advance(day, mine).move_ids.sorted("id")
        return moves.sorted(
            lambda it: mine.ids.index(it.invoice_line_ids.subscription_contract_id.id)
        )

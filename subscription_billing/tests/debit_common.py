from unittest.mock import patch

from odoo import fields

from .collection_common import CollectionCommon

CREDITOR = "DE98ZZZ09999999999"
BANK = "DE89370400440532013000"
IBANS = ["DE02120300000000202051", "DE02500105170137075030", "DE02100500000054540402"]


class DebitCommon(CollectionCommon):
    """Verbs for stories about SEPA direct debits, on a German chart of accounts."""

    chart_template = "de_skr03"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "subscription_creditor_identifier": CREDITOR,
                "subscription_announcement_days": 0,
            }
        )
        cls.bank.bank_account_id = cls.env["res.partner.bank"].create(
            {"acc_number": BANK, "partner_id": cls.company.partner_id.id}
        )
        cls.bank.subscription_debit_lead_days = 1

    def mandate(self, iban=IBANS[0], partner=None, state="active", **vals):
        mandate = self.env["subscription.sepa.mandate"].create(
            {
                "partner_id": (partner or self.customer).id,
                "iban": iban,
                "date_signed": "2025-12-01",
                **vals,
            }
        )
        mandate.sudo().state = state
        return mandate

    def at(self, day):
        """The clock of all companies, in the morning."""
        stack = super().at(day)
        stack.enter_context(self.hour(9))
        return stack

    def hour(self, hour):
        """What the clock of the bank shows; days come from ``at``."""
        batches = type(self.env["subscription.debit.batch"])

        def late(batch):
            return hour >= batch.journal_id.subscription_debit_cutoff

        return patch.object(batches, "_is_late", late)

    def propose(self, day, until="2026-12-31", hour=9):
        """A file of debits with proposals, announced."""
        with self.at(day), self.hour(hour):
            batch = self.env["subscription.debit.batch"].create(
                {"date_until": until, "journal_id": self.bank.id}
            )
            batch.action_propose()
            batch.action_announce()
        return batch

    def confirm(self, batch, day, hour=9):
        with self.at(day), self.hour(hour):
            batch.action_confirm()
        return batch

    def debit(self, day, **kwargs):
        """Propose, confirm and send a file on a day."""
        batch = self.confirm(self.propose(day, **kwargs), day)
        with self.at(day):
            batch.action_send()
        return batch

    def pay(self, move, day, amount=None):
        """Pay an invoice by hand."""
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        vals = {"payment_date": day, "journal_id": self.bank.id}
        if amount:
            vals |= {"amount": amount, "payment_difference_handling": "open"}
        return register.create(vals)._create_payments()

    def answer(self, content, day, name="camt.xml"):
        """Read a file of the bank on a day."""
        with self.at(day):
            files = self.env["subscription.return.file"].sudo()
            file = files._read(name, content, self.company)
        self.env.invalidate_all()
        return file

    def assertLines(self, batch, expected):
        lines = batch.line_ids.sorted("id")
        actual = [
            (it.move_id, fields.Date.to_string(it.date), it.amount, it.state)
            for it in lines
        ]
        self.assertEqual(actual, expected)

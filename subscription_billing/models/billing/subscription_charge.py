from itertools import pairwise

from odoo import models

from ..sentences import refusal


class SubscriptionCharge(models.Model):
    """What becomes of charges when Odoo cancels, deletes, restores or reverses their
    invoice (X3)."""

    _inherit = "subscription.charge"

    def _prepare_refund(self, move_line):
        """Values of the refund row for a credit note line that gives this back."""
        self.ensure_one()
        copied = (
            "company_id",
            "contract_id",
            "line_id",
            "currency_id",
            "revision",
            "date_start",
            "date_end",
            "whole_date_start",
            "whole_date_end",
            "quantity",
            "amount_full",
        )
        return {
            **self._convert_to_write({name: self[name] for name in copied}),
            "kind": "refund",
            "date_due": move_line.move_id.invoice_date or self.date_due,
            "amount": -self.amount,
            "credited_charge_id": self.id,
            "move_line_id": move_line.id,
        }

    def _void(self, get_reason):
        """Open the periods of these charges again (X3).

        :param get_reason: callable, invoice -> sentence for the process log
        """
        live = self.sudo().filtered(lambda charge: not charge.is_void)
        if live:
            live._check_not_credited()
            live._set_void(True, "reopened", get_reason)

    def _set_void(self, is_void, event_type, get_reason):
        self.is_void = is_void
        self._check_billed_once()
        log = self.env["subscription.event"]
        for move, group in self.grouped("move_id").items():
            log._log(event_type, group.contract_id, get_reason(move), move_id=move.id)
        self.contract_id._refresh_next_billing()

    def _check_billed_once(self):
        """No day of a line is owed twice: where one revision comes back into force,
        no other may be. The database only sees rows of the same revision."""
        for line in self.line_id:
            double = line.charge_ids._get_double()
            if double:
                raise refusal(self.env)._(
                    "%(charge)s would be billed twice: it was billed again on "
                    "%(invoice)s. Cancel that document first.",
                    charge=double.display_name,
                    invoice=double.move_id.display_name,
                )

    def _get_double(self):
        """The first of these charges of one line whose days another one bills too."""
        fees = self.filtered(lambda row: row.kind == "fee" and not row.is_void)
        days = [(day, fee) for fee in fees for day in fee._as_charged().live()]
        days.sort(key=lambda pair: pair[0].start)
        for (before, _fee), (after, fee) in pairwise(days):
            if after.start < before.stop:
                return fee
        return self.browse()

    def _check_not_credited(self):
        """A charge that was credited elsewhere cannot vanish before its credit."""
        credit = self.credit_ids.filtered(lambda c: not c.is_void) - self
        if credit:
            raise refusal(self.env)._(
                "%(charge)s was credited on %(invoice)s. Cancel that document first.",
                charge=credit[:1].credited_charge_id.display_name,
                invoice=credit[:1].move_id.display_name,
            )

    def _restore(self, get_reason):
        """Take voided charges back into force; refused if billed elsewhere since."""
        void = self.sudo().filtered("is_void")
        for charge in void:
            other = charge._get_overlapping()
            if other:
                raise refusal(self.env)._(
                    "%(charge)s was billed again on %(invoice)s in the meantime. "
                    "Delete this document instead of resetting it to draft.",
                    charge=charge.display_name,
                    invoice=other[:1].move_id.display_name,
                )
        if void:
            void._set_void(False, "restored", get_reason)

    def _get_overlapping(self):
        self.ensure_one()
        return self.search(
            [
                ("line_id", "=", self.line_id.id),
                ("revision", "=", self.revision),
                ("kind", "=", self.kind),
                ("kind", "in", ("fee", "credit")),
                ("is_void", "=", False),
                ("date_start", "<=", self.date_end),
                ("date_end", ">=", self.date_start),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

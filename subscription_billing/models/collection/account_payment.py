from odoo import fields, models
from odoo.fields import Command

from ..sentences import refusal


class AccountPayment(models.Model):
    """Money that came in and was taken back. A posted payment is never reset: a return
    entry opens the invoice again (P2)."""

    _inherit = "account.payment"

    subscription_return_id = fields.Many2one(
        "account.move",
        "Returned By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The entry that says that the bank or the provider took the money back.",
    )

    def _book_return(self, day, fee=0.0, ref=""):
        """Book that the bank or the provider took the money back.

        The invoices are open again; the payment is matched by the return entry. What
        was charged for it is an expense.

        :param date day: booking date
        :param float fee: in the payment's currency, 0 or more
        :param str ref: what the entry says
        :return: the posted ``account.move``
        :raise UserError: if there is nothing to return, or no account for the fee
        """
        self.ensure_one()
        self._check_returnable(fee)
        received = self._get_receivable_line()
        outstanding = (self.move_id.line_ids - received)[:1]
        received.remove_move_reconcile()
        entry = self.env["account.move"].create(
            {
                "journal_id": self.journal_id.id,
                "date": day,
                "ref": ref or self.env._("Return of %s", self.display_name),
                "line_ids": [
                    Command.create(vals)
                    for vals in self._prepare_return_lines(received, outstanding, fee)
                ],
            }
        )
        entry.action_post()
        self.subscription_return_id = entry
        for line in received + outstanding:
            if line.account_id.reconcile and not line.reconciled:
                same = entry.line_ids.filtered(
                    lambda it, account=line.account_id: it.account_id == account
                )
                (same + line).reconcile()
        return entry

    def _check_returnable(self, fee):
        if self.payment_type != "inbound" or not self._get_receivable_line():
            raise refusal(self.env)._(
                "%s is no posted payment of a customer: nothing can be returned.",
                self.display_name,
            )
        if self.subscription_return_id:
            raise refusal(self.env)._(
                "%(payment)s was returned already, by %(entry)s.",
                payment=self.display_name,
                entry=self.subscription_return_id.display_name,
            )
        if fee < 0:
            raise refusal(self.env)._("The fee of a return must not be negative.")
        if fee and not self.company_id._get_return_fee_account():
            raise refusal(self.env)._(
                "%s has no account for fees of returns. Enter one in the settings "
                "of subscriptions.",
                self.company_id.display_name,
            )

    def _get_receivable_line(self):
        return self.move_id.line_ids.filtered(
            lambda line: line.account_id == self.destination_account_id
        )[:1]

    def _prepare_return_lines(self, received, outstanding, fee):
        """Receivable, and fee if there is one, against the account the money was on."""
        rate = received.balance / received.amount_currency
        cost = self.company_id.currency_id.round(fee * rate)
        amounts = [
            (received.account_id, -received.amount_currency, -received.balance),
            (
                outstanding.account_id,
                received.amount_currency - fee,
                received.balance - cost,
            ),
        ]
        if fee:
            account = self.company_id._get_return_fee_account()
            amounts.append((account, fee, cost))
        return [
            {
                "partner_id": received.partner_id.id,
                "currency_id": self.currency_id.id,
                "account_id": account.id,
                "amount_currency": amount,
                "balance": balance,
            }
            for account, amount, balance in amounts
        ]

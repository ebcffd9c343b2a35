from odoo import fields, models
from odoo.fields import Command

from ..sentences import refusal

CLAIM_KINDS = [("fee", "Fee"), ("interest", "Interest")]


class AccountMove(models.Model):
    """Claims of dunning, which are journal entries without tax, and bad debts."""

    _inherit = "account.move"

    subscription_dunning_step_id = fields.Many2one(
        "subscription.dunning.step",
        "Dunning Letter",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )
    subscription_claim_kind = fields.Selection(
        CLAIM_KINDS, "Claim", readonly=True, copy=False
    )
    subscription_write_off_id = fields.Many2one(
        "account.move",
        "Written Off By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
    )

    # ----------------------------------------------------------------------
    # Claims
    # ----------------------------------------------------------------------

    def _waive(self):
        """Take claims back by a reverse entry."""
        for move in self.filtered(lambda it: it.state == "posted"):
            move._reverse_moves(
                [
                    {
                        "date": move.company_id._get_collection_date(),
                        "ref": self.env._("Waived: %s", move.ref or move.name),
                    }
                ],
                cancel=True,
            )

    def _get_claim_line(self, part):
        """The journal item of these claims that a part of a payment is set against.

        :param part: ``subscription.payment.allocation.line`` of a letter
        """
        claim = self.filtered(
            lambda it: it.subscription_dunning_step_id == part.step_id
            and it.subscription_claim_kind == part.claim_kind
        )
        return claim.line_ids.filtered(
            lambda it: it.account_id.account_type == "asset_receivable"
        )

    def action_waive_claim(self):
        """Give up a fee or interest of dunning."""
        for move in self:
            if not move.subscription_claim_kind or move.reversal_move_ids:
                raise refusal(self.env)._(
                    "%s is no claim of dunning, or was waived before.",
                    move.display_name,
                )
        self.check_access("write")
        self._waive()

    def _collect_for_dunning(self, day):
        """Charge a saved card, or debit an account, once more for what is overdue.

        :param date day: when
        """
        attempts = self.env["subscription.collection.attempt"]
        for move in self.filtered(
            lambda it: it.move_type == "out_invoice" and not it._is_settled()
        ):
            mandate, tokens = move._get_methods(day)[move]
            planned = move.subscription_attempt_ids.filtered(
                lambda it: it.state == "scheduled"
            )
            can_pay = mandate or tokens
            if can_pay and not planned and not move._is_being_collected():
                # One try, and no plan after it: the level decides what comes next.
                steps = len(move.company_id._get_days("subscription_retry_days"))
                vals = {"step": steps, "mandate_id": mandate.id}
                attempts.create(move._prepare_attempt(tokens[:1], day, **vals))

    def _invoice_paid_hook(self):
        """Paying ends the case: dunning has a look at once."""
        result = super()._invoice_paid_hook()
        cases = self.env["subscription.dunning.case"].sudo()
        domain = [
            ("partner_id", "in", self.commercial_partner_id.ids),
            ("state", "!=", "closed"),
        ]
        if cases.search_count(domain, limit=1):
            self.env.ref("subscription_billing.ir_cron_dun").sudo()._trigger()
        return result

    # ----------------------------------------------------------------------
    # Bad debts
    # ----------------------------------------------------------------------

    def _write_off(self, day):
        """Write off what is open of invoices; the tax on it is corrected (§ 17 UStG).

        :param date day: booking date
        :return: the posted entries
        """
        entries = self.browse()
        for move in self:
            move._check_write_off()
            entry = self.create(move._prepare_write_off(day))
            entry._balance_write_off(move)
            entry.action_post()
            move.subscription_write_off_id = entry
            lines = (move | entry).line_ids.filtered(
                lambda it: it.account_id.account_type == "asset_receivable"
                and not it.reconciled
            )
            lines.reconcile()
            entries += entry
        return entries

    def _check_write_off(self):
        if (
            self.move_type != "out_invoice"
            or self._is_settled()
            or self._is_being_collected()
        ):
            raise refusal(self.env)._(
                "%s cannot be written off: it is no open invoice, or money is "
                "under way for it.",
                self.display_name,
            )

    def _prepare_write_off(self, day):
        """Bad debt per combination of taxes against the debtor, in the share that is
        open; Odoo reckons the taxes on it."""
        company, currency = self.company_id, self.currency_id
        share = self.amount_residual / self.amount_total
        receivable = self.line_ids.filtered(
            lambda it: it.account_id.account_type == "asset_receivable"
        )[:1]
        label = self.env._("Bad debt %s", self.name)
        products = self.line_ids.filtered(lambda it: it.display_type == "product")
        lines = [
            {
                "name": label,
                "account_id": company._get_bad_debt_account(taxes).id,
                "amount_currency": currency.round(
                    -sum(some.mapped("amount_currency")) * share
                ),
                "tax_ids": [Command.set(taxes.ids)],
            }
            for taxes, some in products.grouped("tax_ids").items()
        ]
        lines.append(
            {
                "name": label,
                "account_id": receivable.account_id.id,
                "amount_currency": -self.amount_residual,
                "tax_ids": [Command.clear()],
            }
        )
        return {
            "move_type": "entry",
            "journal_id": company._get_claim_journal().id,
            "date": day,
            "partner_id": self.partner_id.id,
            "currency_id": currency.id,
            "ref": label,
            "line_ids": [
                Command.create(
                    {
                        "partner_id": self.commercial_partner_id.id,
                        "currency_id": currency.id,
                        **vals,
                    }
                )
                for vals in lines
            ],
        }

    def _balance_write_off(self, move):
        """The cents of rounding go to the bad debt."""
        receivable = self.line_ids.filtered(
            lambda it: it.account_id.account_type == "asset_receivable"
        )
        others = self.line_ids - receivable
        gap = move.amount_residual - sum(others.mapped("amount_currency"))
        gap = move.currency_id.round(gap)
        if gap:
            line = others.filtered(lambda it: not it.tax_line_id)[:1]
            line.amount_currency += gap

    def action_recover(self):
        """Money comes after all: take the write-off back, so that it finds its
        invoice."""
        self.check_access("write")
        for move in self:
            entry = move.subscription_write_off_id
            if not entry:
                raise refusal(self.env)._("%s was not written off.", move.display_name)
            entry._reverse_moves(
                [
                    {
                        "date": move.company_id._get_collection_date(),
                        "ref": self.env._("Recovered: %s", move.name),
                    }
                ],
                cancel=True,
            )
            move.subscription_write_off_id = False

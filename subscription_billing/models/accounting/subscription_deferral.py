from odoo import api, fields, models
from odoo.fields import Command

from ..failures import explain
from ..numbers import Amount
from ..sentences import Sentence, refusal


class SubscriptionDeferral(models.Model):
    """What an invoice line defers, or releases, at the end of one month.

    Planned rows are made anew from the invoices by ``subscription.deferring``; posted
    ones stay. The database holds one row for each line and month.
    """

    _name = "subscription.deferral"
    _description = "Deferred Revenue"
    _order = "date, id"
    _rec_name = "move_line_id"
    _check_company_auto = True

    move_line_id = fields.Many2one(
        "account.move.line", "Invoice Line", required=True, ondelete="cascade"
    )
    invoice_id = fields.Many2one(
        related="move_line_id.move_id", store=True, index=True, string="Invoice"
    )
    company_id = fields.Many2one(
        related="move_line_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        related="move_line_id.partner_id", store=True, string="Customer"
    )
    contract_id = fields.Many2one(
        related="move_line_id.subscription_contract_id", store=True
    )
    account_id = fields.Many2one(
        related="move_line_id.account_id", store=True, string="Revenue Account"
    )
    date = fields.Date("Month End", required=True, readonly=True, index=True)
    amount = Amount(
        "Deferred",
        required=True,
        readonly=True,
        help="More revenue that is deferred; less where it is released.",
    )
    state = fields.Selection(
        [("planned", "Planned"), ("posted", "Posted")],
        default="planned",
        required=True,
        readonly=True,
        index=True,
    )
    entry_id = fields.Many2one(
        "account.move", "Entry", readonly=True, index="btree_not_null"
    )
    error = Sentence("Not Posted Because", readonly=True)
    _unique_month = models.Constraint(
        "UNIQUE (move_line_id, date)",
        "The line has its deferral of this month already.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        for row in self:
            if row.state == "posted":
                raise refusal(self.env)._(
                    "The deferral of %s is posted and stays.",
                    row.invoice_id.display_name,
                )

    def action_post(self):
        """Post what is planned of the chosen months, whoever chose it."""
        self.env["account.move"].check_access("create")
        self.check_access("read")
        rows = self.sudo().filtered(lambda it: it.state == "planned")
        days = {}
        for row in rows:
            today = days.setdefault(
                row.company_id, row.company_id._get_collection_date()
            )
            if row.date > today:
                raise refusal(self.env)._(
                    "%s is not over yet: its deferrals are posted at its end.",
                    row._get_month_name(),
                )
        rows._post()
        return True

    def _get_month_name(self):
        return f"{self.date:%Y-%m}"

    def _post(self):
        """One entry for each invoice and month."""
        for (company, invoice, _day), rows in self.grouped(
            lambda it: (it.company_id, it.invoice_id, it.date)
        ).items():
            moves = self.env["account.move"].with_company(company)
            entry = moves.create(rows._prepare_entry(company, invoice))
            entry.action_post()
            rows.write({"state": "posted", "entry_id": entry.id, "error": False})

    def _prepare_entry(self, company, invoice):
        deferred = company._get_deferral_account()
        label = self.env._(
            "Deferred revenue %(month)s %(invoice)s",
            month=self[0]._get_month_name(),
            invoice=invoice.name,
        )
        balances = [
            (account, sum(rows.mapped("amount")))
            for account, rows in self.grouped("account_id").items()
        ]
        total = sum(balance for _account, balance in balances)
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": company._get_deferral_journal().id,
            "date": self[0].date,
            "ref": label,
            "line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": account.id,
                        "balance": balance,
                        "partner_id": invoice.commercial_partner_id.id,
                        "tax_ids": [Command.clear()],
                    }
                )
                for account, balance in (*balances, (deferred, -total))
                if not company.currency_id.is_zero(balance)
            ],
        }

    def _note_not_posted(self, error):
        self.error = explain(self.env, error, f"Entry of deferral {self.id}")

from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    subscription_invoice_policy = fields.Selection(
        [
            ("draft", "Create drafts"),
            ("post", "Post"),
            ("send", "Post and send"),
        ],
        default="post",
        required=True,
        help="What a billing run does with its invoices.",
    )
    subscription_billing_group = fields.Selection(
        [
            ("contract", "One invoice per contract"),
            ("partner", "One invoice per customer"),
        ],
        default="contract",
        required=True,
    )
    subscription_open_periods = fields.Selection(
        [
            ("together", "One document for all"),
            ("year", "One document per year"),
            ("due", "One document for each day they were due on"),
        ],
        "Open Periods",
        default="together",
        required=True,
        help="When a contract is billed late, or from a start in the past.",
    )
    subscription_journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'sale'), ('company_id', '=', id)]",
        help="Journal of subscription invoices; empty = the first sales journal.",
    )
    subscription_shows_zero_usage = fields.Boolean(
        "Usage That Costs Nothing",
        help="Invoices have a line for it too; else it is in the usage statement only.",
    )
    subscription_responsible_id = fields.Many2one(
        "res.users",
        "Responsible for Billing",
        domain="[('share', '=', False), ('company_ids', 'in', id)]",
        help="Gets what is to be done where the responsible of a contract is gone.",
    )
    subscription_tax_change_ids = fields.One2many(
        "subscription.tax.change", "company_id"
    )
    subscription_applied_journal_id = fields.Many2one(
        "account.journal",
        "Applied Journal",
        compute="_compute_subscription_applied_journal_id",
        compute_sudo=True,
    )

    @api.depends("subscription_journal_id")
    def _compute_subscription_applied_journal_id(self):
        journals = self.env["account.journal"]
        for company in self:
            company.subscription_applied_journal_id = (
                company.subscription_journal_id
                or journals.search(
                    [
                        ("type", "=", "sale"),
                        *journals._check_company_domain(company),
                    ],
                    limit=1,
                )
            )

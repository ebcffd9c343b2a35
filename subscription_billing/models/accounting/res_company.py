from odoo import api, fields, models
from odoo.exceptions import RedirectWarning

from ..dates import Day
from ..sentences import invalid

# Deferred income of the German charts.
CHART_ACCOUNTS = {"de_skr03": "0990", "de_skr04": "3900"}


class ResCompany(models.Model):
    """How a company defers what it was paid for later periods."""

    _inherit = "res.company"

    subscription_deferral_policy = fields.Selection(
        [("year", "At the end of the fiscal year"), ("month", "Every month")],
        "Deferred Revenue",
        help="At the end of the year: from the first year end after the invoice on. "
        "Empty = nothing is deferred.",
    )
    subscription_deferral_method = fields.Selection(
        [("days", "By days"), ("months", "By months of 30 days")],
        "Spread",
        default="days",
        required=True,
    )
    subscription_deferral_since = Day(
        "Invoices From",
        help="Invoices of before were deferred elsewhere, or never.",
    )
    subscription_deferral_account_id = fields.Many2one(
        "account.account", "Deferred Revenue Account", check_company=True
    )
    subscription_deferral_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Deferrals",
        domain="[('type', '=', 'general')]",
        check_company=True,
    )
    subscription_deferral_is_automatic = fields.Boolean(
        "Post by Themselves", help="Entries are posted without anybody looking at them."
    )

    @api.constrains("subscription_deferral_policy", "subscription_deferral_since")
    def _check_subscription_deferral_since(self):
        for company in self:
            if (
                company.subscription_deferral_policy
                and not company.subscription_deferral_since
            ):
                raise invalid(self.env)._(
                    "%s: say from which day on invoices are deferred.", company.name
                )

    def _get_deferral_account(self):
        """Account as set, else that of the chart.

        :raise RedirectWarning: if there is none
        """
        self.ensure_one()
        account = self.subscription_deferral_account_id
        code = CHART_ACCOUNTS.get(self.chart_template)
        if not account and code:
            account = self._find_account(code)
        if not account:
            raise RedirectWarning(
                self.env._(
                    "%s has no account for deferred revenue. Choose one in the "
                    "settings of subscriptions.",
                    self.display_name,
                ),
                self.env.ref("subscription_billing.res_config_settings_action").id,
                self.env._("Go to the settings"),
            )
        return account

    def _get_deferral_journal(self):
        self.ensure_one()
        journals = self.env["account.journal"]
        domain = [*journals._check_company_domain(self), ("type", "=", "general")]
        return self.subscription_deferral_journal_id or journals.search(domain, limit=1)

from odoo import fields, models
from odoo.exceptions import RedirectWarning

# Accounts of the German charts by what is booked on them.
CHART_ACCOUNTS = {
    "fee": {"de_skr03": "2700", "de_skr04": "4830"},
    "interest": {"de_skr03": "2650", "de_skr04": "7100"},
    "bad_debt": {"de_skr03": "2406", "de_skr04": "6936"},
}
# Each of them corrects the tax of one rate (§ 17 UStG); DATEV knows it by the account.
BAD_DEBTS = {
    "de_skr03": {7: "2401", 0: "2400"},
    "de_skr04": {7: "6931", 0: "6930"},
}
SETTINGS = {
    "fee": "subscription_dunning_fee_account_id",
    "interest": "subscription_interest_account_id",
    "bad_debt": "subscription_bad_debt_account_id",
}


class ResCompany(models.Model):
    """How a company duns."""

    _inherit = "res.company"

    subscription_dunning_policy_id = fields.Many2one(
        "subscription.dunning.policy",
        "Dunning Policy",
        domain="[('company_id', 'in', (False, id))]",
        help="Of customers and contracts that have none of their own; empty = nobody "
        "is dunned.",
    )
    subscription_dunning_is_automatic = fields.Boolean(
        "Send Letters by Themselves",
        help="Proposals are sent without anybody looking at them.",
    )
    subscription_dunning_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Claims",
        domain="[('type', '=', 'general')]",
        check_company=True,
    )
    subscription_dunning_fee_account_id = fields.Many2one(
        "account.account", "Dunning Fees", check_company=True
    )
    subscription_interest_account_id = fields.Many2one(
        "account.account", "Default Interest", check_company=True
    )
    subscription_bad_debt_account_id = fields.Many2one(
        "account.account", "Bad Debts", check_company=True
    )

    def _get_claim_account(self, kind):
        """Account of fees, interest or bad debts: as set, else that of the chart.

        :raise RedirectWarning: if there is none
        """
        self.ensure_one()
        account = self[SETTINGS[kind]] or self._find_chart_account(kind)
        if account:
            return account
        names = self._fields[SETTINGS[kind]]._description_string(self.env)
        raise RedirectWarning(
            self.env._(
                "%(company)s has no account for: %(account)s. Choose one in the "
                "settings of subscriptions.",
                company=self.display_name,
                account=names,
            ),
            self.env.ref("subscription_billing.res_config_settings_action").id,
            self.env._("Go to the settings"),
        )

    def _find_chart_account(self, kind):
        code = CHART_ACCOUNTS[kind].get(self.chart_template)
        return self._find_account(code) if code else self.env["account.account"]

    def _find_account(self, code):
        """The first account whose code begins so; a chart may have more digits."""
        accounts = self.env["account.account"].with_company(self)
        domain = [*accounts._check_company_domain(self), ("code", "=like", f"{code}%")]
        return accounts.search(domain, order="code", limit=1)

    def _get_bad_debt_account(self, taxes):
        """For invoice lines with ``taxes``: as set, else that of their rate."""
        account = self._get_claim_account("bad_debt")
        code = BAD_DEBTS.get(self.chart_template, {}).get(sum(taxes.mapped("amount")))
        if self.subscription_bad_debt_account_id or not code:
            return account
        return self._find_account(code) or account

    def _get_claim_journal(self):
        self.ensure_one()
        journals = self.env["account.journal"]
        return self.subscription_dunning_journal_id or journals.search(
            [*journals._check_company_domain(self), ("type", "=", "general")], limit=1
        )

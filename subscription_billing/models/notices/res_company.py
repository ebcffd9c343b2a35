from odoo import api, models
from odoo.tools import SQL

from ..numbers import Count
from ..sentences import invalid

DAYS = ("subscription_trial_reminder_days", "subscription_renewal_reminder_days")


class ResCompany(models.Model):
    """Which e-mails a company sends, and how long before a date it reminds of it."""

    _inherit = "res.company"

    subscription_trial_reminder_days = Count(
        default=3,
        help="Days before the end of a trial on which its customer is told; 0 = never.",
    )
    subscription_renewal_reminder_days = Count(
        default=30,
        help="Days before the last day to cancel a term on which its customer is told; "
        "0 = never. Terms that are too short for it are not told of.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env["subscription.notice"]._create_missing(companies)
        return companies

    @api.constrains(*DAYS)
    def _check_reminder_days(self):
        for company in self:
            if any(company[name] < 0 for name in DAYS):
                raise invalid(self.env)._(
                    "%s: the days before a reminder must not be negative. Use 0 "
                    "for no reminders.",
                    company.name,
                )

    def write(self, vals):
        is_other = any(
            company[name] != vals[name]
            for name in DAYS
            if name in vals
            for company in self
        )
        result = super().write(vals)
        if is_other:
            self._look_at_contracts_again()
        return result

    def _look_at_contracts_again(self):
        """Have the next run find new days for the reminders of all contracts; it does
        so in batches, and here they may be too many."""
        contracts = self.env["subscription.contract"]
        contracts.flush_model(["date_next_step"])
        contracts._look_again(SQL("AND company_id IN %s", tuple(self.ids)))
        contracts.invalidate_model(["date_next_step"])

from odoo import api, models
from odoo.tools import split_every

from ..billing.subscription_billing_run import BATCH_SIZE
from ..failures import isolate


class SubscriptionBillingRun(models.Model):
    """Usage that has become expensive is billed before its period is over."""

    _inherit = "subscription.billing.run"

    @api.model
    def _cron_bill_thresholds(self):
        """Bill usage above the threshold of its contract, each by its own calendar."""
        contracts = self.env["subscription.contract"]
        for company in self.env["res.company"].search([]):
            domain = contracts._get_threshold_domain(company)
            for (tz,) in contracts._read_group(domain, ["tz"]):
                self._bill_thresholds(self._get_billing_date(tz), company, tz)

    @api.model
    def _bill_thresholds(self, day, company, tz=None):
        """Bill the usage up to ``day`` (excluded) of contracts above their threshold,
        committing batch by batch.

        :return: the run made, empty if no contract is above it
        """
        self._check_guards()
        contracts = self.env["subscription.contract"].with_company(company)
        domain = contracts._get_threshold_domain(company)
        # Parked and held ones are not asked again every hour.
        domain += contracts._get_open_domain(day)
        if tz:
            domain.append(("tz", "=", tz))
        above = contracts.browse()
        for ids in split_every(BATCH_SIZE, contracts.search(domain).ids):
            above += self._find_above_threshold(contracts.browse(ids), day)
        if not above:
            return self.browse()
        run = self.sudo().create(
            {
                "company_id": company.id,
                "date": day,
                "trigger": "threshold",
                "is_interim": True,
                "contract_ids": above.ids,
            }
        )
        run._process_committing([("id", "in", above.ids)])
        return run

    def _find_above_threshold(self, contracts, day):
        """Those of a batch to bill; what cannot be planned is among them: the run
        parks it with the reason and bills the others (X5)."""
        above = isolate(
            self.env,
            contracts,
            lambda part: part._filter_above_threshold(day),
            lambda part, _error: part,
        )
        return contracts.browse().union(*above)

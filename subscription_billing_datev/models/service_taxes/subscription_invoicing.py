from odoo import models


class SubscriptionInvoicing(models.AbstractModel):
    _inherit = "subscription.invoicing"

    def _check_plan(self, contract, plan, day):
        super()._check_plan(contract, plan, day)
        if contract.company_id.subscription_tax_check != "warn":
            return
        check = self.env["subscription.billing.check"]
        log = self.env["subscription.event"]
        for problem in check._get_tax_warnings(contract, plan, day):
            log._log("warned", contract, problem, date_effective=day)

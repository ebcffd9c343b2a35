from odoo import models

from ..sentences import refusal


class SubscriptionPriceChange(models.Model):
    """Price changes are announced by a person; the company's switch and template count
    for them as well."""

    _inherit = "subscription.price.change"

    def _get_default_template(self):
        notices = self.env["subscription.notice"]
        template = notices._get_template(self.env.company, "price_change")
        return template.sudo(False) or super()._get_default_template()

    def _check_announceable(self, contracts):
        self._check_switched_on()
        return super()._check_announceable(contracts)

    def _check_switched_on(self):
        company = self.company_id or self.env.company
        if not self.env["subscription.notice"]._get_template(company, "price_change"):
            raise refusal(self.env)._(
                "Price change %(change)s: e-mails about price changes are switched "
                "off for %(company)s, under Configuration > E-mails to Customers.",
                change=self.name,
                company=company.name,
            )

from decimal import Decimal

from odoo import models

from odoo.addons.subscription_billing.models.private_context import once
from odoo.addons.subscription_billing.models.sentences import said

# Lines of the advance VAT return for deliveries of goods: within the European Union
# (§ 4 Nr. 1b UStG) and exports (§ 4 Nr. 1a UStG).
GOODS_TAGS = {"41", "43"}


class SubscriptionBillingCheck(models.AbstractModel):
    """Taxes that Odoo would post in silence, and the tax office would not take."""

    _inherit = "subscription.billing.check"

    def _check_line(self, line, position, day):
        yield from super()._check_line(line, position, day)
        if line.company_id.subscription_tax_check == "stop":
            yield from self._check_german_taxes(line, position, day)

    def _get_tax_warnings(self, contract, plan, day):
        """What is wrong with the taxes of a contract that is billed nevertheless."""
        keys = {charge.item_key for charge in plan.charges}
        position = contract.applied_fiscal_position_id
        lines = contract.line_ids.filtered(lambda line: line.id in keys)
        return [
            problem
            for line in lines
            for problem in self._check_german_taxes(line, position, day)
        ]

    def _check_german_taxes(self, line, position, day):
        company = line.company_id
        if not company.datev_chart or company.account_fiscal_country_id.code != "DE":
            return
        account = self._builder._get_income_account(line, position)
        taxes = self._builder._get_taxes(line, position, day)
        yield from self._check_product(line.product_id, account, taxes, company)
        partner = line.contract_id.partner_id.commercial_partner_id
        if not partner.vat and any(it._as_datev_tax(company).asks_vat for it in taxes):
            yield said(self.env)._(
                "%(partner)s has no VAT number, which tax %(tax)s needs.",
                partner=partner.display_name,
                tax=", ".join(taxes.mapped("name")),
            )

    @once("id")
    def _check_product(self, product, account, taxes, company):
        """What is wrong with the taxes of a product, whoever buys it: list of str."""
        tags = taxes.invoice_repartition_line_ids.tag_ids.mapped("name")
        problems = []
        if product.type == "service" and GOODS_TAGS & {it.lstrip("+-") for it in tags}:
            problems.append(
                said(self.env)._(
                    "%(product)s is a service, but tax %(tax)s is for deliveries of "
                    "goods. Choose the fiscal position for services.",
                    product=product,
                    tax=", ".join(taxes.mapped("name")),
                )
            )
        if account:
            problems += self._check_automatic(account, taxes, company)
        return problems

    def _check_automatic(self, account, taxes, company):
        """DATEV takes the tax of an Automatik account out of each amount."""
        value = account._as_datev_account(company, self.env["account.account"])
        if not value.is_automatic:
            return
        if not taxes:
            yield said(self.env)._(
                "Account %(account)s stands for a tax, but the product has none.",
                account=account,
            )
        for tax in taxes:
            known = tax._as_datev_tax(company)
            rate = Decimal(str(tax.amount))
            if known.country or not value.stands_for(rate):
                yield said(self.env)._(
                    "Account %(account)s stands for another tax than %(tax)s. Choose "
                    "the account of that tax (fiscal position).",
                    account=account,
                    tax=tax.name,
                )

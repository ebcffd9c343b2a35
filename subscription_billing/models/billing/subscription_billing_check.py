from odoo import models

from ..sentences import said


class SubscriptionBillingCheck(models.AbstractModel):
    """What Odoo would post wrongly in silence, looked for before billing (X5).

    Each check returns a sentence for the back office: what, which record, what to do.
    """

    _name = "subscription.billing.check"
    _description = "Subscription Billing Checks"

    def _get_problems(self, contract, plan, day):
        """Why ``contract`` must not be billed on ``day``.

        :param contract: one ``subscription.contract``
        :param plan: ``engine.charge.Plan`` of what is due
        :param date day: invoice date
        :return: list of str, empty if all is well
        """
        # A credit takes product, account and taxes from what it credits.
        keys = {charge.item_key for charge in plan.charges}
        lines = contract.line_ids.filtered(lambda line: line.id in keys)
        position = contract.applied_fiscal_position_id
        return [
            *self._check_customer(contract, position),
            *self._check_currency(contract),
            *(
                problem
                for line in lines
                for problem in self._check_line(line, position, day)
            ),
            *self._check_lock_date(contract, day),
        ]

    @property
    def _builder(self):
        return self.env["subscription.invoice.builder"]

    def _check_customer(self, contract, position):
        partner = contract.partner_id
        if not partner.active:
            yield said(self.env)._(
                "The customer %s is archived. Unarchive it or end the contract.",
                partner.display_name,
            )
        if not partner.commercial_partner_id.country_id and not partner.country_id:
            yield said(self.env)._(
                "The customer %s has no country, so its taxes cannot be known. "
                "Complete its address.",
                partner.display_name,
            )
        if position.vat_required and not partner.commercial_partner_id.vat:
            yield said(self.env)._(
                "The fiscal position %(position)s needs a VAT number, but %(partner)s "
                "has none. Enter it on the customer.",
                position=position,
                partner=partner.display_name,
            )

    def _check_currency(self, contract):
        if not contract.currency_id.active:
            yield said(self.env)._(
                "The currency %s is archived. Activate it to bill the contract.",
                contract.currency_id.name,
            )

    def _check_line(self, line, position, day):
        contract, product = line.contract_id, line.product_id
        if not line.price_id and not line.has_price_override:
            yield line._get_missing_price_message()
        if not product.active:
            yield said(self.env)._(
                "The product %s is archived. Unarchive it or end the line.",
                product,
            )
        account = self._builder._get_income_account(line, position)
        if not account:
            yield said(self.env)._(
                "The product %s has no income account. Set one on the product or its "
                "category.",
                product,
            )
        elif not account.active:
            yield said(self.env)._(
                "The income account %(account)s of %(product)s is archived.",
                account=account,
                product=product,
            )
        for tax in self._builder._get_taxes(line, position, day).filtered(
            lambda tax: not tax.active
        ):
            yield said(self.env)._(
                "The tax %(tax)s of %(product)s is archived for %(contract)s.",
                tax=tax,
                product=product,
                contract=contract.display_name,
            )

    def _check_lock_date(self, contract, day):
        journal = contract.company_id.subscription_applied_journal_id
        if not journal:
            yield said(self.env)._(
                "The company %s has no sales journal. Create one first.",
                contract.company_id.display_name,
            )
            return
        violated = contract.company_id._get_violated_lock_dates(day, True, journal)
        for locked, _field in violated:
            yield said(self.env)._(
                "The invoice date %(day)s lies in a period that is locked up to "
                "%(locked)s. Bill at a later date.",
                day=day,
                locked=locked,
            )

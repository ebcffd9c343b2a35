from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_round

from .price_numbers import PRICE_DIGITS


class SubscriptionPrice(models.Model):
    """Odoo's pricelists as a source of prices. Their rules stay Odoo's business: it is
    asked for the price at each quantity where a rule begins."""

    _inherit = "subscription.price"

    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        ondelete="restrict",
        help="Leave empty to take the customer's pricelist.",
    )

    def _get_current_steps(self):
        """Steps of the pricelist for a sale on the day the price begins, or today."""
        runs = self.env["subscription.billing.run"]
        on = self.date_start or runs._get_billing_date(self.env.user.tz or "UTC")
        return self._get_pricelist_steps(self.partner_id, on)

    def _get_pricelist_steps(self, partner, on):
        """Prices per unit by quantity, as Odoo would sell the product on a day.

        :param partner: the customer, for the customer's own pricelist
        :param date on: day of the sale
        :return: list of pairs (quantity the price begins at, price), the first at 0
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        product = self.component_id.product_id.with_company(company)
        partner = partner.with_company(company)
        pricelist = self._get_pricelist(partner).with_company(company)
        # Fixed prices are said in the pricelist's currency, whatever Odoo is asked for.
        currency = pricelist.currency_id or self.currency_id
        steps = []
        for quantity in sorted({0.0} | self._get_quantities(pricelist, product, on)):
            price = pricelist._get_product_price(
                product, quantity, currency=currency, date=on
            )
            price = currency._convert(price, self.currency_id, company, on, round=False)
            price = float_round(price, precision_digits=PRICE_DIGITS[1])
            if not steps or steps[-1][1] != price:
                steps.append((quantity, price))
        self._check_steps(pricelist, steps)
        return steps

    def _get_pricelist(self, partner):
        """The pricelist named, else the customer's; none: the product's own price.
        Read as superuser: what was agreed does not depend on who looks it up."""
        pricelist = (
            self.pricelist_id
            or partner.property_product_pricelist
            # Odoo computes none as long as pricelists are switched off in Sales.
            or partner.specific_property_product_pricelist
        )
        return pricelist.sudo()

    def _get_quantities(self, pricelist, product, on):
        """Quantities at which a rule begins, of pricelists it builds upon too."""
        quantities, unread, seen = set(), pricelist, pricelist.browse()
        while unread:
            seen |= unread
            rules = self.env["product.pricelist.item"].sudo()
            for each in unread:
                rules |= each._get_applicable_rules(product, on)
            quantities |= set(rules.mapped("min_quantity"))
            unread = rules.base_pricelist_id - seen
        return quantities

    def _check_steps(self, pricelist, steps):
        if any(price < 0 for _quantity, price in steps):
            raise ValidationError(
                self.env._(
                    "Pricelist %(pricelist)s gives %(product)s a negative price. "
                    "Correct its rules, or choose another price model.",
                    pricelist=pricelist.display_name,
                    product=self.component_id.product_id.display_name,
                )
            )

    @api.constrains("pricelist_id", "component_id")
    def _check_pricelist_company(self):
        """A plan of all companies must not sell by the pricelist of one."""
        for price in self:
            owner = price.pricelist_id.company_id
            if owner and owner != price.company_id:
                raise ValidationError(
                    self.env._(
                        "Pricelist %(pricelist)s belongs to %(owner)s, and the price "
                        "of %(component)s does not. Choose a pricelist of all "
                        "companies, or limit the plan to this one.",
                        pricelist=price.pricelist_id.display_name,
                        owner=owner.display_name,
                        component=price.component_id.display_name,
                    )
                )

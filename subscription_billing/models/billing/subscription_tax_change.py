from odoo import api, fields, models

from ..dates import Day
from ..sentences import invalid


class SubscriptionTaxChange(models.Model):
    """A tax that takes the place of another one from a day of service on. What was
    performed before is taxed as it was then, whenever it is billed: a service counts as
    performed on the last day of its period (§ 27 I UStG; A 13.4 UStAE)."""

    _name = "subscription.tax.change"
    _description = "Change of a Tax"
    _order = "company_id, date, id"
    _rec_name = "tax_new_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date = Day(
        "From",
        required=True,
        help="First day of service with the new tax: periods that end from then on.",
    )
    tax_old_id = fields.Many2one(
        "account.tax",
        "Until Then",
        required=True,
        check_company=True,
        ondelete="restrict",
        domain="[('type_tax_use', '=', 'sale')]",
        context={"active_test": False},
    )
    tax_new_id = fields.Many2one(
        "account.tax",
        "From Then On",
        required=True,
        check_company=True,
        ondelete="restrict",
        domain="[('type_tax_use', '=', 'sale')]",
        context={"active_test": False},
    )
    _once = models.Constraint(
        "UNIQUE (tax_old_id, date)", "A tax is replaced by one other tax on a day."
    )

    @api.constrains("tax_old_id", "tax_new_id")
    def _check_taxes(self):
        for change in self:
            taxes = change.tax_old_id | change.tax_new_id
            if len(taxes) < 2 or set(taxes.mapped("type_tax_use")) != {"sale"}:
                raise invalid(self.env)._(
                    "%(old)s can't be replaced by %(new)s. Choose two different "
                    "taxes on sales.",
                    old=change.tax_old_id.display_name,
                    new=change.tax_new_id.display_name,
                )
            if set(taxes.mapped("price_include")) != {taxes[0].price_include}:
                raise invalid(self.env)._(
                    "%(old)s and %(new)s differ in whether prices include them. "
                    "Choose taxes of the same kind.",
                    old=change.tax_old_id.display_name,
                    new=change.tax_new_id.display_name,
                )

    def _get_taxes_on(self, taxes, day):
        """These taxes as they were, or will be, for a service performed on a day.

        :param taxes: ``account.tax`` records as products or fiscal positions have them
            today, before or after a change
        :param date day: last day of the service period
        :return: ``account.tax`` records, archived ones too
        """
        changes = self.sorted("date")
        return taxes.browse().union(*(changes._get_tax_on(tax, day) for tax in taxes))

    def _get_tax_on(self, tax, day):
        """Back to what there was before all of them, and forward to the day."""
        for change in reversed(self):
            if change.tax_new_id == tax:
                tax = change.tax_old_id
        for change in self:
            if change.date <= day and change.tax_old_id == tax:
                tax = change.tax_new_id
        return tax

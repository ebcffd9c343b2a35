from odoo import models


class SubscriptionContractLine(models.Model):
    _inherit = "subscription.contract.line"

    def _get_told_row(self, amount):
        metered = self.kind == "metered"
        explaining = self.env["subscription.explaining"]
        quantity = explaining._format_number(self.env, self.quantity)
        return {
            "name": self.name,
            "quantity": "" if metered else quantity,
            "price": self.price_text
            if metered
            else self.contract_id._format_notice_money(amount),
            "per": self._get_interval_text()
            if self._is_recurring()
            else self.env._("once"),
        }

    def _get_told_amount(self, amount, last_day=None):
        """A net or gross amount with or without taxes, as the customer reads it.

        :param date last_day: of the period it is for; default: it ends today
        """
        self.ensure_one()
        contract, product = self.contract_id, self.product_id
        gross = contract._is_told_gross()
        taxes = product.taxes_id._filter_taxes_by_company(self.company_id)
        if not amount or not (gross or any(taxes.mapped("price_include"))):
            return amount
        builder = self.env["subscription.invoice.builder"]
        position = contract.applied_fiscal_position_id
        day = last_day or contract._get_today()
        totals = builder._get_taxes(self, position, day).compute_all(
            amount,
            currency=self.currency_id,
            product=product,
            partner=contract.partner_id,
        )
        return totals["total_included" if gross else "total_excluded"]

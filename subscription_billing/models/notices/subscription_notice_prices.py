from odoo import models
from odoo.tools import formatLang


class SubscriptionContract(models.Model):
    """Prices as customers are told them: consumers with taxes, businesses without."""

    _inherit = "subscription.contract"

    def _get_price_texts(self, day):
        """What is paid per period, line by line and in sum.

        :param date day: the lines of that day; False for none
        """
        lines = self.line_ids.filtered(lambda line: day and line._is_valid_on(day))
        amounts = {line: line._get_told_amount(line.amount) for line in lines}
        sums = {}
        for line, amount in amounts.items():
            if line._is_recurring() and line.kind != "metered":
                per = line._get_interval_text()
                sums[per] = sums.get(per, 0.0) + amount
        return {
            "lines": [line._get_told_row(amount) for line, amount in amounts.items()],
            "price": ", ".join(
                f"{self._format_notice_money(amount)} / {per}"
                for per, amount in sums.items()
            ),
            "taxes": self.env._("Prices include taxes.")
            if self._is_told_gross()
            else self.env._("Prices are before taxes."),
        }

    def _get_total_now(self, facts):
        """What the next invoice gives back or asks for, if a change counts already."""
        change, on = facts.get("change"), facts.get("on")
        if not change or change.state != "applied" or not on:
            return ""
        plan = self._plan_charges(on)[self]
        lines = self.env["subscription.contract.line"]
        total = sum(
            lines.browse(due.item_key)._get_told_amount(float(due.amount))
            for due in plan.credits + plan.charges
        )
        is_zero = self.currency_id.is_zero(total)
        return "" if is_zero else self._format_notice_money(total)

    def _is_told_gross(self):
        return not self.partner_id.commercial_partner_id.is_company

    def _format_notice_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)


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

    def _get_told_amount(self, amount):
        """A net or gross amount with or without taxes, as the customer reads it."""
        self.ensure_one()
        contract, product = self.contract_id, self.product_id
        gross = contract._is_told_gross()
        taxes = product.taxes_id._filter_taxes_by_company(self.company_id)
        if not amount or not (gross or any(taxes.mapped("price_include"))):
            return amount
        builder = self.env["subscription.invoice.builder"]
        position = builder._get_fiscal_position(contract)
        totals = builder._get_taxes(self, position).compute_all(
            amount,
            currency=self.currency_id,
            product=product,
            partner=contract.partner_id,
        )
        return totals["total_included" if gross else "total_excluded"]

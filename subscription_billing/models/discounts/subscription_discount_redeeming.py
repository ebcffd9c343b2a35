from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from .subscription_discount import TERMS


class SubscriptionDiscount(models.Model):
    """Who may redeem a discount, and what a contract keeps of it."""

    _inherit = "subscription.discount"

    def _find(self, code, company):
        """The discount of a company with that code, archived or not.

        :param str code: as the customer typed it
        :raise UserError: if there is none
        """
        code = self._get_clean_code(code)
        discount = (
            self.with_context(active_test=False).search(
                [("code", "=", code), ("company_id", "=", company.id)]
            )
            if code
            else self.browse()
        )
        if not discount:
            raise UserError(
                self.env._(
                    "There is no discount with the code %(code)s in %(company)s. "
                    "Check the spelling.",
                    code=code or "''",
                    company=company.name,
                )
            )
        return discount

    def _lock(self):
        """Let only one transaction at a time count redemptions.

        An update, though nothing changes: after a mere lock, the one that waited
        would count in its old snapshot; after an update it is made to start anew.
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE subscription_discount SET active = active WHERE id = %s", (self.id,)
        )

    def _check_redeemable(self, contract, on):
        """Everything that speaks against a redemption.

        :param contract: one ``subscription.contract``
        :param date on: the day it is redeemed on
        :raise UserError: naming discount, contract and what to do
        """
        self.ensure_one()
        self._check_offered(on)
        self._check_fits(contract)
        self._check_left(contract)

    def _check_offered(self, on):
        start, end = self.date_redeem_start, self.date_redeem_end
        if not self.active:
            raise UserError(
                self.env._("Discount %s is no longer offered.", self.display_name)
            )
        if start and on < start:
            raise UserError(
                self.env._(
                    "Discount %(discount)s can be redeemed from %(start)s on.",
                    discount=self.display_name,
                    start=start,
                )
            )
        if end and on > end:
            raise UserError(
                self.env._(
                    "Discount %(discount)s could be redeemed until %(end)s.",
                    discount=self.display_name,
                    end=end,
                )
            )

    def _check_fits(self, contract):
        """The contract is of the company, currency and plans the discount is for."""
        problem = self._get_misfit(contract)
        if problem:
            raise UserError(
                self.env._(
                    "Discount %(discount)s does not fit contract %(contract)s: "
                    "%(problem)s",
                    discount=self.display_name,
                    contract=contract.display_name,
                    problem=problem,
                )
            )

    def _get_misfit(self, contract):
        if self.company_id != contract.company_id:
            return self.env._("it is offered by %s only.", self.company_id.name)
        if self._has_amounts() and self.currency_id != contract.currency_id:
            return self.env._("it is in %s.", self.currency_id.name)
        if self.plan_ids and contract.plan_id not in self.plan_ids:
            plans = ", ".join(self.plan_ids.mapped("name"))
            return self.env._("it is for %s only.", plans)
        components = self.component_ids
        if components and contract.plan_id not in components.plan_id:
            names = ", ".join(components.mapped("name"))
            return self.env._("it is for %s only, of another plan.", names)
        return None

    def _check_left(self, contract):
        """The contract has it once, and neither customer nor limit is used up."""
        redemptions = self.env["subscription.contract.discount"].sudo()
        domain = [("discount_id", "=", self.id)]
        if contract.discount_ids.filtered(lambda it: it.discount_id == self):
            raise UserError(
                self.env._(
                    "Contract %(contract)s has redeemed discount %(discount)s already.",
                    contract=contract.display_name,
                    discount=self.display_name,
                )
            )
        customer = contract.commercial_partner_id
        if self.is_once_per_customer and redemptions.search_count(
            [*domain, ("contract_id.commercial_partner_id", "=", customer.id)], limit=1
        ):
            raise UserError(
                self.env._(
                    "%(customer)s has redeemed discount %(discount)s already, and it "
                    "is given once per customer.",
                    customer=customer.display_name,
                    discount=self.display_name,
                )
            )
        limit = self.redemption_limit
        if limit and redemptions.search_count(domain, limit=limit) >= limit:
            raise UserError(
                self.env._(
                    "Discount %(discount)s has been redeemed %(limit)s times and is "
                    "used up.",
                    discount=self.display_name,
                    limit=limit,
                )
            )

    def _prepare_redemption(self, contract, day):
        """Values of the redemption: the terms as they are now, in the customer's words.

        :param date day: first day it is asked for; None = the start of the contract
        """
        self.ensure_one()
        lang = contract.partner_id.lang or self.env.lang
        vals = {
            **{name: self[name] for name in TERMS},
            "name": self.with_context(lang=lang).name,
            "contract_id": contract.id,
            "discount_id": self.id,
            "component_ids": [Command.set(self.component_ids.ids)],
            "date_asked": day,
        }
        if self.duration == "dates":
            vals["date_start"] = max(self.date_start, day or self.date_start)
            vals["date_end"] = self.date_end
        return vals

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..sentences import refusal


class SubscriptionChangeKindBook(models.AbstractModel):
    """A component that is booked while the contract runs."""

    _name = "subscription.change.kind.book"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"
    _is_of_lines = True

    def _is_offered(self, contract):
        return bool(self._get_offered_components(contract))

    def _get_offered_components(self, contract):
        """Those of the plan with fees per period; of some only what is not booked."""
        booked = self._get_offered_lines(contract).component_id
        return contract.plan_id.component_ids.filtered(
            lambda it: not it._is_one_off()
            and not (it in booked and it.kind != "quantity")
        )

    def _check(self, change, day):
        contract, component = change.contract_id, change.component_id
        plan = contract._get_as_of(day, change).plan_id
        if not component or component.plan_id != plan:
            raise refusal(self.env)._(
                "Contract %(contract)s: choose a component of the plan %(plan)s.",
                contract=contract.display_name,
                plan=plan,
            )
        lines = self.env["subscription.contract.line"]
        draft = lines.new({**self._prepare_booked(change, day), "date_start": day})
        if not draft.price_id and not change.has_price_override:
            raise UserError(draft._get_missing_price_message())

    def _apply(self, change, day, today):
        vals = self._prepare_booked(change, day)
        if not change.agreed:
            change.agreed = {name: vals[name] for name in ("price_id", "agreed_steps")}
        change._book(change.component_id, day, vals, today)

    def _describe(self, change):
        quantity = change.quantity or change.component_id.default_quantity
        return False, f"{change.component_id.name}: {formatLang(self.env, quantity)}"

    def _prepare_booked(self, change, day):
        contract, component = change.contract_id, change.component_id
        line = self.env["subscription.contract.line"].new(
            {"contract_id": contract.id, "component_id": component.id}
        )
        own = change.has_price_override
        return {
            "contract_id": contract.id,
            "component_id": component.id,
            "quantity": change.quantity or component.default_quantity,
            "has_price_override": own,
            "price_override": change.price_override if own else 0.0,
            **(change.agreed or self._get_offered_price(change, day)),
            **line._prepare_rhythm(contract._get_as_of(day, change)),
        }

    def _get_offered_price(self, change, day):
        """The price of the plan of the day, as values of a line."""
        contract = change.contract_id
        price = change.component_id._get_price(
            contract._get_as_of(day, change).variant_id,
            contract.currency_id,
            contract.partner_id,
            day,
        )
        steps = (
            price._get_pricelist_steps(contract.partner_id, day)
            if price.price_model == "pricelist"
            else False
        )
        return {"price_id": price.id, "agreed_steps": steps}

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class SubscriptionChangeKindBook(models.AbstractModel):
    """A component that is booked while the contract runs."""

    _name = "subscription.change.kind.book"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _check(self, change, day):
        component = change.component_id
        if not component or component.plan_id != change.contract_id.plan_id:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: choose a component of the plan %(plan)s.",
                    contract=change.contract_id.display_name,
                    plan=change.contract_id.plan_id.display_name,
                )
            )
        lines = self.env["subscription.contract.line"]
        draft = lines.new({**self._prepare_booked(change, day), "date_start": day})
        if not draft.price_id and not change.has_price_override:
            raise UserError(draft._get_missing_price_message())

    def _apply(self, change, day, today):
        change._book(change.component_id, day, self._prepare_booked(change, day), today)

    def _describe(self, change):
        quantity = change.quantity or change.component_id.default_quantity
        return False, f"{change.component_id.name}: {formatLang(self.env, quantity)}"

    def _prepare_booked(self, change, day):
        own = change.has_price_override
        return {
            "contract_id": change.contract_id.id,
            "component_id": change.component_id.id,
            "quantity": change.quantity or change.component_id.default_quantity,
            "has_price_override": own,
            "price_override": change.price_override if own else 0.0,
        }

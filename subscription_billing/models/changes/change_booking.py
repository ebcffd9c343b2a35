from odoo import models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class SubscriptionChange(models.Model):
    """Components that are booked and ended while the contract runs, and items that are
    charged once."""

    _inherit = "subscription.change"

    def _check_book(self, day):
        component = self.component_id
        if not component or component.plan_id != self.contract_id.plan_id:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: choose a component of the plan %(plan)s.",
                    contract=self.contract_id.display_name,
                    plan=self.contract_id.plan_id.display_name,
                )
            )
        lines = self.env["subscription.contract.line"]
        draft = lines.new({**self._prepare_booked(day), "date_start": day})
        if not draft.price_id and not self.has_price_override:
            raise UserError(draft._get_missing_price_message())

    _check_one_off = _check_book

    def _prepare_booked(self, day):
        own = self.has_price_override
        return {
            "contract_id": self.contract_id.id,
            "component_id": self.component_id.id,
            "quantity": self.quantity or self.component_id.default_quantity,
            "has_price_override": own,
            "price_override": self.price_override if own else 0.0,
        }

    def _apply_book(self, day, today):
        self._book(self.component_id, day, self._prepare_booked(day), today)

    _apply_one_off = _apply_book

    def _describe_book(self):
        quantity = self.quantity or self.component_id.default_quantity
        return False, f"{self.component_id.name}: {formatLang(self.env, quantity)}"

    _describe_one_off = _describe_book

    def _check_unbook(self, day):
        self._check_line(day)
        if self.line_id.component_id.is_required:
            raise UserError(
                self.env._(
                    "Contract %(contract)s: %(line)s is a required part of the plan. "
                    "Change the plan, or end the contract.",
                    contract=self.contract_id.display_name,
                    line=self.line_id.name,
                )
            )

    def _apply_unbook(self, day, today):
        self._end_line(self.line_id, day)

    def _describe_unbook(self):
        return self._describe_quantity()[0], False

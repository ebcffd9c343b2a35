from odoo import models
from odoo.tools import format_date

from ..private_context import get_private
from ..sentences import refusal


class SubscriptionContract(models.Model):
    """The way from contracts to a price change, and what it tells their customers."""

    _inherit = "subscription.contract"

    def action_change_prices(self):
        """A price change for these contracts, to be filled in."""
        if len(self.company_id) > 1:
            raise refusal(self.env)._(
                "Prices are changed company by company. Select contracts of one "
                "of them: %s.",
                ", ".join(self.company_id.mapped("name")),
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Prices"),
            "res_model": "subscription.price.change",
            "views": [(False, "form")],
            "context": {
                "default_company_id": self.company_id.id,
                "default_contract_ids": self.ids,
            },
        }

    def _get_price_change_facts(self):
        """For the e-mail template: day, reason and rows, in the language of ``env``.

        The change is the one in the context; a preview of the template takes the
        latest one of the contract.
        """
        self.ensure_one()
        rows = self.env["subscription.price.change.line"].sudo()
        change = get_private(self.env, "subscription_price_change")
        domain = [
            ("contract_id", "=", self.id),
            ("method", "in", ("follow", "replace")),
            *([("change_id", "=", change)] if change else []),
        ]
        rows = rows.search(domain, order="change_id desc, id")
        rows = rows.filtered(lambda row: row.change_id == rows[:1].change_id)
        day = min(rows.mapped("date_effective"), default=False)
        taxes = rows.line_id.product_id.taxes_id.filtered(
            lambda tax: tax.company_id == self.company_id
        )
        return {
            "day": format_date(self.env, day) if day else "",
            "reason": rows.change_id.reason or "",
            "has_cancellation_note": rows.change_id.has_cancellation_note,
            "is_net": not any(taxes.mapped("price_include")),
            "rows": [row._get_texts() for row in rows],
        }

from odoo import fields, models

from ..models.numbers import Amount


class SubscriptionMonthEndLine(models.TransientModel):
    _name = "subscription.month.end.line"
    _description = "Line of a Month-end List"

    month_end_id = fields.Many2one(
        "subscription.month.end", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="month_end_id.company_id.currency_id")
    name = fields.Char(required=True)
    number = fields.Integer("Count", readonly=True)
    amount = Amount()
    difference = Amount()
    is_due = fields.Boolean("To Do")
    res_model = fields.Char()
    res_ids = fields.Json()

    def action_open(self):
        """The records the line is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.res_model,
            "view_mode": "list,form",
            "domain": [("id", "in", self.res_ids or [])],
        }

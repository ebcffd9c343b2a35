from odoo import fields, models


class AccountMove(models.Model):
    """Why an invoice says what it says: its charges tell."""

    _inherit = "account.move"

    subscription_charge_count = fields.Integer(
        "Subscription Charges",
        compute="_compute_subscription_charge_count",
        compute_sudo=True,
        groups="base.group_user",
    )

    def _compute_subscription_charge_count(self):
        counts = dict(
            self.env["subscription.charge"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["__count"]
            )
        )
        for move in self:
            move.subscription_charge_count = counts.get(move._origin, 0)

    def action_view_subscription_charges(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_charge_action"
        )
        return {**action, "domain": [("move_id", "=", self.id)], "context": {}}

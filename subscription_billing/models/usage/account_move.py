from odoo import api, fields, models


class AccountMove(models.Model):
    """From an invoice to the usage it bills."""

    _inherit = "account.move"

    subscription_usage_charge_count = fields.Integer(
        "Usage Statements",
        compute="_compute_subscription_usage_charge_count",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends("line_ids.subscription_charge_ids.is_void")
    def _compute_subscription_usage_charge_count(self):
        for move in self:
            move.subscription_usage_charge_count = len(move._get_usage_charges())

    def _get_usage_charges(self):
        return self._get_charges().filtered(
            lambda charge: charge.usage_to and not charge.is_void
        )

    def action_view_usage_statements(self):
        """The charges of usage on the invoice, each with its statement."""
        self.ensure_one()
        charges = self._get_usage_charges().sudo(False)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_charge_action"
        )
        action["name"] = self.env._("Usage Statements")
        action["domain"] = [("id", "in", charges.ids)]
        action["context"] = {"create": False}
        if len(charges) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = charges.id
        return action

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    subscription_contract_count = fields.Integer(
        compute="_compute_subscription_contract_count",
        groups="subscription_billing.subscription_billing_group_user",
    )

    def _compute_subscription_contract_count(self):
        groups = self.env["subscription.contract"]._read_group(
            [("partner_id", "child_of", self.ids), ("state", "!=", "ended")],
            ["partner_id"],
            ["__count"],
        )
        self.subscription_contract_count = 0
        for partner, count in groups:
            while partner:
                if partner in self:
                    partner.subscription_contract_count += count
                partner = partner.parent_id

    def action_view_subscription_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_contract_action"
        )
        action["domain"] = [("partner_id", "child_of", self.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

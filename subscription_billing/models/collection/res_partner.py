from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    subscription_token_choice_ids = fields.One2many(
        "subscription.token.choice",
        "partner_id",
        "Charged By",
        groups="account.group_account_invoice",
        help="Payment methods of the customer in the order in which contracts are "
        "charged by them; empty = the newest first.",
    )
    subscription_mandate_ids = fields.One2many(
        "subscription.sepa.mandate",
        "commercial_partner_id",
        groups="account.group_account_invoice",
    )
    subscription_mandate_count = fields.Integer(
        compute="_compute_subscription_mandate_count",
        groups="account.group_account_invoice",
    )

    def _compute_subscription_mandate_count(self):
        for partner in self:
            family = partner.commercial_partner_id
            partner.subscription_mandate_count = len(family.subscription_mandate_ids)

    def action_view_subscription_mandates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "subscription_billing.subscription_sepa_mandate_action"
        )
        family = self.commercial_partner_id
        action["domain"] = [("commercial_partner_id", "=", family.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

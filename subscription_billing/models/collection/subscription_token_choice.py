from odoo import api, fields, models

from ..numbers import BigCount
from ..sentences import invalid


class SubscriptionTokenChoice(models.Model):
    """By which of its payment methods a contract, or else a customer, is charged: the
    first one, and in their order those that step in when it fails."""

    _name = "subscription.token.choice"
    _description = "Choice of a Payment Method"
    _order = "sequence, id"
    _rec_name = "token_id"

    sequence = BigCount(default=10)
    contract_id = fields.Many2one(
        "subscription.contract", index="btree_not_null", ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", ondelete="cascade"
    )
    token_id = fields.Many2one(
        "payment.token", "Payment Method", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="token_id.company_id")
    subscription_expiry_date = fields.Date(related="token_id.subscription_expiry_date")
    subscription_is_refused = fields.Boolean(related="token_id.subscription_is_refused")

    _owner = models.Constraint(
        "CHECK ((contract_id IS NULL) <> (partner_id IS NULL))",
        "A payment method is chosen for a contract or for a customer.",
    )

    @api.constrains("contract_id", "partner_id", "token_id")
    def _check_family(self):
        for choice in self:
            owner = choice.contract_id.commercial_partner_id or choice.partner_id
            family = choice.token_id.sudo().partner_id.commercial_partner_id
            if owner.commercial_partner_id != family:
                raise invalid(self.env)._(
                    "%(token)s belongs to %(owner)s. Choose one of %(customer)s.",
                    token=choice.token_id.display_name,
                    owner=family.display_name,
                    customer=owner.display_name,
                )

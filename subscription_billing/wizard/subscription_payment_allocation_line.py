from odoo import fields, models

from ..models.dunning.account_move import CLAIM_KINDS


class SubscriptionPaymentAllocationLine(models.TransientModel):
    """A part of a payment, and the claim it is set against: a journal item, or a fee or
    interest that is booked when it is paid."""

    _name = "subscription.payment.allocation.line"
    _inherit = ["subscription.dialog.mixin"]
    _description = "Claim a Payment Is Set Against"

    allocation_id = fields.Many2one(
        "subscription.payment.allocation", required=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one("account.move.line", "Item", readonly=True)
    step_id = fields.Many2one("subscription.dunning.step", "Letter", readonly=True)
    claim_kind = fields.Selection(CLAIM_KINDS, "Claim", readonly=True)
    date_maturity = fields.Date(
        related="move_line_id.date_maturity", related_sudo=False
    )
    currency_id = fields.Many2one(
        related="allocation_id.currency_id", related_sudo=False
    )
    amount = fields.Monetary(readonly=True)

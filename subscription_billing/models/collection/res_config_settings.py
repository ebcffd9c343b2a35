from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_collect_on = fields.Selection(
        related="company_id.subscription_collect_on", readonly=False
    )
    subscription_retry_days = fields.Char(
        related="company_id.subscription_retry_days", readonly=False
    )
    subscription_collect_minimum = fields.Monetary(
        related="company_id.subscription_collect_minimum",
        readonly=False,
    )
    subscription_expiry_notice_days = fields.Char(
        related="company_id.subscription_expiry_notice_days", readonly=False
    )
    subscription_expired_policy = fields.Selection(
        related="company_id.subscription_expired_policy", readonly=False
    )
    subscription_return_fee_account_id = fields.Many2one(
        related="company_id.subscription_return_fee_account_id", readonly=False
    )
    subscription_creditor_identifier = fields.Char(
        related="company_id.subscription_creditor_identifier", readonly=False
    )
    subscription_announcement_days = fields.Integer(
        related="company_id.subscription_announcement_days", readonly=False
    )
    subscription_debit_uses_first = fields.Boolean(
        related="company_id.subscription_debit_uses_first", readonly=False
    )

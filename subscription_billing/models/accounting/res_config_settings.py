from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_deferral_policy = fields.Selection(
        related="company_id.subscription_deferral_policy", readonly=False
    )
    subscription_deferral_method = fields.Selection(
        related="company_id.subscription_deferral_method",
        readonly=False,
        required=True,
    )
    subscription_deferral_since = fields.Date(
        related="company_id.subscription_deferral_since", readonly=False
    )
    subscription_deferral_account_id = fields.Many2one(
        related="company_id.subscription_deferral_account_id", readonly=False
    )
    subscription_deferral_journal_id = fields.Many2one(
        related="company_id.subscription_deferral_journal_id", readonly=False
    )
    subscription_deferral_is_automatic = fields.Boolean(
        related="company_id.subscription_deferral_is_automatic", readonly=False
    )

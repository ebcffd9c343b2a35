from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_dunning_policy_id = fields.Many2one(
        related="company_id.subscription_dunning_policy_id", readonly=False
    )
    subscription_dunning_is_automatic = fields.Boolean(
        related="company_id.subscription_dunning_is_automatic", readonly=False
    )
    subscription_dunning_journal_id = fields.Many2one(
        related="company_id.subscription_dunning_journal_id", readonly=False
    )
    subscription_dunning_fee_account_id = fields.Many2one(
        related="company_id.subscription_dunning_fee_account_id", readonly=False
    )
    subscription_interest_account_id = fields.Many2one(
        related="company_id.subscription_interest_account_id", readonly=False
    )
    subscription_bad_debt_account_id = fields.Many2one(
        related="company_id.subscription_bad_debt_account_id", readonly=False
    )

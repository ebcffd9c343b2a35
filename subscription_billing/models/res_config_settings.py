from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_invoice_policy = fields.Selection(
        related="company_id.subscription_invoice_policy", readonly=False
    )
    subscription_billing_group = fields.Selection(
        related="company_id.subscription_billing_group", readonly=False
    )
    subscription_open_periods = fields.Selection(
        related="company_id.subscription_open_periods", readonly=False
    )
    subscription_journal_id = fields.Many2one(
        related="company_id.subscription_journal_id", readonly=False
    )
    subscription_shows_zero_usage = fields.Boolean(
        related="company_id.subscription_shows_zero_usage", readonly=False
    )
    subscription_responsible_id = fields.Many2one(
        related="company_id.subscription_responsible_id", readonly=False
    )

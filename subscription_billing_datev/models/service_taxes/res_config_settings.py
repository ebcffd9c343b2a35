from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_tax_check = fields.Selection(
        related="company_id.subscription_tax_check", readonly=False
    )

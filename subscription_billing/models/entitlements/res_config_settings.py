from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_block_days = fields.Integer(
        related="company_id.subscription_block_days", readonly=False
    )

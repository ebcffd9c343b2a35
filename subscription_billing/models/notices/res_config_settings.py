from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    subscription_trial_reminder_days = fields.Integer(
        related="company_id.subscription_trial_reminder_days", readonly=False
    )
    subscription_renewal_reminder_days = fields.Integer(
        related="company_id.subscription_renewal_reminder_days", readonly=False
    )

    def action_open_subscription_notices(self):
        return self.env["subscription.notice"].action_open()

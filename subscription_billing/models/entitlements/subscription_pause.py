from odoo import models


class SubscriptionPause(models.Model):
    _inherit = "subscription.pause"

    def _covers(self, day):
        self.ensure_one()
        return self.date_start <= day <= self._get_end()

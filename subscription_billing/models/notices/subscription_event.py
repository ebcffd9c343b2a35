from odoo import fields, models

from .subscription_notice import NOTICES


class SubscriptionEvent(models.Model):
    """E-mails in the log, to be found by what they were about."""

    _inherit = "subscription.event"

    notice_code = fields.Selection(NOTICES, "Told")

    _notice = models.Index(
        "(contract_id, notice_code, date_effective) WHERE notice_code IS NOT NULL"
    )

from odoo import api, fields, models

END_METHODS = [
    ("regular", "By term and notice"),
    ("extraordinary", "Extraordinary, on a date"),
    ("withdrawal", "Withdrawal by a consumer"),
    ("annulment", "Annulment: as if it never was"),
]
WITHDRAWAL_DAYS = 14  # § 355 II BGB
SATURDAY = 5


class SubscriptionContract(models.Model):
    """How and why a contract ends (C5)."""

    _inherit = "subscription.contract"

    end_method = fields.Selection(
        END_METHODS, "Ended By", readonly=True, copy=False, tracking=True
    )
    end_reason_id = fields.Many2one(
        "subscription.end.reason",
        readonly=True,
        copy=False,
        tracking=True,
        index="btree_not_null",
    )
    end_note = fields.Char(readonly=True, copy=False)
    cancelled_at = fields.Datetime(
        "Notice Received At", readonly=True, copy=False, help="In UTC."
    )
    is_annulled = fields.Boolean(
        readonly=True,
        copy=False,
        help="Everything that was billed is given back, nothing is billed any more.",
    )
    date_concluded = fields.Date(
        "Concluded On",
        copy=False,
        help="Day of the order; empty = the day it was activated.",
    )
    date_withdrawal_until = fields.Date(
        "Withdrawal Until",
        compute="_compute_date_withdrawal_until",
        help="Last day on which a consumer may withdraw (§ 355 BGB).",
    )
    is_early_start_requested = fields.Boolean(
        "Early Start Requested",
        help="The consumer asked expressly that the service begins before the end of "
        "the period of withdrawal, and pays for the days until a withdrawal "
        "(§ 357a II BGB).",
    )

    @api.depends("date_concluded", "partner_id.commercial_partner_id.is_company")
    def _compute_date_withdrawal_until(self):
        for contract in self:
            contract.date_withdrawal_until = contract._get_withdrawal_until()

    def _get_withdrawal_until(self):
        """The day of the conclusion does not count (§ 187 I BGB); a period that ends
        on a weekend ends on the Monday after it (§ 193 BGB). False for businesses."""
        self.ensure_one()
        if not self.date_concluded or self.partner_id.commercial_partner_id.is_company:
            return False
        day = fields.Date.add(self.date_concluded, days=WITHDRAWAL_DAYS)
        weekend = 7 - day.weekday() if day.weekday() >= SATURDAY else 0
        return fields.Date.add(day, days=weekend)

    def action_activate(self):
        result = super().action_activate()
        for contract in self.filtered(lambda it: not it.date_concluded):
            contract._get_applying().date_concluded = contract._get_today()
        return result

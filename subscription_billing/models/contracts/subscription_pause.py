from odoo import api, fields, models

from ..dates import Day, as_stop
from ..sentences import invalid


class SubscriptionPause(models.Model):
    """Days on which a contract rests: what was paid ahead is given back, fees are
    skipped, the anchor stays (C4)."""

    _name = "subscription.pause"
    _description = "Subscription Pause"
    _order = "date_start, id"
    _rec_name = "contract_id"

    contract_id = fields.Many2one(
        "subscription.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    date_start = Day("From", required=True)
    date_end = Day("To", help="Last day, inclusive; empty = until resumed.")
    is_term_extended = fields.Boolean(
        "Extends the Term", help="The term ends as many days later as the pause lasts."
    )

    state = fields.Selection(
        [("planned", "Planned"), ("running", "Running"), ("over", "Over")],
        default="planned",
        required=True,
        readonly=True,
    )

    @api.constrains("date_start", "date_end", "contract_id")
    def _check_days(self):
        for pause in self:
            if pause.date_end and pause.date_end < fields.Date.subtract(
                pause.date_start, days=1
            ):
                raise invalid(self.env)._(
                    "Contract %(contract)s: the pause ends on %(end)s, before it "
                    "begins on %(start)s.",
                    contract=pause.contract_id.display_name,
                    end=pause.date_end,
                    start=pause.date_start,
                )
            other = (pause.contract_id.pause_ids - pause).filtered(pause._overlaps)
            if other:
                raise invalid(self.env)._(
                    "Contract %(contract)s is paused from %(start)s on already "
                    "(until %(end)s). Choose days outside of that.",
                    contract=pause.contract_id.display_name,
                    start=other[0].date_start,
                    end=other[0].date_end or "…",
                )

    def _overlaps(self, other):
        ends = self._get_end(), other._get_end()
        return self.date_start <= ends[1] and other.date_start <= ends[0]

    def _get_days(self):
        """How many days it takes, 0 as long as its end is open."""
        self.ensure_one()
        return (as_stop(self.date_end) - self.date_start).days if self.date_end else 0

    def _is_ahead(self, day):
        """Whether it is on, or to come; one that was taken back has no day."""
        return self._get_end() >= max(self.date_start, day)

    def _get_end(self):
        return self.date_end or fields.Date.to_date("9999-12-31")

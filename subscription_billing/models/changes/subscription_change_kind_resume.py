from odoo import models
from odoo.tools import format_date

from ..dates import as_last
from ..sentences import refusal


class SubscriptionChangeKindResume(models.AbstractModel):
    """The end of a pause."""

    _name = "subscription.change.kind.resume"
    _inherit = "subscription.change.kind"
    _description = "Kind of Change"

    def _is_offered(self, contract):
        today = contract._get_today()
        return any(pause._is_ahead(today) for pause in contract.pause_ids)

    def _check(self, change, day):
        """The pause that is on, or was to begin before the day."""
        pauses = change.contract_id.pause_ids.filtered(
            lambda pause: pause.date_start <= day <= pause._get_end()
        )
        if not pauses:
            raise refusal(self.env)._(
                "Contract %(contract)s is not paused on %(day)s.",
                contract=change.contract_id.display_name,
                day=day,
            )
        change.pause_id = pauses[-1]

    def _apply(self, change, day, today):
        """The pause ends the day before; on its first day it never was."""
        change.date_until = change.pause_id.date_end
        self._end_pause(change, as_last(day))

    def _take_back(self, change):
        self._end_pause(change, change.date_until)

    def _end_pause(self, change, last):
        before = change.contract_id._get_extensions()
        change.pause_id.date_end = last
        change.contract_id._move_end(before)

    def _describe(self, change):
        pause = change.pause_id
        end = format_date(self.env, pause.date_end) if pause.date_end else "…"
        return f"{format_date(self.env, pause.date_start)} – {end}", False

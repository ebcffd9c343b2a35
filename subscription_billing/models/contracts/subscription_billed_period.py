from odoo import models

from ..catalogue.subscription_recurrence_mixin import as_stop


class SubscriptionContractLine(models.Model):
    """A line costs nothing before the paid part of its contract."""

    _inherit = "subscription.contract.line"

    def _get_billed_period(self):
        """First and stop day of what may be billed of this line, half-open; the stop
        is None for an open end. Stop = start: nothing at all."""
        self.ensure_one()
        contract, stop = self.contract_id, self._as_stop()
        since = as_stop(contract.date_billed_until)
        start = max(self.date_start, contract._get_first_billed_day(self))
        if since and start < since:
            if not self._is_recurring():
                return start, start
            start = since
        return start, stop and max(stop, start)

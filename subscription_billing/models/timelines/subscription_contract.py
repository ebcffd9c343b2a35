from datetime import date

from odoo import models

from ...engine.money import Rounding, to_decimal
from ...engine.timeline import ALL_ITEMS, FEES, Phase, PhaseKind, Timeline
from ..dates import as_stop


class SubscriptionContract(models.Model):
    """A contract as values of the engine: its lines, and the phases of its life."""

    _inherit = "subscription.contract"

    def _as_timeline(self):
        """What is booked, and when it is paid for, as the engine's value."""
        self.ensure_one()
        return Timeline(
            items=tuple(line._as_item() for line in self.line_ids),
            phases=tuple(self._get_phases()),
            zone=self.tz or "UTC",
        )

    def _get_phases(self):
        """Stretches of the contract's life that cost nothing here (C3, C4)."""
        self.ensure_one()
        if self.is_annulled:
            yield Phase(date.min, is_billed=False, kind=PhaseKind.ANNULLED)
        paid_start = self._get_paid_start()
        if paid_start > self.date_start:
            free = FEES if self.is_trial_usage_billed else ALL_ITEMS
            yield Phase(date.min, paid_start, False, PhaseKind.TRIAL, free)
        if self.date_billed_until:
            settled = as_stop(self.date_billed_until)
            yield Phase(date.min, settled, False, PhaseKind.SETTLED)
        for pause in self.pause_ids:
            stop = as_stop(pause.date_end)
            yield Phase(pause.date_start, stop, False, PhaseKind.PAUSED)

    def _as_rounding(self):
        """Rounding to the currency's step (M1)."""
        return Rounding(to_decimal(self.currency_id.rounding))

    def _as_billing_recurrence(self):
        """Billing periods as they are now, the last one cut at the end of the contract
        (T6)."""
        self.ensure_one()
        start, stop = self._get_paid_start(), self._as_stop()
        return self._as_recurrence(
            self._as_billing_interval(),
            start,
            self.date_anchor or None,
            stop and max(stop, start),
        )

    def _as_stop(self):
        """First day the contract no longer covers, or None."""
        self.ensure_one()
        return as_stop(self._get_last_day())

    def _get_last_day(self):
        """Last day of the contract as things stand, False for an open end."""
        self.ensure_one()
        ends = [self.date_end, self._is_waiting() and self.date_trial_end]
        return min(filter(None, ends), default=False)

    def _is_waiting(self):
        """In a trial that only a decision turns into a paid contract (C3)."""
        self.ensure_one()
        return self.state == "trial" and self.trial_end_policy == "wait"

    def _get_paid_start(self):
        """First day after the trial: periods and terms are counted from it (C3)."""
        self.ensure_one()
        return as_stop(self.date_trial_end) or self.date_start

    def _get_first_billed_day(self, line):
        """First day a line may cost something, apart from what was billed elsewhere."""
        if line.kind == "metered" and self.is_trial_usage_billed:
            return self.date_start
        return self._get_paid_start()

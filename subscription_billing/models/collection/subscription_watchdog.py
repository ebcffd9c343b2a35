from datetime import timedelta

from odoo import models


class SubscriptionWatchdog(models.AbstractModel):
    """What must never happen to money (X7)."""

    _inherit = "subscription.watchdog"

    def _check_books(self, companies):
        return [
            *super()._check_books(companies),
            *self._check_stuck_attempts(companies),
            *self._check_unbooked(companies),
        ]

    def _check_stuck_attempts(self, companies):
        """Attempts whose process has died and that no run has taken up since."""
        since = self.env.cr.now() - timedelta(hours=6)
        stuck = (
            self.env["subscription.collection.attempt"]
            .sudo()
            .search(
                [
                    ("company_id", "in", companies.ids),
                    ("state", "=", "running"),
                    ("write_date", "<", since),
                ]
            )
        )
        for attempt in stuck:
            yield self.env._("%s is stuck: it is still running.", attempt.display_name)

    def _check_unbooked(self, companies):
        """Odoo gives up booking a payment after four days, and says nothing."""
        since = self.env.cr.now() - timedelta(hours=6)
        unbooked = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("company_id", "in", companies.ids),
                    ("state", "=", "done"),
                    ("is_post_processed", "=", False),
                    ("last_state_change", "<", since),
                ]
            )
        )
        for transaction in unbooked:
            yield self.env._("%s was paid and is not booked.", transaction.reference)

from unittest.mock import patch

from .usage_common import UsageCommon


class ThresholdCommon(UsageCommon):
    """Verbs for stories about usage that is billed early."""

    def setUp(self):
        super().setUp()
        commit = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
        )
        commit.start()
        self.addCleanup(commit.stop)

    def exceed(self, on, company=None):
        """Bill what exceeds its threshold on the day ``on``; returns the run."""
        runs = self.env["subscription.billing.run"].sudo()
        return runs._bill_thresholds(self.day(on), company or self.company)

    def amounts(self, contract, component=None):
        return [
            (row.kind, str(row.date_start), str(row.date_end), row.amount)
            for row in self.usage_charges(contract, component)
        ]

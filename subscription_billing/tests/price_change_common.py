from unittest.mock import patch

from .common import SubscriptionCommon


class PriceChangeCommon(SubscriptionCommon):
    """Verbs for stories about price changes. Today is 2024-05-01 unless said."""

    def setUp(self):
        super().setUp()
        self.today("2024-05-01")

    def today(self, text):
        """What the one method that reads the clock answers from now on."""
        runs = type(self.env["subscription.billing.run"])
        patcher = patch.object(runs, "_get_billing_date", return_value=self.day(text))
        patcher.start()
        self.addCleanup(patcher.stop)

    def change(self, on, **vals):
        """A previewed price change from ``on`` (ISO) for all, 10 % by default."""
        vals.setdefault("starts", "date")
        vals.setdefault("mode", "percent")
        if vals["mode"] == "percent":
            vals.setdefault("percent", 10)
        change = self.env["subscription.price.change"].create({"date": on, **vals})
        change.action_preview()
        return change

    def apply(self, on, **vals):
        change = self.change(on, **vals)
        self.assertFalse(change.action_apply(), "the preview was renewed")
        return change

    def assertRows(self, change, *expected):
        """Rows as (contract line, what happens, old amount, new amount)."""
        rows = change.line_ids.sorted(lambda row: row.line_id.id)
        actual = [
            (row.line_id, row.method, row.amount_old, row.amount_new) for row in rows
        ]
        self.assertEqual(actual, list(expected))

    def snapshot(self, contracts):
        """Everything a price change may touch, as plain values."""
        self.env.flush_all()
        self.env.invalidate_all()
        names = ("date_start", "date_end", "price_id", "price_override", "quantity")
        return [
            (
                contract.amount_monthly,
                contract.date_next_billing,
                contract.line_ids.read([*names, "is_upcoming", "predecessor_id"]),
            )
            for contract in contracts
        ]

from .common import SubscriptionCommon


class DiscountCommon(SubscriptionCommon):
    """Verbs for stories about discounts and bonuses."""

    @classmethod
    def _discount(cls, name="Welcome", **vals):
        """Ten percent off the first billing period, unless ``vals`` say otherwise."""
        terms = {"kind": "percent", "percent": 10.0, "duration": "once"}
        if "amount" in vals:
            terms["kind"] = "amount"
        return cls.env["subscription.discount"].create({"name": name, **terms, **vals})

    @classmethod
    def _bonus(cls, kind, name="Bonus", **vals):
        return cls.env["subscription.bonus"].create(
            {"name": name, "plan_id": cls.plan.id, "kind": kind, **vals}
        )

    def redeem(self, contract, discount, on="2024-01-01", date_from=None):
        """Redeem on the day ``on`` (ISO), counted from ``date_from``."""
        start = date_from and self.day(date_from)
        return contract._redeem(discount, self.day(on), start)

    def assertAmounts(self, contract, *expected):
        """Live charges in their order: (from, before discounts, after)."""
        charges = contract.charge_ids.filtered(lambda charge: not charge.is_void)
        rows = charges.sorted(lambda row: (row.date_start, row.line_id.id, row.id))
        actual = [(str(row.date_start), row.amount_list, row.amount) for row in rows]
        self.assertEqual(actual, list(expected))

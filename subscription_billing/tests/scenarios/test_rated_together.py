from odoo.fields import Command
from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "usage")
class TestRatedTogether(UsageCommon, DiscountCommon):
    """Lines that share a price share the work, and nothing else: each contract of a
    run is billed as if it were alone (C6, M6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.european = cls._metered("eu", "European calls", cls.calls)
        cls.european.filter_ids = [
            Command.create({"property": "region", "values": "eu"})
        ]
        cls._price(cls.european, 0.001, model="per_unit")

    def plan_all(self, contracts):
        """12,000 European calls each, rated together: amounts of January by code.

        Planned and not billed: a run whose batch fails would bill them one by one.
        """
        for contract in contracts:
            self.use(contract, ("2026-01-10 12:00:00", 12000, {"region": "eu"}))
        components = {
            line.id: line.component_id.code
            for line in contracts.line_ids
            if line.kind == "metered"
        }
        return [
            {
                components[charge.item_key]: float(charge.amount)
                for charge in due.charges
                if charge.item_key in components
            }
            for due in self.plan_for(contracts, "2026-02-01").values()
        ]

    def test_contracts_of_one_run_keep_their_own_terms(self):
        """1,000 free, 9,000 at 0.01, the rest at 0.005; or what was agreed."""
        plain = self.metered()
        agreed = self.metered()
        agreed.line_ids.filtered(lambda it: it.component_id == self.api).unlink()
        agreed.line_ids = [
            Command.create(
                {
                    "component_id": self.api.id,
                    "date_start": "2026-01-01",
                    "has_price_override": True,
                    "price_override": 0.02,
                }
            )
        ]
        split = self.metered(components=[self.api, self.european])
        self._bonus("nth_unit", component_id=self.api.id, every=2)
        loyal = self.metered()
        self.assertEqual(
            self.plan_all(plain + agreed + split + loyal + self.metered()),
            [
                {"api": 100.0},
                {"api": 220.0},
                {"api": 0.0, "eu": 12.0},
                {"api": 55.0},
                {"api": 55.0},
            ],
        )

    def test_price_sold_later_is_not_that_of_older_contracts(self):
        """C6: the same component, another version of its price."""
        old = self.metered()
        self._price(self.api, 0.001, model="per_unit", date_start="2026-01-01")
        self.assertEqual(
            self.plan_all(old + self.metered()), [{"api": 100.0}, {"api": 12.0}]
        )

    def test_each_contract_has_its_own_share_of_a_period(self):
        """M3: 15 of 31 days have 483.87 calls free, whoever else is billed."""
        whole = self.metered()
        part = self.metered(date_end="2026-01-15")
        self.assertEqual(
            self.plan_all(whole + part + self.metered()),
            [{"api": 100.0}, {"api": 102.58}, {"api": 100.0}],
        )

    def test_usage_of_many_contracts_needs_no_query_more(self):
        """One query per kind of aggregation, however many contracts there are."""
        many = self.env["subscription.contract"].union(
            *(self.metered() for _each in range(12))
        )
        for contract in many:
            self.use(contract, ("2026-01-10 12:00:00", 12000))
        until = self.day("2026-02-01")
        counts = []
        for contracts in (many[:2], many):
            due = self.env["subscription.planning"]._plan_due(contracts, until)
            contracts.line_ids.mapped("price_id.tier_ids")
            before = self.env.cr.sql_log_count
            self.env["subscription.rating"]._rate_plans(due)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

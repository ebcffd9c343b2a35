from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..usage_common import UsageCommon

FEW, MANY = 3, 12


@tagged("post_install", "-at_install")
class TestQueryCounts(UsageCommon, DiscountCommon):
    """X5: planning reads for a whole batch. More contracts are not more queries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._bonus("loyalty", reward="percent", percent=5.0, month_start=1)
        cls._bonus("carry_over", component_id=cls.api.id, quantity_maximum=500.0)
        cls.offers = (
            cls._discount(duration="forever", amount_minimum=1.0),
            cls._discount("Voucher", amount=5.0, duration="forever"),
        )

    def billed(self, count):
        """Discounted contracts of as many customers, with usage and late usage."""
        contracts = self.env["subscription.contract"]
        for number in range(count):
            customer = self._customer(f"Customer {number}")
            contract = self.metered("2024-01-01", partner_id=customer.id)
            for offer in self.offers:
                self.redeem(contract, offer)
            self.use(contract, ("2024-01-05 10:00:00", 2000))
            contracts += contract
        self.bill("2024-03-01", contracts)
        for contract in contracts:
            self.use(contract, ("2024-01-06 10:00:00", 2000))
        return contracts

    def count(self, contracts, function):
        """Queries of a call that finds nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(contracts)
        return self.env.cr.sql_log_count - before

    def assertSteady(self, function):
        few, many = self.billed(FEW), self.billed(MANY)
        self.count(few, function)  # fills what is cached for good
        self.assertLessEqual(self.count(many, function), self.count(few, function) + 1)

    def test_planning(self):
        until = self.day("2024-04-01")
        self.assertSteady(
            lambda contracts: self.env["subscription.planning"]._plan(contracts, until)
        )

    def test_looking_what_is_due_next(self):
        self.assertSteady(lambda contracts: contracts._refresh_next_billing())

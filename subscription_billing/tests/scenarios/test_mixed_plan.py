from odoo.tests import tagged

from ..discount_common import DiscountCommon
from ..usage_intake_common import UsageIntakeCommon

# First of the month -> total, computed by hand; see the methods below.
TOTALS = {
    "2025-01-01": 79.20,
    "2025-02-01": 115.20,
    "2025-03-01": 295.20,
    "2025-04-01": 128.50,
    **{f"2025-{month:02}-01": 128.00 for month in range(5, 13)},
    "2026-01-01": 123.60,
    "2026-02-01": 121.60,
}


@tagged("post_install", "-at_install", "billing", "usage")
class TestMixedPlan(UsageIntakeCommon, DiscountCommon):
    """A plan of everything, billed monthly for 14 months and ended early.

    Fees of a month: base 30.00, 12 users 10 x 5.00 + 2 x 4.00 = 58.00.
    Usage of a month: 12,000 calls, 10,000 of them free, 2,000 x 0.01 = 20.00; 100 GB
    x 0.20 = 20.00; 7.5 hours of support in February, 2 free, two packages = 200.00;
    in March payments of 500 (free), 10 (at least 1.00) and 200 (2 % = 4.00).
    A coupon takes 10 % off three months, loyalty 5 % after twelve.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls._component("users", "Users", kind="quantity", is_required=False)
        cls._price(
            cls.users, 0.0, model="graduated", tier_ids=cls._tiers((10, 5), (0, 4))
        )
        cls.api_price.write(
            {
                "free_quantity": 10_000,
                "tier_ids": [(5, 0, 0), *cls._tiers((40_000, 0.01), (0, 0.005))],
            }
        )
        cls.storage = cls._sell("storage", "weighted", {"is_carry_over": True}, 0.2)
        cls.support = cls._sell(
            "support",
            "sum",
            {"unit_name": "h"},
            100.0,
            model="package",
            package_size=5,
            free_quantity=2,
        )
        cls.payments = cls._sell(
            "payments",
            "sum",
            {},
            0.0,
            model="percentage",
            percent=2.0,
            event_minimum=1.0,
            free_events=1,
        )
        cls._bonus("loyalty", "Loyal", percent=5.0, month_start=12)
        cls.coupon = cls._discount(duration="periods", period_count=3, code="HELLO")

    @classmethod
    def _sell(cls, code, aggregation, meter, amount, model="per_unit", **price):
        component = cls._metered(
            code, code.capitalize(), cls._meter(code, aggregation, **meter)
        )
        cls._price(component, amount, model=model, **price)
        return component

    def setUp(self):
        super().setUp()
        components = (self.api, self.storage, self.support, self.payments)
        booked = {self.users: 12.0, **dict.fromkeys(components, 1.0)}
        self.contract = self.subscribe("2025-01-01", quantities=booked, tz="UTC")
        self.redeem(self.contract, self.coupon, on="2025-01-01")
        self.consume(self.storage, ("2025-01-01 00:00:00", 100))
        months = [day[:7] for day in TOTALS]
        self.consume(self.api, *((f"{month}-10 12:00:00", 12_000) for month in months))
        self.consume(
            self.support, ("2025-02-03 09:00:00", 1.5), ("2025-02-04 09:00:00", 6)
        )
        days = (("05", 500), ("06", 10), ("07", 200))
        payments = ((f"2025-03-{day} 10:00:00", amount) for day, amount in days)
        self.consume(self.payments, *payments)

    def consume(self, component, *events):
        self.use(self.contract, *events, meter=component.meter_id, zone="UTC")

    def invoiced(self):
        """Day -> net total of all documents, credit notes negative."""
        totals = {}
        for move in self.contract.charge_ids.move_id:
            day = str(move.invoice_date)
            totals[day] = round(totals.get(day, 0.0) + move.amount_untaxed_signed, 2)
        return totals

    def bill_all(self):
        for day in TOTALS:
            self.bill(day, self.contract)

    def live(self, component, start):
        return self.contract.charge_ids.filtered(
            lambda row: row.component_id == component and str(row.date_start) == start
        )

    def test_fourteen_months(self):
        self.bill_all()
        self.assertEqual(self.invoiced(), TOTALS)
        self.assertHealthy()

    def test_each_part_has_its_amount(self):
        """(component, month, before discounts, after)"""
        self.bill_all()
        for component, start, before, after in (
            (self.base, "2025-03-01", 30.0, 27.0),
            (self.base, "2025-04-01", 30.0, 30.0),
            (self.base, "2026-01-01", 30.0, 28.5),
            (self.users, "2025-01-01", 58.0, 52.2),
            (self.users, "2026-02-01", 58.0, 55.1),
            (self.api, "2025-01-01", 20.0, 18.0),
            (self.api, "2025-12-01", 20.0, 20.0),
            (self.api, "2026-01-01", 20.0, 19.0),
            (self.storage, "2025-06-01", 20.0, 20.0),
            (self.support, "2025-01-01", 0.0, 0.0),
            (self.support, "2025-02-01", 200.0, 180.0),
            (self.payments, "2025-03-01", 5.0, 4.5),
            (self.payments, "2025-04-01", 0.0, 0.0),
        ):
            with self.subTest(component=component.name, start=start):
                charge = self.live(component, start)
                self.assertEqual((charge.amount_list, charge.amount), (before, after))

    def test_m4_invoice_lines_show_the_arithmetic(self):
        self.bill_all()
        for component, start, rows in (
            (self.users, "2025-05-01", ("10 × 5.00 = 50.00", "2 × 4.00 = 8.00")),
            (self.api, "2025-05-01", ("10,000 calls free", "2,000 calls × 0.01")),
            (self.support, "2025-02-01", ("2 h free", "2 packages × 100.00")),
            (self.support, "2025-02-01", ("Welcome 10 %: -20.00",)),
            (self.payments, "2025-03-01", ("500 free", "210.00 × 2 % = 4.20")),
            (self.api, "2026-01-01", ("Loyal 5 %: -1.00",)),
        ):
            text = self.live(component, start).move_line_id.name
            for row in rows:
                with self.subTest(component=component.name, row=row):
                    self.assertIn(row, text)

    def test_m4_plain_units_are_the_columns_of_the_line(self):
        self.bill_all()
        line = self.live(self.storage, "2025-05-01").move_line_id
        self.assertEqual((line.quantity, line.price_unit), (100.0, 0.2))

    def test_m6_slices_add_up_on_every_charge(self):
        self.bill_all()
        charges = self.contract.charge_ids
        self.assertEqual(len(charges), 2 * 14 + 4 * 13)
        self.assertSlicesAddUp(charges)

    def test_t7_all_months_in_one_late_run_cost_the_same(self):
        self.bill("2026-02-01", self.contract)
        total = round(sum(self.contract.charge_ids.mapped("amount")), 2)
        self.assertEqual(total, round(sum(TOTALS.values()), 2))
        self.assertHealthy()

    def test_m3_an_early_end_credits_fees_and_bills_usage(self):
        """14 of 28 days: half of 28.50 and of 55.10 goes back (41.80); 5,000 calls are
        free, 7,000 x 0.01 less 5 % = 66.50; 100 GB for half the month less 5 % = 9.50.
        """
        self.bill_all()
        self.contract._set_end(self.day("2026-02-14"), "moved")
        self.bill("2026-02-15", self.contract)
        self.assertEqual(self.live(self.api, "2026-02-01").amount, 66.5)
        self.assertEqual(self.live(self.storage, "2026-02-01").amount, 9.5)
        credits_ = self.contract.charge_ids.filtered(lambda row: row.kind == "credit")
        self.assertEqual(sorted(credits_.mapped("amount")), [-27.55, -14.25])
        self.assertEqual(self.invoiced()["2026-02-15"], 34.2)
        before = self.contract.charge_ids
        self.bill("2026-06-01", self.contract)
        self.assertEqual(self.contract.charge_ids, before)
        self.assertHealthy()

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..usage_common import UsageCommon


@tagged("post_install", "-at_install", "usage")
class TestMeterKinds(UsageCommon):
    """Meters and prices of every kind, from events to invoices (M6)."""

    def sell(self, meter, price, on="2026-01-01", **vals):
        """A running contract with one component that prices the meter."""
        self.part = self._metered(meter.code, meter.name, meter)
        self._price(self.part, **{"amount": 0.0, **price})
        return self.metered(on, [self.part], **vals)

    def billed(self, contract, until):
        self.bill(until, contract)
        charges = self.usage_charges(contract, self.part)
        self.assertSlicesAddUp(charges)
        return [(row.quantity, row.amount) for row in charges.sorted("date_start")]

    def test_storage_lives_on_into_the_next_period(self):
        """Weighted by time: 100 GB from the middle of January, all of February."""
        storage = self._meter(
            "storage", "weighted", is_carry_over=True, allow_negative=True
        )
        contract = self.sell(storage, {"model": "per_unit", "amount": 0.31}, tz="UTC")
        self.use(contract, ("2026-01-16 12:00:00", 100), meter=storage, zone="UTC")
        # 15.5 of 31 days.
        self.assertEqual(
            self.billed(contract, "2026-03-01"), [(50.0, 15.5), (100.0, 31.0)]
        )
        self.use(contract, ("2026-03-16 12:00:00", -100), meter=storage, zone="UTC")
        self.assertEqual(self.billed(contract, "2026-04-01")[-1], (50.0, 15.5))

    def test_late_change_of_a_level_reaches_all_periods_after_it(self):
        """X4: where values live on, an event changes every period since."""
        storage = self._meter("storage", "weighted", is_carry_over=True)
        contract = self.sell(storage, {"model": "per_unit", "amount": 1.0}, tz="UTC")
        self.billed(contract, "2026-03-01")
        self.use(contract, ("2026-01-01 00:00:00", 10), meter=storage, zone="UTC")
        self.bill("2026-04-01", contract)
        rows = self.usage_charges(contract, self.part).filtered("amount")
        self.assertEqual(
            sorted((str(row.date_start), row.kind, row.amount) for row in rows),
            [
                ("2026-01-01", "late", 10.0),
                ("2026-02-01", "late", 10.0),
                ("2026-03-01", "fee", 10.0),
            ],
        )
        self.assertHealthy()

    def test_regions_are_priced_apart(self):
        """Several dimensions of a meter; the rest goes to the one without filter."""
        eu = self._metered(
            "api-eu",
            "EU calls",
            self.calls,
            filter_ids=[(0, 0, {"property": "region", "values": "eu, uk"})],
        )
        self._price(eu, 0.5, model="per_unit")
        contract = self.metered(components=[self.api, eu])
        self.use(
            contract,
            ("2026-01-05 10:00:00", 10, {"region": "eu"}),
            ("2026-01-05 10:00:00", 20, {"region": "uk"}),
            ("2026-01-05 10:00:00", 2000, {"region": "us"}),
            ("2026-01-05 10:00:00", 1000),
        )
        self.bill("2026-02-01", contract)
        self.assertEqual(self.usage_charges(contract, eu).amount, 15.0)
        self.assertEqual(self.usage_charges(contract).amount, 20.0)
        self.assertFalse(
            self.env["subscription.usage"].search(
                [("contract_id", "=", contract.id), ("charge_id", "=", False)]
            )
        )

    def test_two_lines_must_not_count_the_same_events(self):
        other = self._metered("api-2", "More calls", self.calls)
        with self.assertRaisesRegex(ValidationError, "count the same events"):
            self.metered(components=[self.api, other])

    def test_support_hours_by_package(self):
        hours = self._meter("hours", unit_name="h")
        contract = self.sell(
            hours,
            {
                "model": "package",
                "amount": 100.0,
                "package_size": 5,
                "free_quantity": 2,
            },
        )
        self.use(
            contract,
            ("2026-01-05 10:00:00", 1.5),
            ("2026-01-06 10:00:00", 6),
            meter=hours,
        )
        self.assertEqual(self.billed(contract, "2026-02-01"), [(7.5, 200.0)])

    def test_payment_volume_by_percent_of_each_payment(self):
        volume = self._meter("volume")
        contract = self.sell(
            volume,
            {
                "model": "percentage",
                "percent": 2.0,
                "event_minimum": 1.0,
                "free_events": 1,
            },
        )
        self.use(
            contract,
            ("2026-01-05 10:00:00", 500),
            ("2026-01-06 10:00:00", 10),
            ("2026-01-07 10:00:00", 200),
            meter=volume,
        )
        # The first is free, 2 % of 10 is less than 1, 2 % of 200 is 4.
        self.assertEqual(self.billed(contract, "2026-02-01"), [(710.0, 5.0)])

    def test_each_day_is_priced_alone(self):
        peak = self._meter("peak", "max")
        contract = self.sell(
            peak,
            {
                "model": "bucketed",
                "bucket_model": "package",
                "bucket_unit": "day",
                "amount": 5.0,
                "package_size": 100,
            },
        )
        self.use(
            contract,
            ("2026-01-05 10:00:00", 50),
            ("2026-01-05 11:00:00", 40),
            ("2026-01-06 10:00:00", 150),
            meter=peak,
        )
        self.assertEqual(self.billed(contract, "2026-02-01"), [(200.0, 15.0)])

    def test_minimum_is_added_up_and_maximum_cut(self):
        contract = self.sell(
            self._meter("bound"),
            {
                "model": "per_unit",
                "amount": 1.0,
                "amount_minimum": 50.0,
                "amount_maximum": 80.0,
            },
        )
        meter = self.part.meter_id
        self.use(
            contract,
            ("2026-01-05 10:00:00", 20),
            ("2026-02-05 10:00:00", 60),
            ("2026-03-05 10:00:00", 100),
            meter=meter,
        )
        self.assertEqual(
            self.billed(contract, "2026-04-01"),
            [(20.0, 50.0), (60.0, 60.0), (100.0, 80.0)],
        )
        text = self.usage_charges(contract, self.part)[0].move_line_id.name
        self.assertIn("Added up to the minimum: 30.00", text)

    def test_quantity_is_rounded_by_the_meter(self):
        meter = self._meter("minutes", rounding_mode="up", rounding_digits=0)
        contract = self.sell(meter, {"model": "per_unit", "amount": 0.1})
        self.use(
            contract,
            ("2026-01-05 10:00:00", 1.2),
            ("2026-01-06 10:00:00", 1.3),
            meter=meter,
        )
        self.assertEqual(self.billed(contract, "2026-02-01"), [(3.0, 0.3)])

    def test_active_users(self):
        users = self._meter("users", "unique", unique_property="user")
        contract = self.sell(users, {"model": "per_unit", "amount": 3.0})
        self.use(
            contract,
            *(
                (f"2026-01-0{day} 10:00:00", 1, {"user": user})
                for day, user in ((1, "ada"), (2, "bob"), (3, "ada"))
            ),
            meter=users,
        )
        self.assertEqual(self.billed(contract, "2026-02-01"), [(2.0, 6.0)])

    def test_new_price_takes_over_where_the_old_one_stopped(self):
        """C6, T4: a line is replaced in the middle of a month; each event counts
        once, and the free quantity is granted once for the month."""
        contract = self.metered(tz="UTC")
        old = contract.line_ids.filtered(lambda line: line.component_id == self.api)
        self.use(
            contract,
            ("2026-01-10 12:00:00", 1000),
            ("2026-01-20 12:00:00", 1000),
            zone="UTC",
        )
        old.date_end = "2026-01-15"
        contract.line_ids = [
            (0, 0, {"component_id": self.api.id, "date_start": "2026-01-16"})
        ]
        line = contract.line_ids[-1].sudo()
        line.write({"has_price_override": True, "price_override": 1.0})
        self.bill("2026-02-01", contract)
        rows = self.usage_charges(contract).sorted("date_start")
        self.assertEqual(rows.mapped("usage_count"), [1, 1])
        # The first line uses up the 1,000 that are free; then 1,000 at 1.00.
        self.assertEqual(rows.mapped("amount"), [0.0, 1000.0])

import random
from datetime import datetime, timezone
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from ...engine.event import Event
from ...engine.metering import aggregate
from ...engine.period import Period
from ...models.usage.subscription_measuring import json_text
from ...models.usage.subscription_usage_window import UsageWindow
from ..engine.usage import matches
from ..usage_common import UsageCommon

JANUARY = Period(*(datetime(2026, month, 1, tzinfo=timezone.utc) for month in (1, 2)))
FEBRUARY = Period(*(datetime(2026, month, 1, tzinfo=timezone.utc) for month in (2, 3)))
AGGREGATIONS = (
    *("count", "sum", "max", "last", "unique"),
    *("weighted", "prorated_sum", "prorated_unique"),
)
EU = {"in": {"region": ["eu"]}, "out": {}}
NOT_EU_NOR_TEST = {"in": {}, "out": {"region": ["eu"], "test": ["true"]}}


@tagged("post_install", "-at_install", "usage")
class TestMeasuring(UsageCommon):
    """What SQL says of many windows at once is what the engine says of one (M6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base.is_required = False
        cls.meters = {}
        for kind in AGGREGATIONS:
            for carried in (False, True):
                cls.meters[kind, carried] = cls._meter(
                    f"{kind}-{carried}",
                    kind,
                    unique_property="user",
                    is_carry_over=carried,
                    allow_negative=True,
                )
        cls.contract = cls._contract_for(cls.meters.values())

    @classmethod
    def _contract_for(cls, meters):
        components = cls.env["subscription.component"]
        for meter in meters:
            component = cls._metered(meter.code, meter.name, meter)
            cls._price(component, 1.0, model="per_unit")
            components += component
        contract = cls.env["subscription.contract"].create(
            {
                "partner_id": cls.customer.id,
                "variant_id": cls.monthly.id,
                "date_start": "2026-01-01",
                "tz": "UTC",
                "line_ids": [
                    fields.Command.create({"component_id": component.id})
                    for component in components
                ],
            }
        )
        contract.action_activate()
        return contract

    def record(self, meter, seed):
        """Random events of January and February; ties and gaps on purpose."""
        rng = random.Random(seed)
        vals_list = []
        for _n in range(40):
            properties = {"user": f"u{rng.randrange(6)}", "test": rng.random() < 0.3}
            if rng.random() < 0.8:
                properties["region"] = rng.choice(["eu", "us"])
            vals_list.append(
                {
                    "contract_id": self.contract.id,
                    "meter_id": meter.id,
                    "instant": (
                        f"2026-0{rng.choice([1, 2])}-{rng.randrange(1, 29):02}"
                        f" 0{rng.randrange(3)}:00:00"
                    ),
                    "quantity": rng.choice([-2, -1, 0.5, 1, 3, 12.25]),
                    "properties": properties,
                }
            )
        return self.env["subscription.usage"].create(vals_list)

    def window(self, key, meter, time, accept=(), refuse=()):
        return UsageWindow(
            key, self.contract.id, meter, time, time, time.start, "UTC", accept, refuse
        )

    def expected(self, window, usage):
        events = [
            Event(
                each.instant.replace(tzinfo=timezone.utc),
                Decimal(str(each.quantity)),
                unique=json_text(each.properties, "user"),
                order=each.id,
            )
            for each in usage
            if all(matches(each.properties, f["in"], f["out"]) for f in window.accept)
            and not any(
                matches(each.properties, f["in"], f["out"]) for f in window.refuse
            )
        ]
        meter = window.meter
        return aggregate(
            meter.aggregation,
            events,
            window.time,
            is_carry_over=meter.is_carry_over,
        )

    def assertMeasured(self, windows, usage):
        measured = self.env["subscription.measuring"]._measure(windows)
        for window in windows:
            actual, _parts = measured[window.key]
            expected = self.expected(window, usage[window.meter])
            with self.subTest(key=window.key):
                self.assertEqual(actual.quantity, expected.quantity)
                self.assertEqual(actual.raw, expected.raw)
                self.assertEqual(actual.count, expected.count)
                self.assertEqual(actual.first, expected.first)
                self.assertEqual(actual.last, expected.last)

    def test_each_aggregation_agrees(self):
        usage = {
            meter: self.record(meter, seed)
            for seed, meter in enumerate(self.meters.values())
        }
        windows = [
            self.window((meter.code, time, name), meter, time, accept)
            for meter in usage
            for time in (JANUARY, FEBRUARY)
            for name, accept in (
                ("all", ()),
                ("eu", (EU,)),
                ("rest", (NOT_EU_NOR_TEST,)),
            )
        ]
        self.assertMeasured(windows, usage)

    def test_first_filter_wins(self):
        """What one component prices, the next ones leave out."""
        meter = self.meters["sum", False]
        usage = {meter: self.record(meter, 99)}
        windows = [
            self.window("eu", meter, JANUARY, (EU,)),
            self.window("rest", meter, JANUARY, (), (EU,)),
            self.window("all", meter, JANUARY),
        ]
        self.assertMeasured(windows, usage)
        raw = {
            key: measured.raw
            for key, (measured, _parts) in self.env["subscription.measuring"]
            ._measure(windows)
            .items()
        }
        self.assertEqual(raw["eu"] + raw["rest"], raw["all"])

    def test_no_events(self):
        windows = [
            self.window(meter.code, meter, JANUARY) for meter in self.meters.values()
        ]
        self.assertMeasured(windows, dict.fromkeys(self.meters.values(), ()))

    def test_number_of_queries_does_not_grow(self):
        """One query per kind of aggregation, however many windows."""
        meter = self.meters["sum", False]
        self.record(meter, 7)
        measuring = self.env["subscription.measuring"]
        measuring._measure([self.window("warm", meter, JANUARY)])
        for count in (1, 500):
            windows = [self.window(n, meter, JANUARY) for n in range(count)]
            with self.subTest(count=count), self.assertQueryCount(1):
                measuring._measure(windows)

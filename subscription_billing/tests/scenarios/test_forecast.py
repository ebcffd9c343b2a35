from datetime import timedelta

from odoo.tests import tagged

from ..change_common import ChangeCommon
from ..discount_common import DiscountCommon
from ..usage_common import UsageCommon

DAY, UNTIL = "2024-03-10", "2025-03-09"
RHYTHMS = (
    {},
    {"billing_mode": "arrears"},
    {"alignment": "calendar"},
    {"alignment": "calendar", "billing_mode": "arrears"},
    {"alignment": "billing_day", "billing_day": 31},
    {"billing_interval_unit": "year"},
    {"fee_interval_unit": "year", "billing_interval_unit": "month"},
    {"billing_interval_count": 3, "alignment": "calendar"},
)
OFFERS = (
    {},
    {"percent": 15.0, "duration": "forever"},
    {"amount": 7.0, "duration": "forever", "amount_minimum": 20.0},
    {"amount": 50.0},
)


@tagged("post_install", "-at_install", "forecast")
class TestForecast(UsageCommon, DiscountCommon, ChangeCommon):
    """What was forecast is what is billed when the clock gets there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._bonus("loyalty", reward="percent", percent=5.0, month_start=4)
        cls.variants = [
            cls._variant(f"rhythm{n}", **vals) for n, vals in enumerate(RHYTHMS)
        ]
        cls.offers = [
            cls._discount(f"Offer {n}", **vals) if vals else None
            for n, vals in enumerate(OFFERS)
        ]

    def sold(self, number, variant):
        """A contract that differs from the others in start, lines and discount."""
        quantities = {self.seats: number + 1.0, self.setup: 1.0, self.api: 1.0}
        start = self.day("2024-01-29") + timedelta(days=number)
        contract = self.subscribe(start, variant, quantities)
        if offer := self.offers[number % len(self.offers)]:
            self.redeem(contract, offer, str(start))
        self.use(contract, ("2024-02-20 12:00:00", 4000.0))
        self.use(contract, ("2024-03-08 12:00:00", 700.0 * number))
        return contract

    def mixed(self):
        contracts = [self.sold(n, each) for n, each in enumerate(self.variants)]
        trial = {"trial_count": 1, "trial_unit": "month"}
        for n, policy in enumerate(("continue", "end", "wait")):
            variant = self._variant(policy, **trial, trial_end_policy=policy)
            contracts.append(self.subscribe(f"2024-02-{20 + n}", variant))
        return self.env["subscription.contract"].union(*contracts)

    def forecast(self, contracts, day=DAY, until=UNTIL):
        rows = self.env["subscription.forecast"]._get_rows(
            contracts, self.day(day), self.day(until)
        )
        return sorted(
            (
                row["date"],
                row["line_id"],
                row["date_start"],
                row["date_end"],
                "fee" if row["kind"] == "usage" else row["kind"],
                row["amount"],
            )
            for row in rows
        )

    def billed(self, contracts, day=DAY, until=UNTIL):
        """Let every day come on which something happens; return what is billed."""
        day, until = self.day(day), self.day(until)
        before, rows = contracts.charge_ids, []
        while day <= until:
            run = self.advance(str(day), contracts)
            for row in run.charge_ids - before:
                kind = row.kind
                dates = row.date_start, row.date_end
                rows.append((day, row.line_id.id, *dates, kind, row.amount))
            dates = [day + timedelta(days=1)]
            for name in ("date_next_billing", "date_next_step"):
                dates += [it[name] for it in contracts if it[name] and it[name] > day]
            day = min(dates[1:], default=until + dates[0].resolution)
        return sorted(rows)

    def assertForecast(self, contracts, **span):
        expected = self.forecast(contracts, **span)
        self.assertTrue(expected)
        self.assertEqual(self.billed(contracts, **span), expected)

    def test_x2_a_mixed_company_bills_what_was_forecast(self):
        contracts = self.mixed()
        self.assertForecast(contracts)
        self.assertHealthy()

    def test_x2_forecast_of_a_billed_company(self):
        """The ledger has a part of the periods already, late events come in."""
        contracts = self.mixed()
        self.bill("2024-03-09", contracts)
        for contract in contracts[:3]:
            self.use(contract, ("2024-02-21 12:00:00", 9000.0))
        self.assertForecast(contracts)

    def test_c4_planned_changes_are_in_it(self):
        contracts = self.mixed()[:8]
        self.bill("2024-03-10", contracts)
        for contract in contracts[:3]:
            line = self.line(contract, self.seats, "2024-05-01")
            self.change(
                contract, "quantity", "2024-05-20", DAY, line_id=line.id, quantity=9
            )
        pauses = {"date_start": "2024-06-11", "date_end": "2024-08-20"}
        for contract in contracts[3:6]:
            self.env["subscription.pause"].sudo().create(
                {"contract_id": contract.id, **pauses}
            )
        contracts[6:]._get_applying().date_end = "2024-07-14"
        contracts._refresh_next_billing()
        self.assertForecast(contracts, day="2024-03-11")

    def test_it_writes_nothing(self):
        contracts = self.mixed()
        self.env.flush_all()
        before = contracts.read(["state", "date_next_billing", "write_date"])
        events = len(contracts.event_ids)
        self.forecast(contracts)
        self.assertFalse(contracts.charge_ids)
        self.env.invalidate_all()
        after = contracts.read(["state", "date_next_billing", "write_date"])
        self.assertEqual(after, before)
        self.assertEqual(len(contracts.event_ids), events)

    def test_c3_after_a_trial_that_waits_nothing_is_forecast(self):
        waiting = self._variant(
            "w", trial_count=1, trial_unit="month", trial_end_policy="wait"
        )
        self.assertFalse(self.forecast(self.subscribe(DAY, waiting)))

    def test_what_is_overdue_counts_for_the_day_of_the_forecast(self):
        contract = self.subscribe("2024-01-01")
        rows = self.forecast(contract, until="2024-04-30")
        days = [str(row[0]) for row in rows]
        self.assertEqual(days, [DAY, DAY, DAY, "2024-04-01"])

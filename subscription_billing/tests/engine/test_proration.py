from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.errors import InvalidPeriod
from ...engine.money import Rounding
from ...engine.period import Period
from ...engine.proration import (
    Proration,
    fraction,
    measure,
    share,
)
from .common import CENTS, day, span

MARCH = span("2024-03-01", "2024-04-01")


class TestMeasure(BaseCase):
    def test_m3_lengths_by_rule(self):
        for start, stop, days, days_of_30 in (
            ("2024-02-01", "2024-03-01", 29, 30),
            ("2024-01-01", "2025-01-01", 366, 360),
            ("2023-05-23", "2023-06-15", 23, 22),
            ("2023-05-15", "2023-05-23", 8, 8),
            ("2024-01-31", "2024-02-29", 29, 29),
            ("2024-03-30", "2024-03-31", 1, 0),
        ):
            with self.subTest(start=start, stop=stop):
                period = span(start, stop)
                self.assertEqual(measure(period, Proration.DAY), days)
                self.assertEqual(measure(period, Proration.SECOND), days * 86_400)
                self.assertEqual(measure(period, Proration.DAY_FIXED_30), days_of_30)
                self.assertEqual(measure(period, Proration.NONE), 1)

    def test_m3_days_are_counted_between_dates_only(self):
        begin = datetime(2024, 3, 1, tzinfo=timezone.utc)
        instants = Period(begin, begin.replace(day=2))
        for rule in (Proration.DAY, Proration.DAY_FIXED_30):
            with self.subTest(rule=rule), self.assertRaises(InvalidPeriod):
                measure(instants, rule)

    def test_m3_whole_months_of_30_days_cost_the_full_price(self):
        for start, stop, cut, rest in (
            ("2023-01-31", "2023-02-28", "2023-02-01", Fraction(27, 30)),
            ("2024-01-31", "2024-02-29", "2024-02-28", Fraction(1, 30)),
            ("2023-02-28", "2023-03-31", "2023-03-01", Fraction(29, 30)),
            ("2024-02-29", "2024-03-31", "2024-03-30", Fraction(0)),
            ("2024-02-28", "2024-05-31", "2024-03-01", Fraction(89, 90)),
            ("2024-02-29", "2025-02-28", "2024-08-29", Fraction(179, 360)),
            ("2024-03-04", "2024-03-11", "2024-03-06", Fraction(5, 7)),
            ("2024-03-30", "2024-03-31", "2024-03-31", Fraction(0)),
        ):
            with self.subTest(start=start, stop=stop):
                whole = span(start, stop)
                self.assertEqual(fraction(whole, whole, Proration.DAY_FIXED_30), 1)
                if cut < stop:
                    part = span(cut, stop)
                    ratio = fraction(part, whole, Proration.DAY_FIXED_30)
                    self.assertEqual(ratio, rest)


class TestShare(BaseCase):
    def assert_parts(self, amount, cuts, expected, rule=Proration.DAY, step="0.01"):
        rounding = Rounding(Decimal(step))
        days = [MARCH.start, *map(day, cuts), MARCH.stop]
        parts = [
            share(Decimal(amount), Period(*ends), MARCH, rounding, rule)
            for ends in zip(days, days[1:], strict=False)
        ]
        self.assertEqual([str(part) for part in parts], expected)
        self.assertEqual(sum(parts), rounding.round(Decimal(amount)))

    def test_m2_parts_add_up_to_the_rounded_whole(self):
        for amount, cuts, expected in (
            ("10", [], ["10.00"]),
            ("10", ["2024-03-15"], ["4.52", "5.48"]),
            ("0.01", ["2024-03-15"], ["0.00", "0.01"]),
            ("0.10", ["2024-03-11", "2024-03-21"], ["0.03", "0.03", "0.04"]),
            ("-10", ["2024-03-15"], ["-4.52", "-5.48"]),
            ("9.995", ["2024-03-02"], ["0.33", "9.67"]),
        ):
            with self.subTest(amount=amount, cuts=cuts):
                self.assert_parts(amount, cuts, expected)

    def test_m1_parts_are_multiples_of_the_step(self):
        self.assert_parts("10", ["2024-03-15"], ["4.50", "5.50"], step="0.05")
        self.assert_parts("1000", ["2024-03-15"], ["452", "548"], step="1")

    def test_m3_a_rest_is_the_rounded_fraction(self):
        for cut in range(2, 32):
            part = span(f"2024-03-{cut:02}", "2024-04-01")
            with self.subTest(part=part):
                expected = CENTS.round(Decimal("249.95") * part.days / 31)
                self.assertEqual(share(Decimal("249.95"), part, MARCH, CENTS), expected)

    def test_m3_none_costs_the_whole_for_any_part(self):
        part = span("2024-03-31", "2024-05-01")
        amount = share(Decimal("9.995"), part, MARCH, CENTS, Proration.NONE)
        self.assertEqual(amount, Decimal("10.00"))
        self.assertEqual(fraction(part, MARCH, Proration.NONE), 1)

    def test_m3_a_part_outside_of_the_whole_is_refused(self):
        for rule in (Proration.DAY, Proration.SECOND, Proration.DAY_FIXED_30):
            part = span("2024-03-31", "2024-04-02")
            with self.subTest(rule=rule), self.assertRaises(InvalidPeriod):
                share(Decimal(10), part, MARCH, CENTS, rule)

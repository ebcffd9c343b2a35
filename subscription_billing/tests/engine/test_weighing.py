from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.metering import aggregate
from .usage import happened, period

APRIL = period("2024-04-01", "2024-05-01")
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def measure(kind, text, window=APRIL, **options):
    """Return the raw quantity as a fraction with a small denominator."""
    raw = aggregate(kind, happened(text), window, **options).raw
    return Fraction(raw).limit_denominator(10**7)


class TestWeighing(BaseCase):
    """Values that count for the time they were there."""

    def test_weighted_by_seconds(self):
        for text, opening, expected in (
            ("", "0", "0"),
            ("04-01 30", "0", "30"),
            ("04-16 30", "0", "15"),
            ("04-16 30", "10", "25"),
            ("04-16T12:00 30", "0", "29/2"),
            ("04-30T23:59:59 30", "0", "1/86400"),
            ("04-11 30, 04-21 -30", "0", "10"),
            ("04-16 -20", "10", "0"),
            ("04-16 -30", "10", "-5"),
            ("03-01 30", "0", "0"),
        ):
            with self.subTest(text=text, opening=opening):
                found = measure("weighted", text, opening=Decimal(opening))
                self.assertEqual(found, Fraction(expected))

    def test_m3_the_whole_period_is_the_denominator(self):
        half = period("2024-04-16", "2024-05-01")
        for kind, text in (
            ("weighted", "04-16 30"),
            ("prorated_sum", "04-16 30"),
            ("prorated_unique", "04-16 a"),
        ):
            expected = 15 if "a" not in text else Fraction(1, 2)
            with self.subTest(kind=kind):
                found = measure(kind, text, half, whole=APRIL)
                self.assertEqual(found, expected)

    def test_a_day_of_adding_or_taking_away_counts(self):
        for text, opening, expected in (
            ("", "6", "6"),
            ("04-01 6", "0", "6"),
            ("04-30T23:59 6", "0", "1/5"),
            ("04-26 12, 04-26 12", "5", "9"),
            ("04-11 6, 04-15 -6", "0", "1"),
            ("04-11 6, 04-11T23:00 -6", "0", "1/5"),
            ("04-30 -6", "6", "6"),
            ("04-01 -6", "6", "1/5"),
        ):
            with self.subTest(text=text, opening=opening):
                found = measure("prorated_sum", text, opening=Decimal(opening))
                self.assertEqual(found, Fraction(expected))

    def test_a_value_is_there_on_so_many_days(self):
        for text, opening, days in (
            ("", "", 0),
            ("", "a b", 60),
            ("04-30 a", "", 1),
            ("04-01 a", "a", 30),
            ("04-11 a, 04-15 a!", "", 5),
            ("04-11 a, 04-11 a!", "", 1),
            ("04-11 a, 04-11 a!, 04-11 a, 04-11 a!", "", 1),
            ("04-11 a, 04-12 a!, 04-12 a, 04-13 a!", "", 3),
            ("04-11 a, 04-12 a!, 04-12 a", "", 20),
            ("04-11 a, 04-12 a!, 04-14 a, 04-15 a!", "", 4),
            ("04-11 a, 04-12 a, 04-13 a!, 04-14 a!", "", 3),
            ("04-11 a!", "a", 11),
            ("04-11 a!", "", 0),
            ("04-11 a, 04-11 b, 04-12 b!", "", 22),
        ):
            with self.subTest(text=text, opening=opening):
                found = measure("prorated_unique", text, opening=opening.split())
                self.assertEqual(found, Fraction(days, 30))

    def test_t3_days_are_those_of_the_zone(self):
        """22:30 UTC is the next day in Berlin, also on the day the clock changes."""
        march = period("2024-02-29T23:00", "2024-03-31T22:00")
        for text, days in (
            ("03-30T22:59 a", 2),
            ("03-30T23:00 a", 1),
            ("03-31T21:59 a", 1),
        ):
            with self.subTest(text=text):
                found = measure("prorated_unique", text, march, zone=BERLIN)
                self.assertEqual(found, Fraction(days, 31))
        found = measure("prorated_sum", "03-30T23:00 31", march, zone=BERLIN)
        self.assertEqual(found, 1)
        march = period("2024-03-01T05:00", "2024-04-01T04:00")
        found = measure("prorated_sum", "03-31T03:59 31", march, zone=NEW_YORK)
        self.assertEqual(found, 2)
        # By seconds, the last day of that month has 23 hours of 743.
        march = period("2024-02-29T23:00", "2024-03-31T22:00")
        found = measure("weighted", "03-30T23:00 743", march)
        self.assertEqual(found, 23)

    def test_t4_what_lives_on_is_weighed_like_the_rest(self):
        may = period("2024-05-01", "2024-06-01")
        for kind, text, expected in (
            ("weighted", "04-16 31, 05-31 -31", "30"),
            ("prorated_sum", "04-16 31, 05-30 -31", "30"),
            ("prorated_unique", "04-16 a, 04-17 b, 04-18 a!, 05-30 b!", "30/31"),
        ):
            with self.subTest(kind=kind):
                self.assertEqual(
                    measure(kind, text, may, is_carry_over=True), Fraction(expected)
                )

from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.errors import InvalidAmount, InvalidPrice
from ...engine.percentage import Percentage
from .pricing import as_slices, number


def rate(price, *events):
    return price.rate(Decimal(0), number(events))


def percentage(percent, fixed="0", **options):
    events = options.pop("free_events", None)
    options = {name: Decimal(value) for name, value in options.items()}
    return Percentage(Decimal(percent), Decimal(fixed), events, **options)


class TestPercentage(BaseCase):
    """M6: a percent of each event, of the part that is not free."""

    def test_m6_amounts(self):
        for price, events, expected in (
            (percentage("3"), (), "0"),
            (percentage("3", "2"), (), "0"),
            (percentage("3"), ("100", "50"), "4.5"),
            (percentage("3", "2"), ("100", "50"), "8.5"),
            (percentage("3", "2"), ("0",), "2"),
            (percentage("3", "2", free_events=0), ("100",), "5"),
            (percentage("3", "2", free_events=1), ("100", "50"), "3.5"),
            (percentage("3", "2", free_events=5), ("100", "50"), "0"),
            (percentage("3", "2", free_amount="0"), ("100",), "5"),
            (percentage("3", "2", free_amount="100"), ("100", "50"), "3.5"),
            (percentage("3", "2", free_amount="120"), ("100", "50"), "2.9"),
            (percentage("3", "2", free_amount="999"), ("100", "50"), "0"),
            (percentage("3", "2", free_amount="10"), ("10", "0"), "2"),
            (percentage("3", "2", free_amount="10"), ("0", "10"), "0"),
            # Whichever allowance is used up first ends the free part.
            (percentage("3", free_events=1, free_amount="999"), ("100", "50"), "1.5"),
            (percentage("3", free_events=9, free_amount="60"), ("100", "50"), "2.7"),
            (percentage("3", event_minimum="2"), ("10", "100"), "5"),
            (percentage("3", event_maximum="2"), ("10", "100"), "2.3"),
            (percentage("3", "1", event_maximum="3"), ("10", "50", "100"), "6.8"),
            (percentage("3", event_minimum="2", free_events=1), ("10", "20"), "2"),
            (percentage("3", event_minimum="2", free_amount="15"), ("10", "20"), "2"),
            (percentage("3", "2"), ("-100", "50"), "3.5"),
            (percentage("3", free_amount="60"), ("100", "-50", "50"), "2.7"),
            (percentage("3", free_events=1), ("-100", "50", "10"), "0.3"),
        ):
            with self.subTest(price=price, events=events):
                self.assertEqual(rate(price, *events).amount, Decimal(expected))

    def test_m6_slices_are_summed_up_by_kind(self):
        limits = {"event_minimum": "1", "event_maximum": "3"}
        price = percentage("2", "0.5", free_events=1, **limits)
        self.assertEqual(
            as_slices(rate(price, "40", "10", "20", "200", "300")),
            [
                ("free", "40", "0", Decimal(0)),
                ("percent", "530", "2", Decimal("10.60")),
                ("flat", "4", "0.5", Decimal("2.0")),
                ("minimum", "1", "0.4", Decimal("0.4")),
                ("maximum", "1", "-5", Decimal(-5)),
            ],
        )

    def test_without_events_there_is_one(self):
        price = percentage("3", "2")
        self.assertEqual(price.rate(Decimal(100)), rate(price, "100"))
        self.assertEqual(price.rate(Decimal(-100)), rate(price, "0"))

    def test_a_shorter_period_has_a_share_of_what_is_free(self):
        price = percentage("3", "2", free_events=3, free_amount="100")
        expected = percentage("3", "2", free_events=2, free_amount="50")
        self.assertEqual(price.for_share(Fraction(1, 2)), expected)
        bare = percentage("3", "2")
        self.assertEqual(bare.for_share(Fraction(1, 2)), bare)
        self.assertEqual(price.without_free(), bare)

    def test_wrong_input(self):
        for options in (
            {"percent": "-1"},
            {"percent": "NaN"},
            {"percent": "1", "fixed": "-1"},
            {"percent": "1", "free_events": -1},
            {"percent": "1", "free_events": 1.5},
            {"percent": "1", "free_amount": "-1"},
            {"percent": "1", "event_minimum": "-1"},
            {"percent": "1", "event_maximum": "Infinity"},
        ):
            with self.subTest(options), self.assertRaises(InvalidAmount):
                percentage(**options)
        with self.assertRaises(InvalidPrice):
            percentage("1", event_minimum="3", event_maximum="2")
        with self.assertRaises(InvalidAmount):
            rate(percentage("1"), "5", "NaN")
        with self.assertRaises(InvalidAmount):
            percentage("1").rate(Decimal("NaN"))

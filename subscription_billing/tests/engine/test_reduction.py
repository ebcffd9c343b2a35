from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase

from ...engine.charge import DueCharge, UsageFacts, amount_of
from ...engine.errors import InvalidAmount, InvalidPrice
from ...engine.interval import Interval, Unit
from ...engine.price import Flat, PricedAmount
from ...engine.proration import Proration
from ...engine.reducing import reduce
from ...engine.reduction import Reduction
from ...engine.spent import Spent
from .common import CENTS, day, span

MAY = span("2024-05-01", "2024-06-01")
JUNE = span("2024-06-01", "2024-07-01")
MONTH = Interval(1, Unit.MONTH)


def due(price, item="fee", whole=MAY, part=None, **options):
    """Return the charge of a fee for a month or a part of it."""
    priced, part = Flat(Decimal(price)).rate(Decimal(1)), part or whole
    rule = options.setdefault("proration", Proration.DAY)
    amount, fraction = amount_of(priced, part, whole, rule, CENTS, "UTC")
    options = {"kind": "charge", "billing_period": whole, "due": part.start} | options
    return DueCharge(
        item_key=item,
        period=part,
        whole=whole,
        amount=amount,
        priced=priced,
        fraction=fraction,
        quantity=Decimal(1),
        **options,
    )


def off(percent=None, amount=None, key="coupon", **options):
    options = {
        name: day(value) if value and name in ("start", "stop", "since") else value
        for name, value in options.items()
    }
    percent, amount = (each and Decimal(each) for each in (percent, amount))
    return Reduction(key, f"{key}!", percent, amount, **options)


def reduced(charges, *reductions, used=(), zone="UTC", billed=None):
    return reduce(charges, reductions, used, CENTS, zone, billed)


def amounts(charges, *reductions, **options):
    found = reduced(charges, *reductions, **options)
    return " ".join(str(each.amount) for each in found)


class TestReduction(BaseCase):
    """M6: what is taken off a charge is part of its arithmetic."""

    def test_m6_a_discount_is_a_slice_of_the_whole_price(self):
        charge = due("30.00", part=span("2024-05-22", "2024-06-01"))
        (found,) = reduced([charge], off("15"), off(amount="5", key="b"))
        self.assertEqual(found.amount_list, Decimal("9.68"))
        self.assertEqual(found.amount, Decimal("6.61"))  # 20.50 x 10 / 31
        self.assertEqual(found.fraction, Fraction(10, 31))
        self.assertEqual(found.priced.amount, Decimal("20.50"))
        first, second = found.priced.slices[1:]
        self.assertEqual(
            (first.quantity, first.price_unit, first.amount, first.label, first.key),
            (30, 15, Decimal("-4.50"), "coupon!", "coupon"),
        )
        self.assertEqual(
            (second.quantity, second.price_unit, second.amount, second.key),
            (1, 0, -5, "b"),
        )
        kinds = [each.kind for each in found.priced.slices]
        self.assertEqual(kinds, ["flat", "discount", "discount"])
        changed = {"amount": charge.amount, "priced": charge.priced}
        self.assertEqual(replace(found, amount_list=None, **changed), charge)

    def test_m6_amounts(self):
        month, year = due("30"), due("30", "other")
        for reductions, expected in (
            ([], "30.00 30.00"),
            ([off("10")], "27.00 27.00"),
            ([off("10"), off("10")], "24.30 24.30"),
            ([off("100")], "0.00 0.00"),
            ([off("100"), off(amount="5", key="b")], "0.00 0.00"),
            ([off("0")], "30.00 30.00"),
            ([off(amount="0")], "30.00 30.00"),
            # An amount is used up charge by charge.
            ([off(amount="5")], "25.00 30.00"),
            ([off(amount="40")], "0.00 20.00"),
            ([off(amount="100")], "0.00 0.00"),
            ([off(amount="40"), off("50", key="b")], "0.00 10.00"),
            ([off("50"), off(amount="40", key="b")], "0.00 0.00"),
            ([off("50"), off(amount="20", key="b")], "0.00 10.00"),
            ([off(amount="5"), off(amount="5", key="b")], "20.00 30.00"),
            ([off(amount="5"), off(amount="5")], "25.00 30.00"),
            ([off("10", items=frozenset(["other"]))], "30.00 27.00"),
            ([off(amount="5", items=frozenset(["other"]))], "30.00 25.00"),
            ([off("10", items=frozenset())], "30.00 30.00"),
            ([off("33.335")], "20.00 20.00"),
        ):
            with self.subTest(reductions=reductions):
                self.assertEqual(amounts([month, year], *reductions), expected)

    def test_when_a_reduction_counts(self):
        """All parts of a full period are treated alike, by the start of the whole."""
        part = span("2024-05-15", "2024-06-01")
        for reduction, may, late, june in (
            (off("50", start="2024-05-01"), "15.00", "8.23", "15.00"),
            (off("50", start="2024-05-02"), "30.00", "16.45", "15.00"),
            (off("50", start="2024-06-01"), "30.00", "16.45", "15.00"),
            (off("50", start="2024-06-02"), "30.00", "16.45", "30.00"),
            (off("50", stop="2024-06-01"), "15.00", "8.23", "30.00"),
            (off("50", stop="2024-05-15"), "15.00", "8.23", "30.00"),
            (off("50", stop="2024-05-01"), "30.00", "16.45", "30.00"),
            (off("50", every=1), "15.00", "8.23", "15.00"),
            (off("50", every=12), "30.00", "16.45", "15.00"),
            (off("50", every=5), "30.00", "16.45", "30.00"),
        ):
            charges = [
                due("30", number=11),
                due("30", part=part, number=11),
                due("30", whole=JUNE, number=12),
            ]
            with self.subTest(reduction=reduction):
                found = amounts(charges, reduction)
                self.assertEqual(found, f"{may} {late} {june}")

    def test_a_minimum_looks_at_the_billing_period_before_reductions(self):
        """At what is due with the charge or before it, not at what is due later."""
        part = span("2024-05-15", "2024-06-01")  # of 30.00: 16.45
        charges = [due("30"), due("30", part=part), due("30", whole=JUNE)]
        for minimum, billed, expected in (
            ("30", {}, "15.00 8.23 15.00"),
            ("30.01", {}, "30.00 8.23 30.00"),
            ("46.45", {}, "30.00 8.23 30.00"),
            ("46.46", {}, "30.00 16.45 30.00"),
            ("46.46", {MAY.start: Decimal("0.01")}, "30.00 8.23 30.00"),
            ("46.46", {MAY.start: Decimal(20)}, "15.00 8.23 30.00"),
            ("46.46", {JUNE.start: Decimal(20)}, "30.00 16.45 15.00"),
        ):
            reductions = off("10", key="a"), off("50", minimum=Decimal(minimum))
            with self.subTest(minimum=minimum, billed=billed):
                found = amounts(charges, *reductions[1:], billed=billed)
                self.assertEqual(found, expected)
                both = amounts(charges, *reductions, billed=billed)
                self.assertEqual(both.count("13.50"), expected.count("15.00"))

    def test_an_amount_is_per_billing_period_less_what_was_used(self):
        charges = [due("30"), due("30", whole=JUNE), due("30", "b", whole=JUNE)]

        def spent(value, cell=MAY, key="coupon", **options):
            options = {"whole": cell, "live": (cell,)} | options
            return Spent(key, cell.start, value=Decimal(value), **options)

        elsewhere = span("2024-01-01", "2024-05-01")
        half = span("2024-04-01", "2024-06-01")
        for used, expected in (
            ((), "0.00 0.00 20.00"),
            ([spent(15)], "5.00 0.00 20.00"),
            ([spent(15), spent(3)], "8.00 0.00 20.00"),
            ([spent(40)], "30.00 0.00 20.00"),
            ([spent(99)], "30.00 0.00 20.00"),
            ([spent(15, key="other")], "0.00 0.00 20.00"),
            ([spent(15, JUNE)], "0.00 5.00 30.00"),
            ([spent(15, is_usage=True)], "5.00 0.00 20.00"),
            # A charge of another full period counts by the days that are charged.
            ([spent(40, whole=elsewhere, live=(elsewhere,))], "30.00 0.00 20.00"),
            ([spent(61, whole=half, live=(MAY,))], "21.00 0.00 20.00"),
            ([spent(61, whole=half, live=())], "0.00 0.00 20.00"),
        ):
            with self.subTest(used=used):
                found = amounts(charges, off(amount="40"), used=used)
                self.assertEqual(found, expected)

    def test_m2_parts_of_a_reduced_period_add_up(self):
        """Charges that follow each other in a full period share its discount."""
        cuts = ["2024-05-01", "2024-05-08", "2024-05-20", "2024-06-01"]
        parts = list(map(span, cuts, cuts[1:]))
        charges = [due("10", part=part) for part in parts]
        for reduction, whole in ((off("33"), "6.70"), (off(amount="3"), "7.00")):
            with self.subTest(reduction=reduction):
                found = amounts(charges, reduction).split()
                self.assertEqual(sum(map(Decimal, found)), Decimal(whole))
        # The same days a second time have to make do with what is left.
        twice = [charges[0], charges[0], charges[2]]
        self.assertEqual(amounts(twice, off(amount="3")), "1.58 2.26 2.71")
        fees = [due("10", part=part, proration=Proration.NONE) for part in parts]
        self.assertEqual(amounts(fees, off(amount="3")), "7.00 10.00 10.00")

    def test_credits_and_what_costs_nothing_pass(self):
        credit = due("-30", kind="credit")
        for charge in (credit, due("0")):
            for reduction in (off("50"), off(amount="5")):
                with self.subTest(charge=charge, reduction=reduction):
                    self.assertEqual(reduced([charge], reduction), (charge,))
        # A credit does not lower what a minimum looks at.
        charges = [due("30"), credit]
        found = amounts(charges, off("50", minimum=Decimal(30)))
        self.assertEqual(found, "15.00 -30.00")

    def test_what_is_given_back_is_worth_what_was_paid(self):
        """Late usage may take something back: less the percent, and no amount."""
        refund = due("-30", kind="late")
        self.assertEqual(amounts([refund], off("10")), "-27.00")
        self.assertEqual(amounts([refund], off(amount="5")), "-30.00")

    def test_usage_is_never_prorated(self):
        part = span("2024-05-01", "2024-05-11")
        priced = PricedAmount(Decimal("12.345"))
        facts = UsageFacts(part, 3, None, None, Decimal(3), Decimal(3))
        for kind in ("usage", "interim", "late"):
            charge = replace(
                due("30", part=part, kind=kind),
                amount=Decimal("12.35"),
                priced=priced,
                usage=facts,
            )
            (found,) = reduced([charge], off("50"))
            with self.subTest(kind=kind):
                self.assertEqual(found.amount, Decimal("6.17"))
                self.assertEqual(found.amount_list, Decimal("12.35"))
                self.assertEqual((found.fraction, found.usage), (1, facts))

    def test_x4_what_is_given_back_is_reduced_as_it_was_paid(self):
        """Whatever its billing period comes to now."""
        back, half = due("-20", kind="late"), off("50", minimum=Decimal(45))
        spent = Spent("coupon", MAY.start, MAY, (MAY,), Decimal(20), is_usage=True)
        billed = {MAY.start: Decimal(50)}
        for used, expected in (((spent,), "-10.00"), ((), "-20.00")):
            with self.subTest(used=used):
                found = amounts([back], half, used=used, billed=billed)
                self.assertEqual(found, expected)

    def test_proration_rules_are_those_of_the_charge(self):
        part = span("2024-03-31", "2024-04-01")
        whole = span("2024-03-01", "2024-04-01")
        for rule, expected in (
            (Proration.DAY, "1.00"),
            (Proration.DAY_FIXED_30, "1.03"),
            (Proration.NONE, "31.00"),
        ):
            with self.subTest(rule=rule):
                charge = due("62", whole=whole, part=part, proration=rule)
                self.assertEqual(amounts([charge], off("50")), expected)
        charge = due("62", whole=whole, part=part, proration=Proration.SECOND)
        (found,) = reduced([charge], off("50"), zone="Europe/Berlin")
        self.assertEqual(found.fraction, Fraction(23, 743))

    def test_wrong_input(self):
        for options, error in (
            ({}, InvalidPrice),
            ({"percent": "10", "amount": "5"}, InvalidPrice),
            ({"percent": "100.01"}, InvalidPrice),
            ({"percent": "-1"}, InvalidAmount),
            ({"percent": "NaN"}, InvalidAmount),
            ({"amount": "-1"}, InvalidAmount),
            ({"amount": "Infinity"}, InvalidAmount),
            ({"percent": "1", "every": -1}, InvalidAmount),
            ({"percent": "1", "every": 1.5}, InvalidAmount),
            ({"percent": "1", "minimum": Decimal(-1)}, InvalidAmount),
        ):
            with self.subTest(options), self.assertRaises(error):
                off(**options)

    def test_a_period_of_another_rhythm_has_its_share_of_a_percent(self):
        """Half off to 31 March; a year from 15 February has 45 of 365 days of it."""
        year = span("2026-02-15", "2027-02-15")
        ends = {"2026-04-01": "938.36", "2027-02-15": "500.00", None: "500.00"}
        for stop, expected in ends.items():
            half = off(50, stop=stop, since="2026-02-15")
            self.assertEqual(amounts([due("1000.00", whole=year)], half), expected)

    def test_a_period_of_its_own_has_all_of_it(self):
        """An end within it was set by hand; what changes later changes nothing."""
        for since in (None, "2024-05-02"):
            half = off(50, stop="2024-05-16", since=since)
            self.assertEqual(amounts([due("30.00")], half), "15.00")
            ten = off(amount=10, stop="2024-05-16", since=since)
            self.assertEqual(amounts([due("30.00")], ten), "20.00")

    def test_a_period_from_another_day_on_has_its_share(self):
        """The month promised ends on the 16th; this one has 15 of 31 days of it."""
        terms = {"stop": "2024-05-16", "since": "2024-05-01", "interval": MONTH}
        self.assertEqual(amounts([due("31.00")], off(100, **terms)), "16.00")
        self.assertEqual(amounts([due("31.00")], off(amount=31, **terms)), "16.00")

    def test_an_amount_is_spread_over_another_rhythm(self):
        year, month = Interval(1, Unit.YEAR), span("2025-01-01", "2025-02-01")
        cut = off(amount=120, interval=year, since="2025-01-01")
        self.assertEqual(amounts([due("100.00", whole=month)], cut), "89.81")
        charge = due("1000.00", whole=span("2025-01-01", "2026-01-01"))
        for stop, expected in ((None, "880.00"), ("2025-03-01", "980.00")):
            cut = off(amount=10, interval=MONTH, stop=stop, since="2025-01-01")
            self.assertEqual(amounts([charge], cut), expected)

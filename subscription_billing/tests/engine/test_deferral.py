from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.deferral import (
    Method,
    Prepaid,
    deferred,
    month_end,
    month_ends,
    plan_entries,
    share_after,
)
from ...engine.money import Rounding
from .strategies import check, days, st

CENTS = Rounding.from_digits(2)
BEGIN = date(2020, 1, 1)


def day(text):
    return date.fromisoformat(text)


def prepaid(amount, first, last, booked=None, *credits):
    return Prepaid(
        Decimal(amount),
        day(first),
        day(last),
        day(booked or first),
        tuple((day(on), Decimal(credit)) for on, credit in credits),
    )


YEAR = prepaid("1200.00", "2026-03-15", "2027-03-14")
AUTUMN = prepaid("1200.00", "2026-10-01", "2027-09-30")


class TestDeferred(BaseCase):
    def earned(self, item, method=Method.DAYS):
        """What each month keeps, from that of the invoice on."""
        rest, parts = item.amount, []
        for end in month_ends(item.booked, item.last):
            after = deferred(item, end, method, CENTS)
            parts.append(rest - after)
            rest = after
        return parts

    def test_a_year_from_the_middle_of_march_by_days(self):
        expected = (
            "55.89 98.63 101.92 98.63 101.92 101.91 98.63 101.92 98.63 101.92 101.92 "
            "92.05 46.03"
        )
        self.assertEqual(
            self.earned(YEAR), [Decimal(each) for each in expected.split()]
        )

    def test_rest_at_the_end_of_the_year(self):
        """273 of 365 days are 897.53, nine of twelve months 900.00."""
        end = day("2026-12-31")
        self.assertEqual(deferred(AUTUMN, end, Method.DAYS, CENTS), Decimal("897.53"))
        self.assertEqual(deferred(AUTUMN, end, Method.MONTHS, CENTS), Decimal("900.00"))

    def test_months_are_twelfths(self):
        self.assertEqual(self.earned(AUTUMN, Method.MONTHS), [Decimal(100)] * 12)

    def test_part_of_a_month_counts_by_thirtieths(self):
        item = prepaid("90", "2026-01-16", "2026-04-15")
        parts = self.earned(item, Method.MONTHS)
        self.assertEqual(parts, [Decimal(each) for each in ("15", "30", "30", "15")])
        february = prepaid("60", "2026-02-01", "2026-03-31")
        self.assertEqual(self.earned(february, Method.MONTHS), [Decimal(30)] * 2)

    def test_nothing_is_deferred_before_the_invoice(self):
        late = prepaid("1200", "2026-01-01", "2026-12-31", "2026-03-10")
        self.assertEqual(deferred(late, day("2026-02-28"), Method.MONTHS, CENTS), 0)
        self.assertEqual(deferred(late, day("2026-03-31"), Method.MONTHS, CENTS), 900)

    def test_period_that_begins_after_the_month_of_the_invoice(self):
        early = prepaid("1200", "2027-01-01", "2027-12-31", "2026-12-15")
        self.assertEqual(deferred(early, day("2026-12-31"), Method.DAYS, CENTS), 1200)

    def test_negative_amounts_have_their_own_sign(self):
        credit = prepaid("-1200", "2026-10-01", "2027-09-30")
        end = day("2026-12-31")
        self.assertEqual(deferred(credit, end, Method.MONTHS, CENTS), -900)

    def test_credit_of_the_rest_leaves_nothing(self):
        """Ended on 15 January: 825.21 are given back."""
        item = prepaid(
            "1200", "2026-10-01", "2027-09-30", None, ("2027-01-15", "848.22")
        )
        self.assertGreater(deferred(item, day("2026-12-31"), Method.DAYS, CENTS), 0)
        self.assertEqual(deferred(item, day("2027-01-31"), Method.DAYS, CENTS), 0)

    def test_credit_goes_against_what_is_deferred_first(self):
        """900 deferred, 300 given back: 600, which shrink by a ninth a month."""
        item = prepaid("1200", "2026-10-01", "2027-09-30", None, ("2026-12-20", "300"))
        for end, expected in (("2026-12-31", 600), ("2027-03-31", 400)):
            balance = deferred(item, day(end), Method.MONTHS, CENTS)
            self.assertEqual(balance, expected)

    def test_two_credits_in_a_month(self):
        item = prepaid(
            *("1200", "2026-10-01", "2027-09-30", None),
            *(("2026-12-10", "300"), ("2026-12-20", "300")),
        )
        self.assertEqual(deferred(item, day("2026-12-31"), Method.MONTHS, CENTS), 300)

    def test_share(self):
        self.assertEqual(month_end(day("2028-02-01")), day("2028-02-29"))
        first, last = day("2026-01-01"), day("2026-01-31")
        self.assertEqual(share_after(first, last, day("2025-12-31"), Method.DAYS), 1)
        self.assertEqual(share_after(first, last, last, Method.DAYS), 0)


class TestEntries(BaseCase):
    def plan(self, item, booked=None, begin=BEGIN, locked=None, method=Method.MONTHS):
        booked = {day(end): Decimal(each) for end, each in (booked or {}).items()}
        entries = plan_entries(item, booked, method, CENTS, begin, locked)
        return [(str(end), float(amount)) for end, amount in entries]

    def test_deferral_and_release(self):
        item = prepaid("300", "2026-01-01", "2026-03-31")
        expected = [("2026-01-31", 200), ("2026-02-28", -100), ("2026-03-31", -100)]
        self.assertEqual(self.plan(item), expected)

    def test_what_is_booked_is_not_planned_again(self):
        item = prepaid("300", "2026-01-01", "2026-03-31")
        left = self.plan(item, {"2026-01-31": 200, "2026-02-28": -100})
        self.assertEqual(left, [("2026-03-31", -100)])

    def test_only_at_the_end_of_the_year(self):
        plan = self.plan(AUTUMN, begin=day("2026-12-31"))
        self.assertEqual(plan[:2], [("2026-12-31", 900), ("2027-01-31", -100)])
        self.assertEqual(len(plan), 10)

    def test_month_that_is_locked_is_in_the_first_open_one(self):
        item = prepaid("300", "2026-01-01", "2026-03-31")
        plan = self.plan(item, locked=day("2026-02-28"))
        self.assertEqual(plan, [])
        item = prepaid("400", "2026-01-01", "2026-04-30")
        plan = self.plan(item, {"2026-01-31": 300}, locked=day("2026-02-28"))
        self.assertEqual(plan, [("2026-03-31", -200), ("2026-04-30", -100)])

    def test_all_that_is_locked_is_released_after_it(self):
        item = prepaid("300", "2026-01-01", "2026-03-31")
        plan = self.plan(item, {"2026-01-31": 200}, locked=day("2026-05-31"))
        self.assertEqual(plan, [("2026-06-30", -200)])

    def test_credit_after_the_last_entry(self):
        item = prepaid("300", "2026-01-01", "2026-03-31", None, ("2026-02-10", "100"))
        plan = self.plan(item, {"2026-01-31": 200})
        self.assertEqual(plan, [("2026-02-28", -200)])

    def test_whatever_happens_the_entries_come_to_nothing(self):
        """Each month's balance is what is asked for, and the last one is nothing."""
        amounts = st.integers(-100_000, 100_000).map(lambda cents: Decimal(cents) / 100)
        lengths = st.integers(0, 800)
        credits = st.lists(st.tuples(days(), amounts), max_size=3)

        @check(300, amounts, days(), lengths, days(), credits, st.sampled_from(Method))
        def holds(amount, first, length, booked, given, method):
            last = date.fromordinal(first.toordinal() + length)
            item = Prepaid(amount, first, last, booked, tuple(sorted(given)))
            plan = plan_entries(item, {}, method, CENTS, date.min)
            self.assertEqual(sum(each for _end, each in plan), 0)
            balance = Decimal(0)
            for end, each in plan:
                balance += each
                self.assertEqual(balance, deferred(item, end, method, CENTS))
                self.assertLessEqual(abs(balance), abs(amount))

from dataclasses import replace

from odoo.tests import BaseCase

from ...engine.interval import Interval
from ...engine.period import ONE_DAY
from ...engine.term import Term, consumer_findings
from .common import day, span

LENGTHS = {"d": "day", "w": "week", "m": "month", "y": "year", "q": "quarter"}


def length(text):
    """Return the interval of a text such as 12m, None for a dash."""
    return None if text == "-" else Interval.parse(int(text[:-1]), LENGTHS[text[-1]])


def term(text):
    """Return the term of four lengths: first, later, notice first, notice later."""
    return Term(*map(length, text.split()))


class TestTerm(BaseCase):
    def test_c2_notice_in_time_ends_the_first_term_otherwise_the_next(self):
        for lengths, start, on, expected in (
            # A first term of a year, then indefinite, a month of notice for both.
            ("12m - 1m 1m", "2024-03-01", "2024-03-01", "2025-03-01"),
            ("12m - 1m 1m", "2024-03-01", "2025-01-31", "2025-03-01"),
            ("12m - 1m 1m", "2024-03-01", "2025-02-01", "2025-03-02"),
            ("12m - 1m 1m", "2024-03-01", "2025-08-15", "2025-09-16"),
            ("12m - 3m 1m", "2024-03-01", "2024-11-30", "2025-03-01"),
            ("12m - 3m 1m", "2024-03-01", "2024-12-01", "2025-03-02"),
            ("12m - 3m 1m", "2024-03-01", "2025-02-10", "2025-03-11"),
            # Years that renew themselves.
            ("1y 1y 3m 3m", "2024-01-01", "2024-09-30", "2025-01-01"),
            ("1y 1y 3m 3m", "2024-01-01", "2024-10-01", "2026-01-01"),
            ("1y 1y 3m 1m", "2024-01-01", "2025-11-30", "2026-01-01"),
            ("1y 1y 3m 1m", "2024-01-01", "2025-12-01", "2027-01-01"),
            # Without notice any day before the end will do.
            ("1m 1m - -", "2024-01-31", "2024-02-28", "2024-02-29"),
            ("1m 1m - -", "2024-01-31", "2024-02-29", "2024-03-31"),
            # Indefinite from the start.
            ("- - - 2w", "2024-01-01", "2024-05-10", "2024-05-25"),
            ("- - - -", "2024-01-01", "2024-05-10", "2024-05-11"),
            # No first term: the later one begins with the contract.
            ("- 1m - 1w", "2024-01-31", "2024-02-20", "2024-02-29"),
            ("- 1m - 1w", "2024-01-31", "2024-02-22", "2024-03-31"),
        ):
            with self.subTest(lengths=lengths, on=on):
                end = term(lengths).earliest_end(day(start), day(on))
                self.assertEqual(end, day(expected))

    def test_c2_notice_is_counted_in_calendar_months(self):
        indefinite = term("- - - 1m")
        for on, last_day in (
            ("2023-01-28", "2023-02-28"),
            ("2023-01-31", "2023-02-28"),
            ("2024-01-31", "2024-02-29"),
            ("2024-02-29", "2024-03-29"),
            ("2024-04-30", "2024-05-30"),
        ):
            with self.subTest(on=on):
                end = indefinite.earliest_end(day("2020-01-01"), day(on))
                self.assertEqual(end - ONE_DAY, day(last_day))

    def test_c2_notice_before_the_start_counts(self):
        for lengths, on, expected in (
            ("- - - 1m", "2023-11-01", "2024-01-01"),
            ("- - - 1m", "2023-12-15", "2024-01-16"),
            ("12m - 1m 1m", "2023-06-01", "2025-01-01"),
            ("- 1m - 1m", "2023-06-01", "2024-02-01"),
        ):
            with self.subTest(lengths=lengths, on=on):
                end = term(lengths).earliest_end(day("2024-01-01"), day(on))
                self.assertEqual(end, day(expected))

    def test_t1_terms_are_computed_from_the_start_of_the_contract(self):
        for lengths, on, start, stop in (
            ("1m 1m - -", "2024-01-31", "2024-01-31", "2024-02-29"),
            ("1m 1m - -", "2024-02-29", "2024-02-29", "2024-03-31"),
            ("1m 1m - -", "2024-04-30", "2024-04-30", "2024-05-31"),
            ("1m 1q - -", "2024-06-01", "2024-05-31", "2024-08-31"),
            ("30d 1m - -", "2024-03-31", "2024-03-01", "2024-04-01"),
            ("1m 2w - -", "2024-03-15", "2024-03-14", "2024-03-28"),
            ("- 1m - -", "2024-03-01", "2024-02-29", "2024-03-31"),
            ("1y - - -", "2020-01-01", "2024-01-31", "2025-01-31"),
        ):
            with self.subTest(lengths=lengths, on=on):
                current = term(lengths).current(day("2024-01-31"), day(on))
                self.assertEqual(current, span(start, stop))

    def test_c2_an_indefinite_phase_has_no_term(self):
        start, on = day("2024-01-31"), day("2025-01-31")
        for lengths in ("- - - 1m", "12m - 1m 1m"):
            with self.subTest(lengths=lengths):
                self.assertIsNone(term(lengths).current(start, on))
                self.assertIsNone(term(lengths).last_cancel_day(start, on))

    def test_c2_the_last_day_to_cancel_is_the_last_that_works(self):
        for lengths, start, on, expected in (
            ("12m - 1m 1m", "2024-03-01", "2024-06-01", "2025-01-31"),
            ("12m - 1m 1m", "2023-03-02", "2023-06-01", "2024-02-01"),
            ("12m - 3m 1m", "2024-01-01", "2024-01-01", "2024-09-30"),
            ("1y 1y 3m 1m", "2024-01-01", "2025-12-24", "2025-11-30"),
            ("1m 1m - -", "2024-01-31", "2024-03-05", "2024-03-30"),
            ("1m 1m 2w 2w", "2024-01-31", "2024-02-01", "2024-02-14"),
            ("1m - 2m 2m", "2024-03-01", "2024-03-01", "2024-01-31"),
        ):
            with self.subTest(lengths=lengths, on=on):
                last = term(lengths).last_cancel_day(day(start), day(on))
                self.assertEqual(last, day(expected))

    def test_c2_the_day_after_the_last_one_is_too_late(self):
        for lengths in ("12m - 1m 1m", "1y 1y 3m 1m", "1m 1m - -", "6m 1q 30d 2w"):
            for start in ("2024-01-31", "2023-02-28", "2024-02-29", "2024-03-01"):
                with self.subTest(lengths=lengths, start=start):
                    self.assert_too_late(term(lengths), day(start))

    def assert_too_late(self, booked, start):
        first_end = booked.first_end(start)
        last = booked.last_cancel_day(start, start)
        self.assertEqual(booked.earliest_end(start, last), first_end)
        self.assertGreater(booked.earliest_end(start, last + ONE_DAY), first_end)


class TestConsumerLaw(BaseCase):
    def test_c2_what_the_law_forbids_is_found_with_its_paragraph(self):
        for lengths, expected in (
            ("24m - 1m 1m", []),
            ("2y - 4w 28d", []),
            ("- - - -", []),
            ("730d - - 1m", []),
            ("25m - 1m 1m", ["first_term_too_long a"]),
            ("731d - - 1m", ["first_term_too_long a"]),
            ("12m 1m 1m 1m", ["renewal_not_indefinite b"]),
            ("12m - 1m 2m", ["notice_later_too_long b"]),
            ("12m - 1m 30d", ["notice_later_too_long b"]),
            ("12m - 5w 1m", ["notice_first_too_long c"]),
            (
                "3y 1y 3m 1m",
                [
                    "first_term_too_long a",
                    "renewal_not_indefinite b",
                    "notice_first_too_long c",
                ],
            ),
        ):
            with self.subTest(lengths=lengths):
                found = consumer_findings(term(lengths))
                texts = [f"{each.code} {each.paragraph.split()[-2]}" for each in found]
                self.assertEqual(texts, expected)

    def test_c2_the_paragraph_can_be_quoted(self):
        (finding,) = consumer_findings(term("3y - - -"))
        self.assertEqual(finding.paragraph, "§ 309 Nr. 9 lit. a BGB")

    def test_c2_a_pause_moves_the_term_it_begins_in_and_those_after(self):
        pauses = ((day("2024-02-10"), 62),), ((day("2024-07-15"), 10),)
        for lengths, extensions, on, expected in (
            ("6m - - -", pauses[0], "2024-03-01", "2024-09-01"),
            ("6m - - 1m", pauses[1], "2024-08-01", "2024-09-02"),
            ("6m 3m - -", pauses[0], "2024-10-01", "2024-12-01"),
            ("6m 3m - -", pauses[1], "2024-06-01", "2024-07-01"),
            ("6m 3m - -", pauses[1], "2024-07-01", "2024-10-11"),
            ("6m 3m - -", pauses[1], "2024-11-01", "2025-01-11"),
            ("- 3m - -", pauses[0], "2024-02-01", "2024-06-02"),
        ):
            with self.subTest(lengths=lengths, on=on):
                longer = replace(term(lengths), extensions=extensions)
                stop = longer.earliest_end(day("2024-01-01"), day(on))
                self.assertEqual(stop, day(expected))

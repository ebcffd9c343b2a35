"""Terms: when a contract ends if it is cancelled on a given day (C2).

German periods of notice: the day the notice arrives does not count (§ 187 I BGB), a
month ends on the day of the same number or, where there is none, on the last one
(§ 188 II, III BGB).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from .interval import Interval, Unit
from .period import ONE_DAY, Period
from .recurrence import Grid


@dataclass(frozen=True, slots=True)
class Term:
    """First and later term of a contract, each with its own period of notice.

    No first term: the later one begins with the contract. No later term: what
    follows is indefinite and ends a period of notice after any day. No period of
    notice: any day before the end will do. `notice_first` is for the end of the
    first term, `notice_later` for everything after it. `extensions` are days on which
    a pause begins, with its length in days, in their order: the term it begins in ends
    so much later. A term that is over does not move, and an indefinite phase has no end
    to move (§ 309 Nr. 9 BGB: nobody is bound anew by a pause).

    >>> year, month = Interval(1, Unit.YEAR), Interval(1, Unit.MONTH)
    >>> term = Term(first=year, notice_first=month, notice_later=month)
    >>> start = date(2024, 3, 1)
    >>> term.earliest_end(start, on=date(2025, 1, 28))
    datetime.date(2025, 3, 1)
    >>> term.earliest_end(start, on=date(2025, 2, 1))
    datetime.date(2025, 3, 2)
    """

    first: Interval | None = None
    later: Interval | None = None
    notice_first: Interval | None = None
    notice_later: Interval | None = None
    extensions: tuple[tuple[date, int], ...] = ()

    def first_end(self, start: date) -> date | None:
        """Return the stop (excluded) of the first term, None without one."""
        return (
            self._extended(Period(start, self.first.add(start))) if self.first else None
        )

    def _extended(self, term: Period) -> date:
        return extended(term.stop, self.extensions, term.start)

    def current(self, start: date, on: date) -> Period | None:
        """Return the term that contains `on`, None in an indefinite phase.

        Before the start it is the term the contract begins with.
        """
        on = max(on, start)
        first_end = self.first_end(start)
        if first_end and on < first_end:
            return Period(start, first_end)
        return self._later_term(start, on) if self.later else None

    def earliest_end(self, start: date, on: date) -> date:
        """Return the stop (excluded) of the contract if notice is given on `on`.

        A term that stops on S is ended in time if the notice runs out before S;
        otherwise the next one has to be. In an indefinite phase the last day is
        `on` plus the notice, and lies in that phase: who missed the end of the first
        term has at least one day of the phase after it. Notice before the start
        counts: it may end an indefinite contract on its start, which then never runs.
        """
        first_end = self.first_end(start)
        if first_end and _runs_out(on, self.notice_first) < first_end:
            return first_end
        last_day = _runs_out(on, self.notice_later)
        if self.later:
            return self._later_term(start, max(last_day, first_end or start)).stop
        return max(last_day, first_end or start - ONE_DAY) + ONE_DAY

    def last_cancel_day(self, start: date, on: date) -> date | None:
        """Return the last day to end the term that contains `on` at its end.

        It may have passed, or lie before the start. None in an indefinite phase.
        """
        term = self.current(start, on)
        if term is None:
            return None
        is_first = self.first is not None and term.stop == self.first_end(start)
        notice = self.notice_first if is_first else self.notice_later
        day = notice.add(term.last_day, -1) if notice else term.last_day
        # 28 February less a month is 28 January, but the 31st is still in time.
        while _runs_out(day + ONE_DAY, notice) < term.stop:
            day += ONE_DAY
        return day

    def _later_term(self, start: date, on: date) -> Period:
        """Return the later term around a day that is not in the first one.

        Where both terms are counted in months, it is computed from the start of the
        contract and its day of the month (T1); after one that was extended, from its
        new end.
        """
        origin = self.first_end(start) or start
        is_plain = not self.first or origin == self.first.add(start)
        day = start.day if self._is_monthly() and is_plain else origin.day
        while True:
            grid = Grid(origin.year, origin.month, day, self.later)
            pauses = [pause for pause, _days in self.extensions if pause >= origin]
            longer = grid.cell(pauses[0]) if pauses else None
            if longer is None or on < longer.start:
                return grid.cell(on)
            origin = self._extended(longer)
            if on < origin:
                return Period(longer.start, origin)
            day = origin.day

    def _is_monthly(self) -> bool:
        return bool(self.later.months) and (not self.first or bool(self.first.months))


def extended(
    stop: date, extensions: Iterable[tuple[date, int]], start: date = date.min
) -> date:
    """Return the stop of what begins on `start`, later by each pause that begins before
    it is reached.

    >>> extended(date(2024, 7, 1), [(date(2024, 2, 1), 62), (date(2024, 8, 1), 1)])
    datetime.date(2024, 9, 2)
    """
    for pause, days in extensions:
        if start <= pause < stop:
            stop += timedelta(days)
    return stop


@dataclass(frozen=True, slots=True)
class Finding:
    """What a consumer contract may not provide for: a code and its paragraph."""

    code: str
    paragraph: str


def consumer_findings(term: Term) -> tuple[Finding, ...]:
    """Return what German consumer law forbids in the terms of a contract (C2).

    § 309 Nr. 9 BGB: a first term of at most two years (a), renewal without an
    agreement only indefinite and with at most one month of notice (b), at most one
    month of notice before the end of the first term (c).

    >>> year, quarter = Interval(1, Unit.YEAR), Interval(3, Unit.MONTH)
    >>> [each.code for each in consumer_findings(Term(year, year, quarter))]
    ['renewal_not_indefinite', 'notice_first_too_long']
    """
    two_years, one_month = Interval(24, Unit.MONTH), Interval(1, Unit.MONTH)
    checks = (
        ("first_term_too_long", "a", _exceeds(term.first, two_years)),
        ("renewal_not_indefinite", "b", term.later is not None),
        ("notice_later_too_long", "b", _exceeds(term.notice_later, one_month)),
        ("notice_first_too_long", "c", _exceeds(term.notice_first, one_month)),
    )
    return tuple(
        Finding(code, f"§ 309 Nr. 9 lit. {letter} BGB")
        for code, letter, is_found in checks
        if is_found
    )


def _runs_out(on: date, notice: Interval | None) -> date:
    """Return the last day of a notice given on `on` (§§ 187 I, 188 II, III BGB)."""
    return notice.add(on) if notice else on


def _exceeds(length: Interval | None, limit: Interval) -> bool:
    """Tell whether a length exceeds the limit in the shortest case there is.

    From 1 February of a common year on, a month has 28 days and two years 730.
    """
    shortest = date(2001, 2, 1)
    return length is not None and length.add(shortest) > limit.add(shortest)

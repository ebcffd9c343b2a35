"""Quotas: what a period grants free, and what of it goes on with a change (X2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .period import Period

NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is free: a quantity, and of a percentage so many events, so much amount.

    None is no limit of that kind.
    """

    quantity: Fraction = NONE
    events: Fraction | None = None
    amount: Fraction | None = None

    def times(self, share: Fraction) -> Allowance:
        """Return a share of it."""
        return self._map(lambda mine, _theirs: mine * share, self)

    def plus(self, other: Allowance) -> Allowance:
        """Return the sum, in the kinds of this one."""
        return self._map(lambda mine, theirs: mine + theirs, other)

    def minus(self, other: Allowance) -> Allowance:
        """Return the difference, in the kinds of this one; it may be below zero."""
        return self._map(lambda mine, theirs: mine - theirs, other)

    def at_least(self, other: Allowance) -> Allowance:
        """Return what is the more of each kind of this one."""
        return self._map(max, other)

    def _map(
        self, function: Callable[[Fraction, Fraction], Fraction], other: Allowance
    ) -> Allowance:
        def each(mine: Fraction | None, theirs: Fraction | None) -> Fraction | None:
            return None if mine is None else function(mine, theirs or NONE)

        return Allowance(
            function(self.quantity, other.quantity),
            each(self.events, other.events),
            each(self.amount, other.amount),
        )


NOTHING = Allowance()


@dataclass(frozen=True, slots=True)
class Quota:
    """What a booking grants: `size` for the full period `whole`, from `start` on.

    `stop` (excluded) is the end of the period where the contract goes on, whatever
    the booking becomes, and the end of the contract where it does not. `before` is
    the quota it takes the place of, whose period reaches beyond `start`.

    A change takes nothing back that was granted and grants nothing a second time:
    only by how much the new size exceeds the old one is granted for the days left.

    >>> june = Period(date(2024, 6, 1), date(2024, 7, 1))
    >>> old = Quota(Allowance(Fraction(1000)), june, june.start, june.stop)
    >>> more = Allowance(Fraction(2500))
    >>> new = Quota(more, june, date(2024, 6, 11), june.stop, before=old)
    >>> new.granted(left=Allowance(Fraction(200))).quantity
    Fraction(1200, 1)
    """

    size: Allowance
    whole: Period
    start: date
    stop: date
    is_prorated: bool = True
    before: Quota | None = None

    def granted(self, left: Allowance = NOTHING) -> Allowance:
        """Return what is free in all; `left` is what the quota before has left."""
        own = self._nominal(self.start, self.stop)
        if self.before is None:
            return own
        fresh = own.minus(self.before.held(self.start))
        if self.stop >= self.whole.stop:
            fresh = fresh.at_least(NOTHING)
        return fresh.plus(left).at_least(NOTHING)

    def held(self, day: date) -> Allowance:
        """Return what was granted so far for the days from `day` on."""
        own = self._nominal(max(day, self.start), self.whole.stop)
        return own if self.before is None else own.at_least(self.before.held(day))

    def _nominal(self, start: date, stop: date) -> Allowance:
        days = max((stop - start).days, 0)
        if days == self.whole.days or (days and not self.is_prorated):
            return self.size
        return self.size.times(Fraction(days, self.whole.days))

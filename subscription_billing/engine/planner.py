"""Planner: what is due and not charged, what is charged and not due (X2, T6, T7)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .charge import Charged, DueCharge, Plan
from .errors import InvalidItem
from .local_time import utc_window
from .money import Rounding
from .period import ONE_DAY, Period, merge, subtract
from .price import PricedAmount
from .proration import Proration, fraction, share
from .timeline import Item, ItemKind, Mode, Timeline


def plan(
    timeline: Timeline, charged: Iterable[Charged], until: date, rounding: Rounding
) -> Plan:
    """Return the charges due by `until` (included) and the credits due at all.

    A difference, not a step: `charged` is everything in the ledger that is not void,
    in any order. Charges are all that the timeline bills and the ledger lacks,
    however many periods are open (T7); credits are all that the ledger holds and the
    timeline does not bill, whenever it lies. Putting both into the ledger and
    planning again yields nothing.
    Raises `InvalidItem` for a charge whose item the timeline does not have.
    """
    rows: dict[Hashable, list[Charged]] = {item.key: [] for item in timeline.items}
    for row in charged:
        if row.item_key not in rows:
            raise InvalidItem(
                f"charge {row.key!r} is of unknown item {row.item_key!r}",
                charge=row.key,
                item=row.item_key,
            )
        rows[row.item_key].append(row)
    charges: list[DueCharge] = []
    credits: list[DueCharge] = []
    upcoming: list[date] = []
    for item in timeline.items:
        planner = _ItemPlanner(item, timeline, rows[item.key], rounding)
        credits += planner.credits()
        for charge in planner.charges():
            if charge.due > until:
                upcoming.append(charge.due)
                break
            charges.append(charge)
    charges.sort(key=_order)
    credits.sort(key=_order)
    return Plan(tuple(charges), tuple(credits), min(upcoming, default=None))


def _order(charge: DueCharge) -> tuple[date, date]:
    return charge.due, charge.period.start


@dataclass(slots=True)
class _ItemPlanner:
    """One item beside its rows of the ledger."""

    item: Item
    timeline: Timeline
    rows: list[Charged]
    rounding: Rounding
    segments: tuple[Period, ...] = field(init=False)
    covered: tuple[Period, ...] = field(init=False)
    priced: PricedAmount = field(init=False)

    def __post_init__(self) -> None:
        self.segments = self.timeline.cut(self.item)
        self.covered = merge(self._covered())
        self.priced = self.item.price.rate(self.item.quantity)

    def charges(self) -> Iterator[DueCharge]:
        """Yield what is not charged yet, by due date, without an end of its own."""
        if self.item.kind is ItemKind.ONE_OFF:
            yield from self._one_off()
            return
        last = None
        for segment in self.segments:
            for gap in subtract((segment,), self.covered):
                for charge in self._fill(gap, segment):
                    # A full fee is due once, even if a pause cuts its period in two.
                    if charge.whole != last:
                        yield charge
                    if self.item.proration is Proration.NONE:
                        last = charge.whole

    def credits(self) -> Iterator[DueCharge]:
        """Yield what is charged beyond the segments, each part with its charge (X1).

        What was charged ahead of its time is no excess. A one-off item and a full
        fee are not given back when the item ends.
        """
        if self.item.kind is ItemKind.ONE_OFF:
            return
        if not subtract(self.covered, self.segments):
            return  # without a walk through the history, which is the usual case
        for row in self.rows:
            if not self._is_full_fee(row):
                for piece in subtract(row.live(), self.segments):
                    yield self._credit(row, piece)

    def _covered(self) -> Iterator[Period]:
        for row in self.rows:
            live = row.live()
            if live and self._is_full_fee(row):
                live = (row.whole, row.period)
            yield from live

    def _is_full_fee(self, row: Charged) -> bool:
        return Proration.NONE in (self.item.proration, row.proration)

    def _one_off(self) -> Iterator[DueCharge]:
        if self.segments and not any(row.live() for row in self.rows):
            start = self.segments[0].start
            day = Period(start, start + ONE_DAY)
            yield self._charge(day, day, self.segments[0])

    def _fill(self, gap: Period, segment: Period) -> Iterator[DueCharge]:
        start = gap.start
        while start < gap.stop:
            whole = self.item.fees.whole_at(start)
            part = whole if gap.covers(whole) else whole.overlap(gap)
            yield self._charge(part, whole, segment)
            start = part.stop

    def _charge(self, part: Period, whole: Period, segment: Period) -> DueCharge:
        cell, due = self._when(part, whole, segment)
        amount, ratio = self._amount(self.priced, part, whole, self.item.proration)
        return DueCharge(
            item_key=self.item.key,
            kind="charge",
            period=part,
            whole=whole,
            billing_period=cell,
            due=due,
            amount=amount,
            priced=self.priced,
            fraction=ratio,
            quantity=self.item.quantity,
            revision=self._revision(part),
        )

    def _credit(self, row: Charged, part: Period) -> DueCharge:
        priced = PricedAmount(row.amount_full)
        amount, ratio = self._amount(priced, part, row.whole, row.proration)
        return DueCharge(
            item_key=self.item.key,
            kind="credit",
            period=part,
            whole=row.whole,
            # Uncut: the contract may have ended before what is credited.
            billing_period=self.item.billing.whole_at(part.start),
            due=part.start,
            amount=-amount,
            priced=priced,
            fraction=ratio,
            quantity=self.item.quantity,
            revision=row.revision,
            credits=row.key,
        )

    def _when(
        self, part: Period, whole: Period, segment: Period
    ) -> tuple[Period, date]:
        """Return the billing cell that causes a charge, and its due date (T6)."""
        billing = self.item.billing
        if self.item.mode is Mode.ARREARS:
            cell = billing.period_at(part.last_day)
            return cell, cell.stop
        cell = billing.period_at(max(whole.start, billing.start))
        return cell, max(cell.start, segment.start)

    def _amount(
        self, priced: PricedAmount, part: Period, whole: Period, rule: Proration
    ) -> tuple[Decimal, Fraction]:
        if part == whole:
            return self.rounding.round(priced.amount), Fraction(1)
        if rule is Proration.SECOND:
            part, whole = (
                utc_window(each, self.timeline.zone) for each in (part, whole)
            )
        amount = share(priced.amount, part, whole, self.rounding, rule)
        return amount, fraction(part, whole, rule)

    def _revision(self, part: Period) -> int:
        """Return the first revision no charge of these days has, credited or not."""
        taken = (row.revision for row in self.rows if row.period.overlaps(part))
        return max(taken, default=-1) + 1

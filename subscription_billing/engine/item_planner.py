"""One item of the timeline beside its rows of the ledger (X2, T6, T7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .charge import Charged, ChargeKind, DueCharge, amount_of
from .money import ZERO, Rounding
from .period import ONE_DAY, Period, merge, subtract
from .price import PricedAmount
from .proration import Proration
from .timeline import Item, ItemKind, Mode, Timeline


@dataclass(slots=True)
class ItemPlanner:
    """What one item lacks in the ledger, and what it has too much there."""

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
        # What usage costs is known when its events have been read.
        self.priced = (
            PricedAmount(ZERO)
            if self.is_metered
            else self.item.price.rate(self.item.quantity)
        )

    @property
    def is_metered(self) -> bool:
        """Whether its charges are priced by events, after planning."""
        return self.item.kind is ItemKind.METERED

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

        What was charged ahead of its time is no excess. A one-off item, a full fee
        and what was used are not given back when the item ends.
        """
        if self.item.kind is not ItemKind.RECURRING:
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
            kind=ChargeKind.USAGE if self.is_metered else ChargeKind.CHARGE,
            period=part,
            whole=whole,
            billing_period=cell,
            due=due,
            amount=amount,
            priced=self.priced,
            fraction=ratio,
            quantity=self.item.quantity,
            revision=self._revision(part),
            proration=self.item.proration,
            number=self.item.fees.number_at(whole.start),
        )

    def _credit(self, row: Charged, part: Period) -> DueCharge:
        priced = PricedAmount(row.amount_full)
        amount, ratio = self._amount(priced, part, row.whole, row.proration)
        return DueCharge(
            item_key=self.item.key,
            kind=ChargeKind.CREDIT,
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
            proration=row.proration,
        )

    def _when(
        self, part: Period, whole: Period, segment: Period
    ) -> tuple[Period, date]:
        """Return the billing cell that causes a charge, and its due date (T6)."""
        billing = self.item.billing
        if self.is_metered or self.item.mode is Mode.ARREARS:
            cell = billing.period_at(part.last_day)
            return cell, cell.stop
        cell = billing.period_at(max(whole.start, billing.start))
        return cell, max(cell.start, segment.start)

    def _amount(
        self, priced: PricedAmount, part: Period, whole: Period, rule: Proration
    ) -> tuple[Decimal, Fraction]:
        zone = self.timeline.zone
        return amount_of(priced, part, whole, rule, self.rounding, zone)

    def _revision(self, part: Period) -> int:
        """Return the first revision no charge of these days has, credited or not."""
        taken = (row.revision for row in self.rows if row.period.overlaps(part))
        return max(taken, default=-1) + 1

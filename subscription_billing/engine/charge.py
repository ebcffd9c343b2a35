"""Charges: what the ledger knows, and what the planner asks it to add (X1, X2)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from .local_time import utc_window
from .money import ZERO, Rounding
from .period import Period, subtract
from .price import PricedAmount
from .proration import Proration, fraction, share


class ChargeKind(str, Enum):
    """Why something is due.

    USAGE is metered and not priced before its events are read, INTERIM the usage of a
    part of its period, of which the rest follows, LATE that of a period that was
    billed already.
    """

    CHARGE = "charge"
    CREDIT = "credit"
    USAGE = "usage"
    INTERIM = "interim"
    LATE = "late"


# What usage costs is owed for its own time: there is nothing to prorate.
METERED_KINDS = (ChargeKind.USAGE, ChargeKind.INTERIM, ChargeKind.LATE)


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge of the ledger that is not void, and what was credited of it.

    `period` is what it covers of the aligned period `whole`; `amount_full` is the
    unrounded price of the whole. `credited` lists the credited parts.
    `proration` is the rule it was charged by: a credit follows the same rule.
    """

    key: Hashable
    item_key: Hashable
    period: Period
    whole: Period
    amount_full: Decimal
    revision: int = 0
    credited: tuple[Period, ...] = ()
    proration: Proration = Proration.DAY

    def live(self) -> tuple[Period, ...]:
        """Return the parts that are charged and not credited."""
        if not self.credited:
            return (self.period,)
        return subtract((self.period,), self.credited)


@dataclass(frozen=True, slots=True)
class UsageFacts:
    """What was measured for a charge of usage.

    `window` are the instants it was looked at (half-open, UTC). `count`, `first` and
    `last` are of the events it bills. `raw` is the aggregated quantity of the whole
    period so far, `quantity` the same after the meter's rounding, `free` the quota
    granted for it and `unused` what is left of that.
    """

    window: Period
    count: int
    first: datetime | None
    last: datetime | None
    raw: Decimal
    quantity: Decimal
    free: Decimal = ZERO
    unused: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class DueCharge:
    """One row the ledger is to get.

    `period` is the part of the aligned period `whole` that it covers, `fraction` their
    ratio, `billing_period` the cell of the billing recurrence that caused it, `number`
    the ordinal of the whole from the item's grid, counted from 1. `amount` is rounded,
    negative for a credit; `amount_list` is the same before reductions, None if there
    were none. `priced` is the unrounded price of the whole; its slices are the
    arithmetic, and are empty for a credit, which repeats its charge. `credits` is the
    key of the charge a credit belongs to. `revision` tells charges of the same days
    apart.
    """

    item_key: Hashable
    kind: ChargeKind
    period: Period
    whole: Period
    billing_period: Period
    due: date
    amount: Decimal
    priced: PricedAmount
    fraction: Fraction
    quantity: Decimal
    revision: int = 0
    credits: Hashable = None
    proration: Proration = Proration.DAY
    number: int = 1
    amount_list: Decimal | None = None
    usage: UsageFacts | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is missing in the ledger, and the day something becomes due next.

    `next_due` is None if nothing will ever be due unless something changes.
    """

    charges: tuple[DueCharge, ...] = ()
    credits: tuple[DueCharge, ...] = ()
    next_due: date | None = None


def amount_of(
    priced: PricedAmount,
    part: Period,
    whole: Period,
    rule: Proration,
    rounding: Rounding,
    zone: str,
) -> tuple[Decimal, Fraction]:
    """Return the rounded amount of `part`, and its fraction of the whole (M2, M3).

    `priced` is what the whole costs; `zone` only matters for proration by seconds.
    """
    if part == whole:
        return rounding.round(priced.amount), Fraction(1)
    part, whole = measured(part, rule, zone), measured(whole, rule, zone)
    amount = share(priced.amount, part, whole, rounding, rule)
    return amount, fraction(part, whole, rule)


def measured(period: Period, rule: Proration, zone: str) -> Period:
    """Return the period as the rule measures it: by seconds, its instants in a zone."""
    return utc_window(period, zone) if rule is Proration.SECOND else period

"""Charges: what the ledger knows, and what the planner asks it to add (X1, X2)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .period import Period, subtract
from .price import PricedAmount
from .proration import Proration


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
class DueCharge:
    """One row the ledger is to get.

    `kind` is "charge" or "credit"; `period` is the part of the aligned period
    `whole` that it covers, `fraction` their ratio, `billing_period` the cell of the
    billing recurrence that caused it. `amount` is rounded, negative for a credit.
    `priced` is the unrounded price of the whole; its slices are the arithmetic, and
    are empty for a credit, which repeats its charge. `credits` is the key of the
    charge a credit belongs to. `revision` tells charges of the same days apart.
    """

    item_key: Hashable
    kind: str
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


@dataclass(frozen=True, slots=True)
class Plan:
    """What is missing in the ledger, and the day something becomes due next.

    `next_due` is None if nothing will ever be due unless something changes.
    """

    charges: tuple[DueCharge, ...] = ()
    credits: tuple[DueCharge, ...] = ()
    next_due: date | None = None

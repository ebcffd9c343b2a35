"""What was used up of an amount that is taken off per billing period."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .charge import DueCharge
from .money import ZERO, scaled
from .period import Period


@dataclass(frozen=True, slots=True)
class Spent:
    """So much of the amount of reduction `key` went into one charge.

    `value` is at the price of the full period `whole`, `live` are the days charged.
    `cell` is the start of the billing period.
    """

    key: Hashable
    cell: date
    whole: Period
    live: tuple[Period, ...]
    value: Decimal
    is_usage: bool = False

    def against(self, charge: DueCharge) -> Decimal:
        """Return what of it counts against what `charge` may take.

        Charges of one period that follow each other each get all of it, each for its
        days: so a change in the middle, and back again, costs nothing.
        """
        if self.is_usage:
            return self.value
        if self.whole == charge.whole:
            is_beside = any(charge.period.overlaps(part) for part in self.live)
            return self.value if is_beside else ZERO
        days = sum(part.days for part in self.live)
        return scaled(self.value, Fraction(days, self.whole.days))

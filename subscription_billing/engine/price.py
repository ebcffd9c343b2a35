"""Prices: from a quantity to an amount that carries its own explanation (M4, M6)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Slice:
    """One step of the arithmetic: `quantity` units at `price_unit` are `amount`.

    `kind` is "unit" for a price per unit and "flat" for a price independent of the
    quantity. Words and currency are added where it is shown.
    """

    quantity: Decimal
    price_unit: Decimal
    amount: Decimal
    kind: str = "unit"


@dataclass(frozen=True, slots=True)
class PricedAmount:
    """The unrounded price of a full period, and the slices that add up to it."""

    amount: Decimal
    slices: tuple[Slice, ...] = ()


class Price(Protocol):
    """What every price model can do."""

    def rate(self, quantity: Decimal) -> PricedAmount:
        """Return the unrounded price of `quantity` units for one full period."""


@dataclass(frozen=True, slots=True)
class Flat:
    """One amount per period, whatever the quantity.

    >>> Flat(Decimal("49")).rate(Decimal("3")).amount
    Decimal('49')
    """

    amount: Decimal

    def rate(self, quantity: Decimal) -> PricedAmount:
        """Return the amount as a single flat slice."""
        part = Slice(Decimal(1), self.amount, self.amount, "flat")
        return PricedAmount(self.amount, (part,))


@dataclass(frozen=True, slots=True)
class PerUnit:
    """The same amount for each unit; fractions of a unit cost their fraction.

    >>> PerUnit(Decimal("0.0137")).rate(Decimal("250")).amount
    Decimal('3.4250')
    """

    price_unit: Decimal

    def rate(self, quantity: Decimal) -> PricedAmount:
        """Return quantity x price per unit, unrounded."""
        amount = quantity * self.price_unit
        return PricedAmount(amount, (Slice(quantity, self.price_unit, amount),))

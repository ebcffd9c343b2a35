"""Prices: from a quantity to an amount that carries its own explanation (M4, M6)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import ClassVar, Protocol

from .errors import InvalidPrice
from .money import (
    EXACT,
    ONE,
    check_amount,
    check_finite,
    check_quantity,
    exact_sum,
    scaled,
)


class Basis(str, Enum):
    """What the parts of a quantity are: nothing, single events, or time buckets."""

    QUANTITY = "quantity"
    EVENTS = "events"
    BUCKETS = "buckets"


@dataclass(frozen=True, slots=True)
class Slice:
    """One step of the arithmetic: `quantity` units at `price_unit` are `amount`.

    `kind` says of what: "unit", "package" (started packages), "flat" (independent of
    the quantity), "percent" (`quantity` is an amount, `price_unit` the percent),
    "free" (units that cost nothing), "minimum" (what an amount lacks), "maximum"
    (what it has too much, negative), "discount" (negative, `price_unit` the percent
    or 0, `label` its name, `key` its reduction). Words and currency are added where
    it is shown.
    """

    quantity: Decimal
    price_unit: Decimal
    amount: Decimal
    kind: str = "unit"
    label: str = ""
    key: Hashable = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PricedAmount:
    """The unrounded price of a full period, and the slices that add up to it."""

    amount: Decimal
    slices: tuple[Slice, ...] = ()

    @classmethod
    def of(cls, slices: Iterable[Slice]) -> PricedAmount:
        """Return the slices and their sum, with every digit of it."""
        slices = tuple(slices)
        return cls(exact_sum(each.amount for each in slices), slices)

    def plus(self, *slices: Slice) -> PricedAmount:
        """Return the same with more slices after the others."""
        more = exact_sum(each.amount for each in slices)
        return PricedAmount(EXACT.add(self.amount, more), (*self.slices, *slices))


class Price(Protocol):
    """What every price model can do. A quantity below zero costs what zero costs."""

    basis: ClassVar[Basis]

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return the unrounded price of `quantity` units for one full period.

        `parts` are the amounts of the single events in order (EVENTS) or the
        quantity of each time bucket (BUCKETS); without them there is one part.
        """

    def for_share(self, share: Fraction) -> Price:
        """Return the price of a shorter period: a share of what is fixed in it."""


@dataclass(frozen=True, slots=True)
class Flat:
    """One amount per period, whatever the quantity.

    >>> Flat(Decimal("49")).rate(Decimal("3")).amount
    Decimal('49')
    """

    basis: ClassVar[Basis] = Basis.QUANTITY
    amount: Decimal

    def __post_init__(self) -> None:
        check_finite(self.amount)

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return the amount as a single flat slice."""
        return PricedAmount(self.amount, (flat_slice(self.amount),))

    def for_share(self, share: Fraction) -> Flat:
        """Return a share of the amount."""
        return Flat(scaled(self.amount, share))


@dataclass(frozen=True, slots=True)
class PerUnit:
    """The same amount for each unit; fractions of a unit cost their fraction.

    >>> PerUnit(Decimal("0.0137")).rate(Decimal("250")).amount
    Decimal('3.4250')
    """

    basis: ClassVar[Basis] = Basis.QUANTITY
    price_unit: Decimal

    def __post_init__(self) -> None:
        check_finite(self.price_unit)

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return quantity x price per unit, unrounded."""
        return PricedAmount.of([unit_slice(check_quantity(quantity), self.price_unit)])

    def for_share(self, share: Fraction) -> PerUnit:
        """Return the price itself: nothing in it is fixed."""
        return self


@dataclass(frozen=True, slots=True)
class Package:
    """One amount for each started package of `size` units, or each full one.

    Raises `InvalidPrice` for a size that is not positive.

    >>> Package(Decimal(100), Decimal(5)).rate(Decimal(101)).amount
    Decimal('10')
    """

    basis: ClassVar[Basis] = Basis.QUANTITY
    size: Decimal
    price_unit: Decimal
    round_down: bool = False

    def __post_init__(self) -> None:
        check_size(self.size)
        check_amount(self.price_unit)

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return the number of packages x price per package."""
        count = packages(check_quantity(quantity), self.size, self.round_down)
        return PricedAmount.of([unit_slice(count, self.price_unit, "package")])

    def for_share(self, share: Fraction) -> Package:
        """Return the price itself: nothing in it is fixed."""
        return self


def flat_slice(amount: Decimal, kind: str = "flat") -> Slice:
    """Return the slice of an amount that depends on no quantity."""
    return Slice(ONE, amount, amount, kind)


def unit_slice(quantity: Decimal, price_unit: Decimal, kind: str = "unit") -> Slice:
    """Return the slice quantity x price per unit."""
    return Slice(quantity, price_unit, EXACT.multiply(quantity, price_unit), kind)


def packages(quantity: Decimal, size: Decimal, round_down: bool = False) -> Decimal:
    """Return the number of started packages, or of full ones.

    >>> packages(Decimal("100.5"), Decimal(100)), packages(Decimal(99), 100, True)
    (Decimal('2'), Decimal('0'))
    """
    count, rest = EXACT.divmod(quantity, size)
    return EXACT.add(count, ONE) if rest and not round_down else count


def check_size(size: Decimal) -> None:
    """Raise `InvalidPrice` for a size of a package that is not positive."""
    if check_amount(size) <= 0:
        raise InvalidPrice(f"package size {size} is not positive", size=size)

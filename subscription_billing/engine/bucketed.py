"""Bucketed: each stretch of time priced alone, such as the peak of every hour (M6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from .errors import InvalidPrice
from .money import EXACT
from .price import Basis, Price, PricedAmount, Slice


@dataclass(frozen=True, slots=True)
class Bucketed:
    """The sum of what each bucket costs by the inner price.

    A free quantity, minimum or maximum inside counts for each bucket; put it around
    this price for one that counts for the sum.
    Raises `InvalidPrice` for an inner price that needs parts of its own.

    >>> from .price import Package
    >>> price = Bucketed(Package(Decimal(100), Decimal(5)))
    >>> price.rate(Decimal(200), (Decimal(50), Decimal(150))).amount
    Decimal('15')
    """

    basis: ClassVar[Basis] = Basis.BUCKETS
    inner: Price

    def __post_init__(self) -> None:
        if self.inner.basis is not Basis.QUANTITY:
            raise InvalidPrice(
                "a bucket has no events or buckets of its own", basis=self.inner.basis
            )

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return the sum, equal steps of all buckets gathered in one slice."""
        buckets = (quantity,) if parts is None else parts
        return PricedAmount.of(
            _gathered(
                each for bucket in buckets for each in self.inner.rate(bucket).slices
            )
        )

    def for_share(self, share: Fraction) -> Bucketed:
        """Return the price itself: a bucket is as long as before."""
        return self


def _gathered(slices: Iterable[Slice]) -> Iterable[Slice]:
    """Return slices of the same kind and price as one, in the order they came."""
    sums: dict[tuple[str, Decimal, str], Slice] = {}
    for each in slices:
        key = each.kind, each.price_unit, each.label
        if known := sums.get(key):
            each = replace(
                known,
                quantity=EXACT.add(known.quantity, each.quantity),
                amount=EXACT.add(known.amount, each.amount),
            )
        sums[key] = each
    return sums.values()

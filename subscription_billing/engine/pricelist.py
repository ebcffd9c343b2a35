"""Price lists: quantity steps whose lower bound is included, as Odoo keeps them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from .errors import InvalidPrice
from .money import check_amount, check_finite, check_quantity
from .price import Basis, PricedAmount, unit_slice


@dataclass(frozen=True, slots=True)
class PriceList:
    """The whole quantity at the price of the last step it reaches.

    `steps` are pairs of the quantity a price begins at (included) and the price,
    as in a pricelist of Odoo; below the first step its price counts.
    Raises `InvalidPrice` for steps that do not rise.

    >>> steps = (Decimal(0), Decimal(5)), (Decimal(10), Decimal(4))
    >>> PriceList(steps).rate(Decimal(10)).amount
    Decimal('40')
    """

    basis: ClassVar[Basis] = Basis.QUANTITY
    steps: tuple[tuple[Decimal, Decimal], ...]

    def __post_init__(self) -> None:
        bounds = [check_amount(bound) for bound, _price in self.steps]
        for _bound, price_unit in self.steps:
            check_finite(price_unit)
        if not bounds or any(
            low >= high for low, high in zip(bounds, bounds[1:], strict=False)
        ):
            raise InvalidPrice("quantities of a pricelist do not rise", bounds=bounds)

    def rate(
        self, quantity: Decimal, parts: Sequence[Decimal] | None = None
    ) -> PricedAmount:
        """Return quantity x price of its step."""
        quantity = check_quantity(quantity)
        index = bisect_right(self.steps, quantity, key=lambda step: step[0])
        price_unit = self.steps[max(index - 1, 0)][1]
        return PricedAmount.of([unit_slice(quantity, price_unit)])

    def for_share(self, share: Fraction) -> PriceList:
        """Return the price itself: nothing in it is fixed."""
        return self

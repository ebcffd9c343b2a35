"""Price changes: from the price that was agreed to the next one (C6)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .errors import InvalidAmount
from .money import EXACT, ZERO, Rounding, check_finite

# What a stored price holds.
FINEST = Rounding.from_digits(10)
# A price of fewer steps is not rounded to them: it would move by more than 5 %.
FEWEST_STEPS = 10
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Raise prices by a percentage and an amount; negative ones lower them.

    `step` is what new prices are multiples of, None for none. Prices below ten steps,
    such as 0.008 beside a step of 0.01, keep all that can be stored.
    Raises `InvalidAmount` for anything not finite and for a step that is not positive.

    >>> Adjustment(percent=Decimal("4.5"), step=Decimal("0.10")).apply(Decimal("29.90"))
    Decimal('31.20')
    """

    percent: Decimal = ZERO
    amount: Decimal = ZERO
    step: Decimal | None = None

    def __post_init__(self) -> None:
        check_finite(self.percent)
        check_finite(self.amount)
        if self.step is not None and check_finite(self.step) <= 0:
            raise InvalidAmount(f"step {self.step} is not positive", step=self.step)

    def apply(self, price: Decimal) -> Decimal:
        """Return the new price, which may be zero or negative: the caller decides.

        >>> Adjustment(percent=Decimal(5), step=Decimal("0.01")).apply(Decimal("0.008"))
        Decimal('0.0084000000')
        """
        check_finite(price)
        factor = EXACT.add(HUNDRED, self.percent).scaleb(-2, EXACT)
        raised = EXACT.add(EXACT.multiply(price, factor), self.amount)
        is_coarse = self.step is not None and abs(raised) < self.step * FEWEST_STEPS
        if self.step is None or is_coarse:
            return FINEST.round(raised)
        return Rounding(self.step).round(raised)

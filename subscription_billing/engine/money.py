"""Money: exact decimals, rounding to a step, and splitting without loss (M1, M2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation
from fractions import Fraction

from .errors import InvalidAmount

ZERO = Decimal(0)
ONE = Decimal(1)
# Python's own context keeps 28 digits and forgets the others without a word. This one
# has room for every digit of whatever a float can hold, times another.
EXACT = Context(prec=2500, Emin=MIN_EMIN, Emax=MAX_EMAX)
_DIVISION = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX)


def to_decimal(value: int | str | float | Decimal) -> Decimal:
    """Return `value` as the decimal a person would write for it (M1).

    Floats pass through their shortest text form, because 0.1 read from a database
    column means one tenth and not its binary neighbour.
    Raises `InvalidAmount` for text that is no number, NaN and infinity.

    >>> to_decimal(0.1) + to_decimal("0.2")
    Decimal('0.3')
    """
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise InvalidAmount(f"{value!r} is not a number", value=value) from None
    if not number.is_finite():
        raise InvalidAmount(f"{value!r} is not a finite number", value=value)
    return number


def check_finite(value: Decimal) -> Decimal:
    """Return `value`. Raises `InvalidAmount` for anything but a finite decimal."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise InvalidAmount(f"{value!r} is not a finite decimal", value=value)
    return value


def check_amount(value: Decimal) -> Decimal:
    """Return `value`. Raises `InvalidAmount` if it is negative or not finite."""
    if check_finite(value) < 0:
        raise InvalidAmount(f"{value} is negative", value=value)
    return value


def check_count(value: int) -> int:
    """Return `value`. Raises `InvalidAmount` if it is no whole number from 0."""
    if type(value) is not int or value < 0:
        raise InvalidAmount(f"{value!r} is no whole number from 0", value=value)
    return value


def check_quantity(quantity: Decimal) -> Decimal:
    """Return what is to be priced: below zero there is nothing.

    Raises `InvalidAmount` for NaN and infinity.
    """
    if not quantity.is_finite():
        raise InvalidAmount(f"{quantity} is not a finite number", value=quantity)
    return quantity if quantity > 0 else ZERO


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum with every digit of it.

    >>> exact_sum([Decimal("1e30"), Decimal("0.01")]) - Decimal("1e30")
    Decimal('0.01')
    """
    result = ZERO
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result


def scaled(amount: Decimal, share: Fraction) -> Decimal:
    """Return the share of an amount as a decimal, to 60 digits where it has no end.

    >>> scaled(Decimal("99.90"), Fraction(1, 2))
    Decimal('49.95')
    """
    product = EXACT.multiply(amount, Decimal(share.numerator))
    return _DIVISION.divide(product, Decimal(share.denominator))


@dataclass(frozen=True, slots=True)
class Rounding:
    """Rounding half up to a step in currency units, such as 0.01, 0.05 or 1 (M1).

    A tie goes away from zero, so a credit mirrors the charge it credits.
    Raises `InvalidAmount` for a step that is not positive.

    >>> Rounding(Decimal("0.05")).round(Decimal("-1.025"))
    Decimal('-1.05')
    """

    step: Decimal

    def __post_init__(self) -> None:
        if not isinstance(self.step, Decimal) or not self.step.is_finite():
            raise InvalidAmount(f"step {self.step!r} is not a decimal", step=self.step)
        if self.step <= 0:
            raise InvalidAmount(f"step {self.step} is not positive", step=self.step)

    @classmethod
    def from_digits(cls, digits: int) -> Rounding:
        """Return the rounding to that many decimal places.

        >>> Rounding.from_digits(2).step
        Decimal('0.01')
        """
        return cls(Decimal(1).scaleb(-digits))

    def round(self, amount: Decimal | Fraction | int) -> Decimal:
        """Return the multiple of the step nearest to `amount`, a tie away from zero.

        The comparison is made in whole numbers: no digit is lost before it.

        >>> Rounding.from_digits(2).round(Fraction(1, 3))
        Decimal('0.33')
        """
        top, bottom = amount.as_integer_ratio()
        step_top, step_bottom = self.step.as_integer_ratio()
        top, bottom = top * step_bottom, bottom * step_top
        steps = (2 * abs(top) + bottom) // (2 * bottom)
        return EXACT.multiply(self.step, Decimal(steps if top >= 0 else -steps))

"""Quotas: what is granted free, what is left of it, and what lives on."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from .money import EXACT, ZERO, check_amount, check_quantity


def left(granted: Decimal, used: Decimal) -> Decimal:
    """Return what is left of a quota, never below zero.

    >>> left(Decimal(100), Decimal(30)), left(Decimal(100), Decimal(130))
    (Decimal('70'), Decimal('0'))
    """
    return max(EXACT.subtract(check_amount(granted), check_quantity(used)), ZERO)


def overused(granted: Decimal, used: Decimal) -> Decimal:
    """Return what was used beyond a quota, never below zero."""
    return max(EXACT.subtract(check_quantity(used), check_amount(granted)), ZERO)


def used_share(granted: Decimal, used: Decimal) -> Fraction:
    """Return the share of a quota that is used, more than 1 beyond it.

    All of nothing is used from the start.

    >>> used_share(Decimal(100), Decimal(80))
    Fraction(4, 5)
    """
    if not check_amount(granted):
        return Fraction(1)
    return Fraction(check_quantity(used)) / Fraction(granted)


def carried(granted: Decimal, used: Decimal, cap: Decimal | None = None) -> Decimal:
    """Return what a period hands on to the next one, at most `cap`; None is no cap.

    `granted` may hold what was handed on to it: what is left is left.

    >>> carried(Decimal(100), Decimal(30), cap=Decimal(50))
    Decimal('50')
    """
    rest = left(granted, used)
    return rest if cap is None else min(rest, check_amount(cap))

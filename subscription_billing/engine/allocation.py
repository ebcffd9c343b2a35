"""Against which claims a payment without designation goes (§ 367 BGB)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

FEE, INTEREST, PRINCIPAL = range(3)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something open: a fee, interest or principal."""

    key: Hashable
    rank: int
    due: date
    amount: Decimal


def allocate(
    amount: Decimal, claims: Sequence[Claim]
) -> list[tuple[Hashable, Decimal]]:
    """Parts of a payment: costs first, then interest, then principal, each time the
    oldest first.

    >>> day = date(2026, 1, 1)
    >>> claims = [
    ...     Claim("invoice", PRINCIPAL, day, Decimal(100)),
    ...     Claim("fee", FEE, day, Decimal(40)),
    ...     Claim("interest", INTEREST, day, Decimal(3)),
    ... ]
    >>> allocate(Decimal(50), claims)
    [('fee', Decimal('40')), ('interest', Decimal('3')), ('invoice', Decimal('7'))]
    """
    parts = []
    for claim in sorted(claims, key=lambda it: (it.rank, it.due)):
        part = min(amount, claim.amount)
        if part > 0:
            parts.append((claim.key, part))
            amount -= part
    return parts

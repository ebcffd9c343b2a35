"""Credits: how much is given back."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from .charge import Charged, ChargeKind, DueCharge, Plan
from .money import EXACT, ZERO
from .price import PricedAmount


def capped_credit(potential: Decimal, left: Decimal) -> Decimal:
    """Return how much of a credit can be given if so much of what was paid is left.

    All credits together never exceed what was paid, and none is a charge.

    >>> str(capped_credit(Decimal(100), left=Decimal(20)))
    '20'
    """
    return max(min(potential, left), ZERO)


def capped(plan: Plan, left: Mapping[Hashable, Decimal]) -> Plan:
    """Return the plan with credits of no more than is left of their charges (X1).

    `left` has what is left of each credited charge, by its key.
    """
    rest, credits = dict(left), []
    for credit in plan.credits:
        amount = capped_credit(EXACT.minus(credit.amount), rest[credit.credits])
        rest[credit.credits] = EXACT.subtract(rest[credit.credits], amount)
        credits.append(replace(credit, amount=EXACT.minus(amount)))
    return replace(plan, credits=tuple(credits))


def annulled(rows: Iterable[Charged], left: Mapping[Hashable, Decimal]) -> Plan:
    """Return the plan of a contract that never was: all that is left goes back (C5)."""
    return Plan(credits=tuple(credit for row in rows for credit in _back(row, left)))


def _back(row: Charged, left: Mapping[Hashable, Decimal]) -> Iterator[DueCharge]:
    """Yield the live days of a charge; the last ones take all that is left of it."""
    pieces = row.live()
    for piece in pieces:
        amount = left[row.key] if piece == pieces[-1] else ZERO
        yield DueCharge(
            item_key=row.item_key,
            kind=ChargeKind.CREDIT,
            period=piece,
            whole=row.whole,
            billing_period=row.whole,
            due=piece.start,
            amount=EXACT.minus(amount),
            priced=PricedAmount(amount),
            fraction=Fraction(1),
            quantity=Decimal(1),
            revision=row.revision,
            credits=row.key,
            proration=row.proration,
        )

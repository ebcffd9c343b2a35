"""What is owed for usage: by difference to what was charged, never below it (X2)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from .charge import DueCharge, UsageFacts
from .limits import Limited
from .money import EXACT, ONE, ZERO, Rounding
from .price import PricedAmount, Slice
from .quota import Allowance


def price_of(
    price: Limited, share: Fraction, free: Allowance, carried: Decimal, is_final: bool
) -> Limited:
    """Return the price of a period of which the line has a `share` of the days.

    Minimum and maximum are cut to the share; `free` is granted in it, and `carried`
    comes from the period before. The minimum counts once the period is over.
    """
    price = price.for_share(share).with_allowance(free)
    if carried:
        price = price.with_free(carried)
    return price if is_final else price.without_minimum()


def less_billed(
    charge: DueCharge,
    priced: PricedAmount,
    facts: UsageFacts,
    already: Decimal,
    rounding: Rounding,
) -> DueCharge:
    """Return the charge of what the period costs less what was charged of it."""
    amount = EXACT.subtract(rounding.round(priced.amount), already)
    if already:
        billed = Slice(ZERO, ZERO, EXACT.minus(already), "billed")
        priced = priced.plus(billed)
    return replace(
        charge, amount=amount, priced=priced, quantity=facts.quantity, usage=facts
    )


def not_below(charge: DueCharge, paid: Decimal, label: str) -> DueCharge:
    """Return the charge giving back at most what was `paid` for its period (X1)."""
    excess = EXACT.subtract(EXACT.minus(charge.amount), max(paid, ZERO))
    if excess <= 0:
        return charge
    return replace(
        charge,
        amount=EXACT.add(charge.amount, excess),
        amount_list=charge.amount if charge.amount_list is None else charge.amount_list,
        priced=charge.priced.plus(Slice(ONE, ZERO, excess, "discount", label)),
    )

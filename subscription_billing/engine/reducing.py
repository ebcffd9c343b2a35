"""Discounts and bonuses, taken off charges before they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .charge import METERED_KINDS, ChargeKind, DueCharge, amount_of
from .money import EXACT, ZERO, Rounding, exact_sum, scaled
from .price import PricedAmount
from .proration import Proration
from .reduction import Reduction
from .spent import Spent


def reduce(
    charges: Iterable[DueCharge],
    reductions: Iterable[Reduction],
    used: Iterable[Spent],
    rounding: Rounding,
    zone: str,
    billed: Mapping[date, Decimal] | None = None,
) -> tuple[DueCharge, ...]:
    """Return the charges, each less the reductions that are for it, in their order.

    Every reduction works on what the ones before it left, and never below zero. It
    works on the price of the whole period, so that a part of it gets its part of the
    discount. An amount is used up charge by charge; `used` tells what charges of the
    ledger took of it, `billed` what those of a billing period (by its start) came to.
    Credits pass: they repeat what their charge cost.
    """
    charges, reductions = tuple(charges), tuple(reductions)
    spent = defaultdict(list)
    for each in used:
        spent[each.key, each.cell].append(each)
    before = _sums(charges, billed or {}, rounding)
    return tuple(
        charge
        if charge.kind == ChargeKind.CREDIT
        else _reduced(charge, reductions, before, spent, rounding, zone)
        for charge in charges
    )


def _sums(
    charges: Iterable[DueCharge], billed: Mapping[date, Decimal], rounding: Rounding
) -> dict[tuple[date, date], Decimal]:
    """Return what the charges of a billing period come to up to each due day.

    Not those due later: a run that is late must not find more than one in time.
    """
    by_cell = defaultdict(list)
    for charge in charges:
        if charge.kind != ChargeKind.CREDIT:
            by_cell[charge.billing_period.start].append(charge)
    return {
        (cell, due): rounding.round(
            exact_sum(
                [
                    billed.get(cell, ZERO),
                    *(_list(each, rounding) for each in group if each.due <= due),
                ]
            )
        )
        for cell, group in by_cell.items()
        for due in {charge.due for charge in group}
    }


def _list(charge: DueCharge, rounding: Rounding) -> Decimal:
    """Return the amount before reductions; of a part unrounded, so that the parts of
    a period come to the same as the whole."""
    if charge.kind in METERED_KINDS:
        return charge.amount
    return scaled(rounding.round(charge.priced.amount), charge.fraction)


def _reduced(
    charge: DueCharge,
    reductions: tuple[Reduction, ...],
    before: Mapping[tuple[date, date], Decimal],
    spent: dict[tuple[Hashable, date], list[Spent]],
    rounding: Rounding,
    zone: str,
) -> DueCharge:
    cell, priced = charge.billing_period.start, charge.priced
    is_usage = charge.kind in METERED_KINDS
    is_full = charge.proration is Proration.NONE
    for reduction in reductions:
        mine, reached = spent[reduction.key, cell], before[cell, charge.due]
        if charge.amount < 0:  # is given back as it was paid
            reached = reduction.minimum if mine else ZERO
        if not reduction.applies(charge, reached):
            continue
        taken = exact_sum(each.against(charge) for each in mine)
        if cut := reduction.take(charge, priced.amount, taken, rounding):
            priced = priced.plus(cut)
            value, whole = EXACT.minus(cut.amount), charge.whole
            live = (whole if is_full else charge.period,)
            mine.append(Spent(reduction.key, cell, whole, live, value, is_usage))
    if priced is charge.priced:
        return charge
    amount, ratio = _amount(charge, priced, rounding, zone)
    return replace(
        charge,
        amount=amount,
        priced=priced,
        fraction=ratio,
        amount_list=charge.amount,
    )


def _amount(
    charge: DueCharge, priced: PricedAmount, rounding: Rounding, zone: str
) -> tuple[Decimal, Fraction]:
    if charge.kind in METERED_KINDS:
        return rounding.round(priced.amount), Fraction(1)
    part, whole = charge.period, charge.whole
    return amount_of(priced, part, whole, charge.proration, rounding, zone)

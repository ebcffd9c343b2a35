"""Credits: how much is given back, and what a contract is worth per month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .interval import MONTHS_PER_YEAR, Interval
from .money import EXACT, ZERO, Rounding, check_amount, exact_sum, scaled

DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True)
class Document:
    """Net amount and tax of an invoice or a credit note, both rounded."""

    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        """What is paid or given back: the sum of two rounded amounts."""
        return EXACT.add(self.net, self.tax)

    @classmethod
    def of(cls, net: Decimal, tax_percent: Decimal, rounding: Rounding) -> Document:
        """Return the document of a net amount, which is rounded before it is taxed.

        >>> Document.of(Decimal("193.333"), Decimal(25), Rounding(Decimal("0.01")))
        Document(net=Decimal('193.33'), tax=Decimal('48.33'))
        """
        net = rounding.round(net)
        tax = Fraction(net) * Fraction(check_amount(tax_percent)) / 100
        return cls(net, rounding.round(tax))


def note_totals(
    nets: Sequence[Decimal], tax_percent: Decimal, rounding: Rounding
) -> tuple[Decimal, ...]:
    """Return the totals of the credit notes that give back one invoice line by line.

    Tax is rounded once per document, so notes rounded alone may exceed the invoice.
    None gives back more than the ones before it have left, and the last one gives
    back all that is. No lines have no notes.

    >>> nets, cents = [Decimal("0.12")] * 3, Rounding.from_digits(2)
    >>> [str(total) for total in note_totals(nets, Decimal(20), cents)]
    ['0.14', '0.14', '0.15']
    """
    if not nets:
        return ()
    left = Document.of(exact_sum(nets), tax_percent, rounding).total
    totals = []
    for net in nets[:-1]:
        note = min(Document.of(net, tax_percent, rounding).total, left)
        totals.append(note)
        left = EXACT.subtract(left, note)
    return (*totals, left)


def capped_credit(potential: Decimal, paid: Decimal, previous: Decimal) -> Decimal:
    """Return how much of a credit can be given if `previous` was given before.

    All credits together never exceed what was paid.

    >>> str(capped_credit(Decimal(100), paid=Decimal(200), previous=Decimal(180)))
    '20'
    """
    return max(min(potential, EXACT.subtract(paid, previous)), ZERO)


@dataclass(frozen=True, slots=True)
class Refund:
    """What goes back to the payer, and what stays as a balance for later invoices."""

    refund: Decimal
    balance: Decimal


def split_refund(
    creditable: Decimal,
    paid: Decimal,
    share: Fraction,
    used: Decimal,
    rounding: Rounding,
) -> Refund:
    """Return how a credit is given back if the invoice was paid in part.

    `share` is the part of the invoice that is credited from, `used` what was consumed
    of it. Money goes back as far as that part was paid beyond what was used; the rest
    of the credit becomes a balance.

    >>> paid, used, cents = Decimal("60"), Decimal("18"), Rounding.from_digits(2)
    >>> split_refund(Decimal("19.20"), paid, Fraction(1, 2), used, cents)
    Refund(refund=Decimal('12.00'), balance=Decimal('7.20'))
    """
    beyond = rounding.round(Fraction(paid) * share - Fraction(used))
    refund = max(min(beyond, creditable), ZERO)
    return Refund(refund, EXACT.subtract(creditable, refund))


def true_up(minimum: Decimal, used: Decimal) -> Decimal:
    """Return what an agreed minimum asks for beyond what was used."""
    return max(EXACT.subtract(minimum, used), ZERO)


def monthly_value(price: Decimal, interval: Interval) -> Decimal:
    """Return what a price per interval is worth per month, in a year of 365 days.

    >>> monthly_value(Decimal(600), Interval(1, "year"))
    Decimal('50')
    """
    if months := interval.months:
        return scaled(price, Fraction(1, months))
    return scaled(price, Fraction(DAYS_PER_YEAR, MONTHS_PER_YEAR * interval.days))


def monthly_total(prices: Iterable[tuple[Decimal, Decimal, Interval]]) -> Decimal:
    """Return the monthly value of all (quantity, price, interval) (MRR)."""
    return exact_sum(
        EXACT.multiply(quantity, monthly_value(price, interval))
        for quantity, price, interval in prices
    )

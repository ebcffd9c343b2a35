"""Shared by the tests of prices: short builders, and slices as short tuples."""

from decimal import Decimal

from ...engine.tier import Tier


def number(value):
    """Return numbers as decimals, in whatever nest of sequences; None stays."""
    if isinstance(value, list | tuple):
        return tuple(number(each) for each in value)
    return value if value is None else Decimal(value)


def tiers(*rows, **options):
    """Return tiers from (up_to, price_unit, amount_flat); 0 for what is left out."""
    return tuple(Tier(*number(row), **options) for row in rows)


def percents(*rows):
    """Return tiers from (up_to, percent, amount_flat)."""
    return tuple(
        Tier(up_to, percent=percent, amount_flat=(*flat, Decimal(0))[0])
        for up_to, percent, *flat in map(number, rows)
    )


def as_slices(priced):
    """Return slices as (kind, quantity, price per unit, amount).

    All but the amount as texts: 1.0 of something and 1 of it are told apart by eye.
    """
    return [
        (
            each.kind,
            f"{each.quantity.normalize():f}",
            f"{each.price_unit.normalize():f}",
            each.amount,
        )
        for each in priced.slices
    ]

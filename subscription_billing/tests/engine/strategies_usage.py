"""Strategies of the property tests of prices and usage."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from ...engine.bucketed import Bucketed
from ...engine.event import UNIQUE_KINDS, Aggregation, Event
from ...engine.limits import Limited
from ...engine.percentage import Percentage
from ...engine.period import Period
from ...engine.price import Flat, Package, PerUnit
from ...engine.pricelist import PriceList
from ...engine.tier import Tier
from ...engine.tiers import (
    DiscountScale,
    Graduated,
    GraduatedPercentage,
    Stairstep,
    Volume,
)
from .strategies import st

START = datetime(2024, 5, 1, tzinfo=timezone.utc)
MAY = Period(START, datetime(2024, 6, 1, tzinfo=timezone.utc))


def decimals(first, last, digits):
    """Return a strategy: decimals with so many digits, faster than hypothesis' own."""
    factor = 10**digits
    whole = st.integers(first * factor, last * factor)
    return whole.map(lambda count: Decimal(count).scaleb(-digits))


def money(maximum=100):
    """Return a strategy: prices from zero on, up to 3 decimals."""
    return decimals(0, maximum, 3)


def quantities():
    """Return a strategy: quantities that often meet the bounds of tiers."""
    return st.integers(0, 120).map(lambda halves: Decimal(halves) / 2)


def tiers(has_packages=True):
    """Return a strategy: one to four tiers, the last one with a bound or without."""
    sizes = st.none() | st.integers(1, 12).map(Decimal)
    row = st.builds(
        Tier,
        price_unit=money(),
        amount_flat=st.just(Decimal(0)) | money(),
        percent=money(),
        package_size=sizes if has_packages else st.none(),
        amount_maximum=st.none() | money(500),
    )
    bounds = st.sets(st.integers(0, 50), min_size=4, max_size=4)

    def join(rows, bounds, is_open):
        ends = sorted(map(Decimal, bounds))[: len(rows)]
        if is_open:
            ends[-1] = None
        return tuple(
            replace(row, up_to=end) for row, end in zip(rows, ends, strict=True)
        )

    rows = st.lists(row, min_size=1, max_size=4)
    return st.builds(join, rows, bounds, st.booleans())


def plain_prices():
    """Return a strategy: every model that prices a quantity, never below zero."""
    steps = st.dictionaries(st.integers(0, 50).map(Decimal), money(), min_size=1)
    return st.one_of(
        st.builds(Flat, money()),
        st.builds(PerUnit, money()),
        st.builds(Package, st.integers(1, 12).map(Decimal), money(), st.booleans()),
        st.builds(Graduated, tiers()),
        st.builds(Volume, tiers()),
        st.builds(Stairstep, tiers()),
        st.builds(GraduatedPercentage, tiers()),
        st.builds(DiscountScale, money(), tiers()),
        steps.map(lambda found: PriceList(tuple(sorted(found.items())))),
    )


def percentages():
    maybe = st.none() | money(50)
    return st.builds(
        Percentage,
        money(),
        money(),
        st.none() | st.integers(0, 4),
        maybe,
        event_minimum=st.none() | money(5),
        event_maximum=st.none() | decimals(5, 50, 2),
    )


def limited(prices):
    """Return a strategy: such prices with limits around them."""
    return st.builds(
        Limited,
        prices,
        quantities(),
        st.none() | money(50),
        st.none() | decimals(50, 500, 2),
        st.integers(0, 5),
    )


def prices():
    """Return a strategy: every model, with and without limits, inside and around."""
    plain = plain_prices()
    some = plain | percentages() | st.builds(Bucketed, plain | limited(plain))
    return some | limited(some)


def parts():
    return st.lists(quantities(), max_size=6)


def events(kind):
    """Return a strategy: events of April to June, keys and instants often meet."""
    hours = st.integers(-30 * 24, 32 * 24)
    row = st.tuples(
        st.sampled_from([-400, 0, 300, 301]) | hours,
        st.none() | st.integers(-5, 20).map(Decimal),
        st.none() | st.sampled_from("abcd"),
        st.sampled_from("xyz") if kind in UNIQUE_KINDS else st.none(),
    )
    return st.lists(row, max_size=8).map(
        lambda rows: [
            Event(START + timedelta(hours=hour, seconds=7), value, key, name, order)
            for order, (hour, value, key, name) in enumerate(rows)
        ]
    )


def kinds_and_events():
    return st.sampled_from(Aggregation).flatmap(
        lambda kind: st.tuples(st.just(kind), events(kind))
    )

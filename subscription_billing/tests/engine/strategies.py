"""Strategies of the property tests: which examples they are tried on.

Hypothesis is a library for tests only. Without it `HAS_HYPOTHESIS` is false, the
property tests are skipped and all others still run.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from ...engine.interval import Interval, Unit
from ...engine.money import Rounding
from ...engine.price import Flat
from ...engine.proration import Proration
from ...engine.recurrence import Alignment, Recurrence
from ...engine.timeline import Item, ItemKind, Mode, Phase
from ..effort import tries

try:
    from hypothesis import Phase as Step
    from hypothesis import given, settings
    from hypothesis import strategies as st
except ImportError:
    st = None

HAS_HYPOTHESIS = st is not None
NEEDED = "hypothesis is not installed"
FIRST, LAST = date(2023, 1, 1), date(2024, 12, 31)
HORIZON = date(2025, 6, 30)
PARTIAL_RULES = [rule for rule in Proration if rule is not Proration.NONE]


def check(examples, *strategies, part=None):
    """Run the decorated function on that many examples, at once; see ``tries``.

    :param int part: how many without ``--thorough``; a fifth of them if None

    They are derived from its own text: a run that is red is red again. An example
    is shown as found; add `Step.shrink`, which takes minutes, to see a small one.
    """
    profile = settings(
        max_examples=tries("examples", part or max(examples // 5, 20), examples),
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Step.generate],
    )
    return lambda function: profile(given(*strategies)(function))()


def days(first=FIRST, last=LAST):
    return st.dates(first, last)


def intervals():
    return st.builds(Interval, st.integers(1, 6), st.sampled_from(Unit))


def roundings():
    steps = [Decimal(step) for step in ("0.01", "0.05", "0.001", "1")]
    return st.builds(Rounding, st.sampled_from(steps))


def amounts():
    return st.decimals(-10_000, 10_000, places=3)


def recurrences(lengths=None):
    return st.builds(
        Recurrence,
        days(),
        intervals() if lengths is None else lengths,
        st.sampled_from(Alignment),
        st.none() | days(date(2021, 1, 1), date(2026, 12, 31)),
        st.integers(1, 31),
    )


def contracts():
    """Return a strategy: one to three items on one contract's recurrences."""
    fee = st.sampled_from(
        [Interval(1, Unit.MONTH), Interval(3, Unit.MONTH), Interval(2, Unit.WEEK)]
    )
    billing = st.sampled_from(
        [Interval(1, Unit.MONTH), Interval(3, Unit.MONTH), Interval(1, Unit.YEAR)]
    )

    @st.composite
    def build(draw):
        base = draw(recurrences(fee))
        grid = replace(base, interval=draw(billing))
        return tuple(
            Item(
                key=key,
                start=base.start + timedelta(draw(st.integers(0, 200))),
                fees=base,
                billing=grid,
                price=Flat(draw(st.decimals(0, 500, places=2))),
                mode=draw(st.sampled_from(Mode)),
                kind=draw(
                    st.sampled_from([*[ItemKind.RECURRING] * 4, ItemKind.ONE_OFF])
                ),
                proration=draw(st.sampled_from(PARTIAL_RULES)),
            )
            for key in range(draw(st.integers(1, 3)))
        )

    return build()


def ends():
    """Return a strategy: days an item is valid, None for open."""
    return st.none() | st.integers(0, 400)


def ended(item, length):
    """Return the item with a validity of so many days."""
    stop = None if length is None else item.start + timedelta(length)
    return replace(item, stop=stop)


def pauses():
    return st.lists(
        st.builds(
            lambda start, length: Phase(start, start + timedelta(length), False),
            days(last=HORIZON),
            st.integers(0, 90),
        ),
        max_size=2,
    )

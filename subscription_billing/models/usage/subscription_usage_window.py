"""Which events of a contract line are measured, and for which period."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ...engine.period import Period
from ...engine.price import Basis


@dataclass(frozen=True, slots=True)
class UsageWindow:
    """Which events count for a contract line.

    ``meter`` is what they are aggregated by, ``time`` the instants (half-open, UTC)
    and ``whole`` those of the full aligned period, the denominator of weighted
    meters. Events from ``own`` on that no charge bills are counted as its own.
    ``accept`` and ``refuse`` are filters, see ``subscription.meter.filter``: an event
    counts if it matches all of the first and none of the second. ``basis`` and
    ``bucket`` say what the price wants to see besides the quantity. With
    ``billed_only``, events that no charge bills are left out; with ``component_id``,
    those that are billed for another component.
    """

    key: object
    contract_id: int
    meter: object
    time: Period
    whole: Period
    own: datetime
    zone: str
    accept: tuple = ()
    refuse: tuple = ()
    basis: Basis = Basis.QUANTITY
    bucket: str = "day"
    billed_only: bool = False
    component_id: int = 0


@dataclass(frozen=True, slots=True)
class UsageTerms:
    """What lines with the same price and bonuses have in common, made once for all of
    them: a month may have ten thousand.

    ``price`` is an ``engine.limits.Limited``, ``carried`` the most that is carried
    over into a period. ``filters`` are accept and refuse of the windows; None where
    they depend on what else a contract has booked.
    """

    price: object
    basis: Basis
    bucket: str
    carried: Decimal
    has_bonuses: bool
    filters: tuple | None


@dataclass(frozen=True, slots=True)
class UsageSpan:
    """A full period of a metered line, to be rated up to the local day ``stop``.

    ``whole`` is the aligned period and ``stop`` (excluded) not after its end.
    ``is_final``: nothing of it follows, so a minimum applies. With ``billed_only``,
    events that are not billed yet are left out; without ``has_quota``, what is
    granted free.
    """

    line: object
    whole: Period
    stop: date
    is_final: bool = True
    billed_only: bool = False
    has_quota: bool = True

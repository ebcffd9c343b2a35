"""The engine: pure decisions about time and money.

No ORM, no clock, no I/O. Dates, instants and decimals go in, frozen values come out.
The models reach it through their `_as_<value>()` adapters only.
"""

from .bucketed import Bucketed
from .charge import Charged, ChargeKind, DueCharge, Plan
from .errors import (
    EngineError,
    InvalidAmount,
    InvalidInterval,
    InvalidItem,
    InvalidMeter,
    InvalidPeriod,
    InvalidPrice,
    InvalidTimezone,
)
from .event import Aggregation, Event
from .interval import Interval, Unit
from .limits import Limited
from .metering import Measured, aggregate, buckets, round_quantity
from .money import Rounding, to_decimal
from .percentage import Percentage
from .period import FOREVER, Period, merge, subtract
from .planner import plan
from .price import Basis, Flat, Package, PerUnit, Price, PricedAmount, Slice
from .pricelist import PriceList
from .proration import Proration, fraction, share
from .recurrence import Alignment, Grid, Recurrence
from .reducing import reduce
from .reduction import Reduction
from .term import Finding, Term, consumer_findings
from .tier import Tier
from .tiers import (
    DiscountScale,
    Graduated,
    GraduatedPercentage,
    Stairstep,
    Volume,
)
from .timeline import Item, ItemKind, Mode, Phase, Timeline

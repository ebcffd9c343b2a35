"""The engine: pure decisions about time and money.

No ORM, no clock, no I/O. Dates, instants and decimals go in, frozen values come out.
The models reach it through their `_as_<value>()` adapters only.
"""

from .charge import Charged, DueCharge, Plan
from .errors import (
    EngineError,
    InvalidAmount,
    InvalidInterval,
    InvalidItem,
    InvalidPeriod,
    InvalidTimezone,
)
from .interval import Interval, Unit
from .money import Rounding, allocate, to_decimal
from .period import FOREVER, Period, merge, subtract
from .planner import plan
from .price import Flat, PerUnit, Price, PricedAmount, Slice
from .proration import Proration, change, end_of_service, fraction, share
from .recurrence import Alignment, Grid, Recurrence
from .term import Finding, Term, consumer_findings
from .timeline import Item, ItemKind, Mode, Phase, Timeline

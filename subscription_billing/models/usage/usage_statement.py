"""What a usage statement says, as a value."""

from dataclasses import dataclass
from decimal import Decimal

from odoo.tools import SQL

from ...engine.period import Period
from .subscription_usage_window import UsageWindow

# Of these, an event changes a level; of the others, it reports a value.
LEVEL_AGGREGATIONS = ("weighted", "prorated_sum")


@dataclass(frozen=True, slots=True)
class UsageStatement:
    """What a statement says, but for the events themselves.

    It is of a billed ``charge``, or of the ``line`` so far (no charge). ``period`` are
    local days, half-open. ``own`` and ``past`` are SQL of the events `u` of a window
    `w`, the second with those before the window where values live on. ``opening`` is
    the level the window begins with, None where there is none. ``slices`` are as
    charges keep them; ``rounding`` is what they lack to ``amount``.
    """

    line: object
    charge: object
    period: Period
    window: UsageWindow
    own: SQL
    past: SQL
    raw: Decimal
    quantity: Decimal
    free: Decimal
    slices: list
    rounding: Decimal
    amount: Decimal
    count: int = 0
    opening: Decimal | None = None

    @property
    def meter(self):
        return self.window.meter

    @property
    def has_level(self):
        """Whether each event moves a level that can be shown beside it."""
        is_sum = self.meter.aggregation == "sum" and self.meter.is_carry_over
        return is_sum or self.meter.aggregation in LEVEL_AGGREGATIONS

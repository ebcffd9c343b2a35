"""What the ledger knows of the usage of some contracts, read in one query."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from odoo.tools import SQL

from ...engine.charge import ChargeKind, DueCharge
from ...engine.local_time import day_start_utc
from ...engine.money import ZERO, to_decimal
from ...engine.period import Period
from ...engine.price import PricedAmount
from ..dates import as_stop, aware
from .subscription_usage_window import UsageSpan

COLUMNS = SQL(
    "id, line_id, contract_id, component_id, kind, date_start, date_end,"
    " whole_date_start, whole_date_end, amount_list, usage_from, usage_to,"
    " quota_unused"
)


@dataclass(frozen=True, slots=True)
class BilledUsage:
    """One live charge of usage; periods half-open, instants aware."""

    charge_id: int
    line_id: int
    kind: str
    period: Period
    whole: Period
    amount: Decimal
    time: Period
    unused: Decimal


class UsageHistory:
    """The live charges of metered lines.

    A *chain* is a component of a contract: a price change replaces the line, but what
    was measured goes on where the last one stopped (T4).
    """

    def __init__(self, rows):
        self._chains = defaultdict(list)
        self._periods = defaultdict(list)
        self._wholes = defaultdict(set)
        self._charged = defaultdict(Decimal)
        for chain, row in rows:
            self._chains[chain].append(row)
            self._periods[row.line_id, row.whole].append(row)
            self._wholes[row.line_id].add(row.whole)
            self._charged[row.line_id, row.whole] += row.amount

    @classmethod
    def of_contracts(cls, contracts):
        """Read it for ``subscription.contract`` records.

        As tuples: ten years of many contracts are read for each batch of a run.
        """
        contracts |= contracts._get_taken_over()
        charges = contracts.env["subscription.charge"].sudo()
        charges.flush_model()
        rows = contracts.env.execute_query(
            SQL(
                "SELECT %s FROM subscription_charge WHERE contract_id = ANY(%s)"
                " AND kind IN ('fee', 'late') AND usage_to IS NOT NULL"
                " AND is_void IS NOT TRUE ORDER BY date_start, id",
                COLUMNS,
                contracts.ids,
            )
        )
        return cls(((row[2], row[3]), _as_billed(row)) for row in rows)

    @staticmethod
    def get_chain(line):
        return line.contract_id.id, line.component_id.id

    def _get_rows(self, line, whole):
        return self._periods.get((line.id, whole), [])

    def get_charged(self, line, whole):
        """What was charged for a period so far, before discounts."""
        return self._charged[line.id, whole]

    def add(self, span, charge):
        """Take a charge that is about to be written into account."""
        self._charged[span.line.id, span.whole] += charge.amount

    def get_stop(self, line, whole):
        """First day of a period that is not billed yet; the start if none is."""
        rows = self._get_rows(line, whole)
        return max((row.period.stop for row in rows), default=whole.start)

    def get_window_start(self, span):
        """Where the last window stopped, in whatever zone that was (T4)."""
        line = span.line
        rows = self._get_rows(line, span.whole)
        if rows:
            return min(row.time.start for row in rows)
        day = max(span.whole.start, line.date_start, line.contract_id.date_start)
        before = [
            row for row in self._chains[self.get_chain(line)] if row.period.stop == day
        ]
        if before:
            return max(row.time.stop for row in before)
        return day_start_utc(day, line.contract_id.tz)

    def get_window_stop(self, span):
        """The end of the window if the ledger knows it, else None."""
        rows = self._get_rows(span.line, span.whole)
        ends = [row.time.stop for row in rows if row.period.stop == span.stop]
        if ends:
            return max(ends)
        after = [
            row.time.start
            for row in self._chains[self.get_chain(span.line)]
            if row.period.start == span.stop
        ]
        return min(after, default=None)

    def get_unused(self, chain, day):
        """Free quantity left of what was billed up to ``day``."""
        rows = [row for row in self._chains[chain] if row.period.stop == day]
        return max(rows, key=lambda row: row.charge_id).unused if rows else ZERO

    def get_closed(self, line, open_):
        """Periods of a line that are billed to their end.

        :param open_: set of (line id, whole) that are billed now: those take what is
            late along
        :return: list of ``UsageSpan`` in order of time
        """
        stop = line._as_stop() or date.max
        spans = []
        for whole in self._wholes.get(line.id, ()):
            until = self.get_stop(line, whole)
            is_closed = until >= min(whole.stop, stop)
            if is_closed and (line.id, whole) not in open_:
                spans.append(UsageSpan(line, whole, until))
        return sorted(spans, key=lambda span: span.whole.start)

    def get_time(self, spans):
        """The instants from the first to the last of these billed periods."""
        return Period(self.get_window_start(spans[0]), self.get_window_stop(spans[-1]))

    def is_touched(self, span, first, last):
        """Whether events between two instants change what is owed for the period:
        where values live on, an event changes all periods after it, too."""
        start, stop = self.get_window_start(span), self.get_window_stop(span)
        lives_on = span.line.component_id.meter_id.is_carry_over
        return first < stop and (lives_on or last >= start)

    def get_late_charge(self, span):
        """A late charge of the period, still without amount; it corrects the largest
        charge of it."""
        rows = self._get_rows(span.line, span.whole)
        fees = [row for row in rows if row.kind == "fee"]
        line = span.line
        grid = line._as_grid()
        period = Period(min(row.period.start for row in fees), span.stop)
        return DueCharge(
            item_key=line.id,
            kind=ChargeKind.LATE,
            period=period,
            whole=span.whole,
            billing_period=span.whole,
            due=span.stop,
            amount=ZERO,
            priced=PricedAmount(ZERO),
            fraction=Fraction(1),
            quantity=ZERO,
            credits=max(fees, key=lambda row: row.amount).charge_id,
            number=grid.number_at(max(span.whole.start, grid.start)),
        )


def _as_billed(row):
    return BilledUsage(
        charge_id=row[0],
        line_id=row[1],
        kind=row[4],
        period=Period(row[5], as_stop(row[6])),
        whole=Period(row[7], as_stop(row[8])),
        amount=to_decimal(row[9] or 0),
        time=Period(aware(row[10]), aware(row[11])),
        unused=to_decimal(row[12] or 0),
    )

import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from odoo import models
from odoo.tools import SQL

from ...engine.event import Event
from ...engine.metering import Measured, aggregate, buckets, round_quantity
from ...engine.money import ONE, ZERO, scaled
from ...engine.price import Basis
from ..dates import aware, naive

# SQL over the events `u` of a window `w`. Numbers come as text: Odoo's cursor makes
# floats of numerics, and a sum of a million events has more digits than those. Where
# values live on, events before the window are read as well: they count, but are not
# its own.
AGGREGATES = {
    "count": SQL(
        "sum(CASE WHEN u.quantity < 0 THEN -1 ELSE 1 END)"
        " FILTER (WHERE u.instant >= w.since)"
    ),
    "sum": SQL("sum(u.quantity)"),
    "max": SQL(
        "greatest(max(u.quantity) FILTER (WHERE u.instant >= w.since),"
        " (array_agg(u.quantity ORDER BY u.instant DESC, u.id DESC)"
        " FILTER (WHERE u.instant < w.since))[1])"
    ),
    "last": SQL("(array_agg(u.quantity ORDER BY u.instant DESC, u.id DESC))[1]"),
    # Quantity x seconds; divided by the length of the full period afterwards.
    "weighted": SQL(
        "sum(u.quantity * extract(epoch FROM w.until - greatest(u.instant, w.since)))"
    ),
}
EVENT_AMOUNTS = SQL("array_agg(u.quantity::text ORDER BY u.instant, u.id)")
OWN = SQL("FILTER (WHERE u.instant >= w.own AND u.charge_id IS NULL)")
# What an event must satisfy; see `subscription.meter.filter._as_filter`.
MATCHES = """(
    NOT EXISTS (SELECT FROM jsonb_each(f -> 'in') c WHERE NOT
        coalesce(c.value ? (u.properties ->> c.key), FALSE))
    AND NOT EXISTS (SELECT FROM jsonb_each(f -> 'out') c WHERE
        coalesce(c.value ? (u.properties ->> c.key), FALSE)))"""
FILTERED = SQL(
    "NOT EXISTS (SELECT FROM jsonb_array_elements(w.accept) f WHERE NOT %s)"
    " AND NOT EXISTS (SELECT FROM jsonb_array_elements(w.refuse) f WHERE %s)",
    SQL(MATCHES),
    SQL(MATCHES),
)
# An event that is billed stays with the component it was billed for, whatever was
# booked or put into another order since (X4). What lives on is read by all.
BELONGS = (
    "CASE WHEN u.charge_id IS NULL OR w.component_id = 0 OR u.instant < w.since"
    " THEN %s ELSE w.component_id ="
    " (SELECT c.component_id FROM subscription_charge c WHERE c.id = u.charge_id) END"
)


class SubscriptionMeasuring(models.AbstractModel):
    """From events to quantities, in one query per kind of aggregation for any number
    of windows. The rules are the engine's (`engine.metering`); what it can be asked
    in SQL is asked there, because a month may have millions of events. A test
    compares both."""

    _name = "subscription.measuring"
    _description = "Subscription Usage Measuring"

    def _measure(self, windows):
        """Aggregate the events of each window.

        :param windows: list of ``UsageWindow``, keys unique
        :return: dict key -> (``engine.metering.Measured``, parts for the price or
            None); ``count``, ``first`` and ``last`` are of unbilled events alone
        """
        self.env["subscription.usage"].flush_model()
        groups = defaultdict(list)
        for window in windows:
            groups[self._get_query_kind(window)].append(window)
        result = {}
        for kind, group in groups.items():
            if kind is None:
                result |= self._measure_in_memory(group)
            else:
                result |= self._measure_in_sql(kind, group)
        return result

    def _get_query_kind(self, window):
        """Windows of one kind share a query; None if SQL cannot say it."""
        aggregation = window.meter.aggregation
        if aggregation not in AGGREGATES or window.basis is Basis.BUCKETS:
            return None
        return (
            aggregation,
            window.basis,
            window.billed_only,
            bool(window.accept or window.refuse),
        )

    def _measure_in_sql(self, kind, windows):
        aggregation, basis, billed_only, _is_filtered = kind
        parts = EVENT_AMOUNTS if basis is Basis.EVENTS else SQL("NULL")
        # Window by window: the planner cannot know how many events lie in each, and
        # would sort the events of all of them on disk.
        rows = self.env.execute_query(
            SQL(
                "SELECT w.key, measured.* FROM %(windows)s, LATERAL ("
                " SELECT count(*) %(own)s, min(u.instant) %(own)s,"
                " max(u.instant) %(own)s, (%(aggregate)s)::text, %(parts)s"
                " FROM subscription_usage u WHERE %(condition)s %(billed)s"
                ") AS measured",
                own=OWN,
                aggregate=AGGREGATES[aggregation],
                parts=parts,
                windows=self._as_table(windows),
                condition=self._get_condition(windows),
                billed=SQL("AND u.charge_id IS NOT NULL") if billed_only else SQL(),
            )
        )
        return {windows[n].key: self._as_measured(windows[n], *row) for n, *row in rows}

    def _as_table(self, windows, past=True):
        """SQL of the windows as table `w`; `key` is the place in the list.

        :param bool past: read what came before a window where values live on
        """
        starts = [naive(window.time.start) for window in windows]
        reaches = [
            "-infinity" if past and window.meter.is_carry_over else start
            for window, start in zip(windows, starts, strict=True)
        ]
        return SQL(
            "unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::timestamp[],"
            " %s::timestamp[], %s::timestamp[], %s::timestamp[],"
            " %s::text[]::jsonb[], %s::text[]::jsonb[])"
            " AS w(key, contract_id, meter_id, component_id, reach, since, own, until,"
            " accept, refuse)",
            list(range(len(windows))),
            [window.contract_id for window in windows],
            [window.meter.id for window in windows],
            [window.component_id for window in windows],
            reaches,
            starts,
            [naive(window.own) for window in windows],
            [naive(window.time.stop) for window in windows],
            [_as_json(window.accept) for window in windows],
            [_as_json(window.refuse) for window in windows],
        )

    def _get_condition(self, windows):
        """SQL that ties the events `u` to their windows `w`."""
        is_filtered = any(window.accept or window.refuse for window in windows)
        matches = FILTERED if is_filtered else SQL("TRUE")
        return SQL(
            "u.contract_id = w.contract_id AND u.meter_id = w.meter_id"
            " AND u.instant >= w.reach AND u.instant < w.until AND %s",
            SQL(BELONGS, matches) if any(w.component_id for w in windows) else matches,
        )

    def _as_measured(self, window, count, first, last, raw, parts):
        raw = Decimal(raw or 0)
        if window.meter.aggregation == "weighted":
            length = (window.whole.stop - window.whole.start).total_seconds()
            raw = scaled(ONE, Fraction(raw) / Fraction(length))
        quantity = self._round(window.meter, max(raw, ZERO))
        measured = Measured(quantity, raw, count, aware(first), aware(last))
        if window.basis is Basis.EVENTS:
            return measured, [Decimal(part) for part in parts or ()]
        return measured, None

    def _measure_in_memory(self, windows):
        """Read the events and ask the engine."""
        rows = self.env.execute_query(
            SQL(
                "SELECT w.key, u.id, u.instant, u.quantity::text, u.properties,"
                " u.charge_id FROM %s, subscription_usage u WHERE %s"
                " ORDER BY u.instant, u.id",
                self._as_table(windows),
                self._get_condition(windows),
            )
        )
        events = defaultdict(list)
        for n, *event in rows:
            if event[-1] or not windows[n].billed_only:
                events[n].append(event)
        return {
            window.key: self._measure_events(window, events[n])
            for n, window in enumerate(windows)
        }

    def _measure_events(self, window, rows):
        meter = window.meter
        prop = meter.unique_property
        events = [
            Event(
                instant=aware(instant),
                value=Decimal(quantity),
                unique=json_text(properties, prop),
                order=event_id,
            )
            for event_id, instant, quantity, properties, _charge in rows
        ]
        measured = aggregate(
            meter.aggregation,
            events,
            window.time,
            whole=window.whole,
            is_carry_over=meter.is_carry_over,
            zone=window.zone,
        )
        own = [
            row[1]
            for row in rows
            if not row[-1] and window.own <= aware(row[1]) < window.time.stop
        ]
        parts = None
        if window.basis is Basis.BUCKETS:
            inside = [each for each in events if window.time.contains(each.instant)]
            parts = buckets(inside, window.zone, window.bucket, meter.aggregation)
        quantity = sum(parts, ZERO) if parts is not None else measured.quantity
        return (
            Measured(
                self._round(meter, quantity),
                measured.raw,
                len(own),
                aware(min(own, default=None)),
                aware(max(own, default=None)),
            ),
            parts,
        )

    def _round(self, meter, quantity):
        return round_quantity(quantity, meter.rounding_mode, meter.rounding_digits)

    def _find_unbilled(self, windows):
        """First and last unbilled event of each window that has one.

        :return: dict key -> (first, last) instants, aware
        """
        if not windows:
            return {}
        self.env["subscription.usage"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT w.key, min(u.instant), max(u.instant)"
                " FROM %s, subscription_usage u"
                " WHERE %s AND u.charge_id IS NULL GROUP BY w.key",
                self._as_table(windows, past=False),
                self._get_condition(windows),
            )
        )
        return {windows[n].key: (aware(first), aware(last)) for n, first, last in rows}

    def _claim(self, windows):
        """Tie the unbilled events of each window to the charge that is its key.

        :return: dict charge id -> number of events
        """
        usage = self.env["subscription.usage"].sudo()
        usage.flush_model()
        self.env["subscription.charge"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "WITH claimed AS (UPDATE subscription_usage u"
                " SET charge_id = (%s::int[])[w.key + 1] FROM %s"
                " WHERE %s AND u.charge_id IS NULL RETURNING u.charge_id)"
                " SELECT charge_id, count(*) FROM claimed GROUP BY charge_id",
                [window.key for window in windows],
                self._as_table(windows, past=False),
                self._get_condition(windows),
            )
        )
        usage.invalidate_model(["charge_id"])
        return dict(rows)


def json_text(properties, name):
    """The value of a property as JSON writes it, None if there is none."""
    value = (properties or {}).get(name)
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _as_json(filters):
    return json.dumps(filters) if filters else "[]"

from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...engine.local_time import utc_window
from ...engine.money import ZERO, to_decimal
from ...engine.period import Period
from ..dates import as_stop, aware, format_days, naive
from ..sentences import refusal
from .subscription_measuring import AGGREGATES
from .subscription_meter import UNIQUE_AGGREGATIONS
from .subscription_usage_window import UsageWindow
from .usage_statement import UsageStatement

# The ledger keeps a measured quantity with so many digits.
TOLERANCE = Decimal("1e-7")
LAST_BEFORE = SQL(
    "(array_agg(u.quantity ORDER BY u.instant DESC, u.id DESC)"
    " FILTER (WHERE u.instant < w.since))[1]"
)
SUM_BEFORE = SQL("sum(u.quantity) FILTER (WHERE u.instant < w.since)")


class SubscriptionUsageStatement(models.AbstractModel):
    """The proof of an amount of usage: its events, what they come to, and the
    arithmetic. A statement that does not add up to its invoice line is not given
    out."""

    _name = "subscription.usage.statement"
    _description = "Subscription Usage Statement"

    @api.model
    def _of_charge(self, charge):
        """The statement of a charge of usage.

        :raise UserError: for any other charge, and if it does not add up
        """
        charge.check_access("read")
        self.env["subscription.usage"].check_access("read")
        charge = charge.sudo()
        if not charge.usage_to or charge.is_void:
            raise refusal(self.env)._(
                "%s bills no usage (any more): there is nothing to state.",
                charge.display_name,
            )
        line, meter = charge.line_id, charge.component_id.meter_id
        time = Period(aware(charge.usage_from), aware(charge.usage_to))
        ids = self._get_chain(charge).ids
        slices = charge.explanation["slices"]
        amount, rounding = self._add_up(slices, line.contract_id._as_rounding())
        statement = UsageStatement(
            line=line,
            charge=charge,
            period=charge._as_period(),
            window=self._as_window(line, time, charge._as_charged(()).whole),
            own=self._select_billed(time, ids, past=False),
            past=self._select_billed(time, ids, past=meter.is_carry_over),
            raw=to_decimal(charge.quantity_raw),
            quantity=to_decimal(charge.quantity),
            free=to_decimal(charge.quota_free),
            slices=slices,
            rounding=rounding,
            amount=amount,
        )
        self._check_amount(statement)
        return self._with_events(statement)

    @api.model
    def _of_line(self, line, day):
        """The statement of a metered line so far: its period around ``day``, up to the
        end of that day; what was billed early is not taken off.

        :raise UserError: for a line that has no usage on that day
        """
        line.check_access("read")
        self.env["subscription.usage"].check_access("read")
        line = line.sudo()
        usages = line.contract_id._get_usage_so_far(day)
        usage = next((each for each in usages if each[0] == line), None)
        if usage is None:
            raise refusal(self.env)._(
                "%(contract)s: %(line)s counts no usage on %(day)s.",
                contract=line.contract_id.display_name,
                line=line.name,
                day=day,
            )
        _line, whole, priced, facts = usage
        slices = self.env["subscription.explaining"]._prepare_slices(priced)
        amount, rounding = self._add_up(slices, line.contract_id._as_rounding())
        window = self._as_window(line, facts.window, whole)
        statement = UsageStatement(
            line=line,
            charge=self.env["subscription.charge"],
            period=Period(whole.start, as_stop(day)),
            window=window,
            own=self._select_window(window, past=False),
            past=self._select_window(window, past=True),
            raw=facts.raw,
            quantity=facts.quantity,
            free=facts.free,
            slices=slices,
            rounding=rounding,
            amount=amount,
        )
        return self._with_events(statement)

    def _get_chain(self, charge):
        """The charges whose events this one was measured from: its own and those the
        ledger had before it, of whatever line its component was booked with."""
        rows = charge.search(
            [
                ("contract_id", "=", charge.contract_id.id),
                ("component_id", "=", charge.component_id.id),
                ("usage_to", "!=", False),
                ("is_void", "=", False),
            ]
        )
        # Billed anew after a cancelled invoice, an earlier part is a later row.
        return rows.filtered(
            lambda row: row.id <= charge.id
            or (row.kind == "fee" and row.date_end < charge.date_start)
        )

    def _as_window(self, line, time, whole):
        accept, refuse = line._get_usage_filters()
        zone = line.contract_id.tz
        return UsageWindow(
            key=0,
            contract_id=line.contract_id.id,
            meter=line.component_id.meter_id,
            time=time,
            whole=utc_window(whole, zone),
            own=time.start,
            zone=zone,
            accept=accept,
            refuse=refuse,
            component_id=line.component_id.id,
        )

    def _select_window(self, window, past):
        measuring = self.env["subscription.measuring"]
        return SQL(
            "%s, subscription_usage u WHERE %s",
            measuring._as_table([window], past),
            measuring._get_condition([window]),
        )

    def _select_billed(self, time, charge_ids, past):
        start, stop = (naive(each) for each in (time.start, time.stop))
        return SQL(
            "(SELECT %s::timestamp AS since, %s::timestamp AS until) w"
            ", subscription_usage u WHERE u.charge_id = ANY(%s)"
            " AND u.instant >= %s AND u.instant < w.until",
            start,
            stop,
            charge_ids,
            "-infinity" if past else start,
        )

    def _add_up(self, slices, rounding):
        """The rounded sum of slices, and what rounding added to them.

        What was billed before was rounded then; the rest is rounded once (M1).
        """
        parts = [(part["kind"], to_decimal(part["amount"])) for part in slices]
        billed = sum((amount for kind, amount in parts if kind == "billed"), ZERO)
        owed = sum((amount for kind, amount in parts if kind != "billed"), ZERO)
        rounded = rounding.round(owed)
        return rounded + billed, rounded - owed

    def _check_amount(self, statement):
        """Slices, charge and invoice line say the same, or nothing is said."""
        charge = statement.charge
        sums = [(self.env._("the charge"), to_decimal(charge.amount))]
        move_line = charge.move_line_id
        if move_line:
            live = move_line.subscription_charge_ids.filtered(
                lambda row: not row.is_void
            )
            sign = -1 if move_line.move_id.move_type == "out_refund" else 1
            others = sum(to_decimal(row.amount) for row in live - charge)
            billed = sign * to_decimal(move_line._get_priced_amount())
            sums.append((move_line.move_id.display_name, billed - others))
        for name, amount in sums:
            if statement.amount != amount:
                raise refusal(self.env)._(
                    "%(charge)s: its arithmetic comes to %(sum)s, but %(document)s "
                    "says %(amount)s. Have the invoice checked before a statement "
                    "goes out.",
                    charge=charge.display_name,
                    sum=statement.amount,
                    document=name,
                    amount=amount,
                )

    def _with_events(self, statement):
        """Count and measure the events again; they must come to what was priced."""
        self.env["subscription.usage"].flush_model()
        measured = self._measure(statement)
        limit = max(TOLERANCE, abs(statement.raw) * Decimal("1e-12"))
        if abs(measured.raw - statement.raw) > limit:
            say = self.env["subscription.explaining"]._format_number
            first, last = statement.period.start, statement.period.last_day
            raise refusal(self.env)._(
                "%(line)s of %(contract)s: %(quantity)s were billed for "
                "%(period)s, but the events come to %(measured)s. They were "
                "changed since, or a part of the period was billed anew.",
                line=statement.line.name,
                contract=statement.line.contract_id.display_name,
                quantity=say(self.env, statement.raw),
                period=format_days(self.env, first, last),
                measured=say(self.env, measured.raw),
            )
        opening = self._get_opening(statement)
        return replace(statement, count=measured.count, opening=opening)

    def _measure(self, statement):
        measuring = self.env["subscription.measuring"]
        if statement.meter.aggregation in AGGREGATES:
            rows = self.env.execute_query(
                SQL(
                    "SELECT count(*) FILTER (WHERE u.instant >= w.since), NULL, NULL,"
                    " (%s)::text, NULL FROM %s",
                    AGGREGATES[statement.meter.aggregation],
                    statement.past,
                )
            )
            return measuring._as_measured(statement.window, *rows[0])[0]
        rows = self.env.execute_query(
            SQL(
                "SELECT u.id, u.instant, u.quantity::text, u.properties, NULL FROM %s"
                " ORDER BY u.instant, u.id",
                statement.past,
            )
        )
        return measuring._measure_events(statement.window, rows)[0]

    def _get_opening(self, statement):
        """The level the window begins with: what earlier events left behind."""
        meter = statement.meter
        if not meter.is_carry_over:
            return ZERO if statement.has_level else None
        if meter.aggregation == "count":
            return None
        if meter.aggregation in UNIQUE_AGGREGATIONS:
            query = SQL(
                "SELECT count(*) FROM (SELECT DISTINCT ON (u.properties ->> %(name)s)"
                " u.quantity FROM %(past)s AND u.instant < w.since"
                " ORDER BY u.properties ->> %(name)s, u.instant DESC, u.id DESC) last"
                " WHERE last.quantity >= 0",
                name=meter.unique_property,
                past=statement.past,
            )
        else:
            is_value = meter.aggregation in ("max", "last")
            before = LAST_BEFORE if is_value else SUM_BEFORE
            query = SQL("SELECT (%s)::text FROM %s", before, statement.past)
        return Decimal(self.env.execute_query(query)[0][0] or 0)

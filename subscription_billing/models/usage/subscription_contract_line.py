from fractions import Fraction

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.bucketed import Bucketed
from ...engine.limits import Limited
from ...engine.money import to_decimal
from ...engine.period import FOREVER, Period
from ...engine.quota import Quota
from ..dates import as_last
from ..sentences import invalid
from .subscription_charge import _as_file_name
from .subscription_usage_window import UsageSpan, UsageTerms, UsageWindow


class SubscriptionContractLine(models.Model):
    """Metered lines: which events of the contract are theirs, and their share of a
    period."""

    _inherit = "subscription.contract.line"

    # Usage so far.
    meter_id = fields.Many2one(related="component_id.meter_id")
    usage_unit_name = fields.Char(related="component_id.meter_id.unit_name")
    usage_date_start = fields.Date(
        "Period From", compute="_compute_usage_so_far", compute_sudo=True
    )
    usage_date_end = fields.Date(
        "Period To", compute="_compute_usage_so_far", compute_sudo=True
    )
    usage_quantity = fields.Float(
        "Used",
        digits=(24, 8),
        compute="_compute_usage_so_far",
        compute_sudo=True,
        help="Measured in the current period, after the meter's rounding.",
    )
    usage_quota = fields.Float(
        "Free Quantity",
        digits=(24, 8),
        compute="_compute_usage_so_far",
        compute_sudo=True,
    )
    usage_quota_left = fields.Float(
        "Left", digits=(24, 8), compute="_compute_usage_so_far", compute_sudo=True
    )
    usage_percent = fields.Float(
        "Quota Used",
        compute="_compute_usage_so_far",
        compute_sudo=True,
        help="Share of the free quantity that is used.",
    )
    usage_amount = fields.Monetary(
        "Cost So Far",
        compute="_compute_usage_so_far",
        compute_sudo=True,
        help="What the usage of the current period costs, billed early or not; before "
        "discounts, taxes and the minimum.",
    )
    usage_event_count = fields.Integer(
        "Events", compute="_compute_usage_so_far", compute_sudo=True
    )

    @api.constrains("component_id", "contract_id", "date_start", "date_end")
    def _check_meter_once(self):
        """An event belongs to one charge: two lines must not claim it (X4)."""
        for line in self.filtered("component_id.meter_id"):
            for other in line._get_meter_siblings() - line:
                both_rest = not (
                    line.component_id.filter_ids or other.component_id.filter_ids
                )
                if other.component_id == line.component_id or both_rest:
                    raise invalid(self.env)._(
                        "%(contract)s: %(line)s and %(other)s count the same "
                        "events of %(meter)s at the same time. End one of them, "
                        "or give their components different filters.",
                        contract=line.contract_id.display_name,
                        line=line.name,
                        other=other.name,
                        meter=line.component_id.meter_id.display_name,
                    )

    @api.constrains("component_id", "contract_id", "date_start")
    def _check_usage_unbilled(self):
        """Usage that another line has billed already would be billed again (X4)."""
        metered = self.filtered(
            lambda line: line.component_id.meter_id and line.state != "draft"
        )
        if not metered:
            return
        billed = self.env["subscription.charge"].sudo()
        billed = billed.search(
            [
                ("contract_id", "in", metered.contract_id.ids),
                ("component_id.meter_id", "in", metered.component_id.meter_id.ids),
                ("date_end", ">=", min(metered.mapped("date_start"))),
                ("kind", "=", "fee"),
                ("is_void", "=", False),
            ]
        )
        for charge in billed:
            for line in metered.filtered(lambda it, row=charge: it._is_rated_in(row)):
                raise invalid(self.env)._(
                    "%(contract)s: usage of %(line)s is billed up to %(day)s. Let "
                    "the new line begin after it.",
                    contract=line.contract_id.display_name,
                    line=line.name,
                    day=charge.date_end,
                )

    def _is_rated_in(self, charge):
        """Whether a charge of another line has billed events this one would bill."""
        self.ensure_one()
        mine, other = self.component_id, charge.component_id
        both_rest = not (mine.filter_ids or other.filter_ids)
        return (
            charge.line_id != self
            and charge.contract_id == self.contract_id
            and mine.meter_id == other.meter_id
            and (mine == other or both_rest)
            and charge.date_end >= self.date_start
            and (not self.date_end or charge.date_start <= self.date_end)
        )

    def _get_meter_siblings(self):
        """Lines of the contract with the same meter and a common time, itself too."""
        self.ensure_one()
        meter = self.component_id.meter_id
        lines = self.contract_id.line_ids.filtered(
            lambda line: line.component_id.meter_id == meter
        )
        if lines == self:
            return self
        mine = self._as_validity()
        return lines.filtered(
            lambda line: mine
            and (theirs := line._as_validity())
            and theirs.overlaps(mine)
        )

    def _as_validity(self):
        """The days of the line as the engine's half-open period, None if empty."""
        self.ensure_one()
        contract = self.contract_id
        if not self.date_start:
            return None
        start = max(self.date_start, contract.date_start)
        stop = self._as_stop() or FOREVER
        return Period(start, stop) if start < stop else None

    def _is_valid_on(self, day):
        validity = self._as_validity()
        return bool(validity) and validity.contains(day)

    def _get_fee_period(self, day):
        """The full aligned fee period around ``day``, half-open."""
        self.ensure_one()
        return self._as_grid().whole_at(day)

    def _get_usage_filters(self):
        """What an event must match, and what it must not: those of the lines before.

        An event that fits several components goes to the first, one that fits none
        to the component without filters.

        :return: two tuples of dicts, as ``UsageWindow`` wants them
        """
        self.ensure_one()
        mine = self.component_id
        filters = [mine.meter_id.filter_ids, mine.filter_ids]
        others = self._get_meter_siblings().component_id - mine
        before = others.filtered(
            lambda other: other.filter_ids
            and (not mine.filter_ids or other._get_rank() < mine._get_rank())
        )
        accept = tuple(_as_dict(each) for each in filters if each)
        return accept, tuple(_as_dict(other.filter_ids) for other in before)

    def _get_paid_usage(self, start):
        """What all charges and refunds of the full period from ``start`` come to."""
        self.ensure_one()
        rows = self.sudo().charge_ids.filtered(
            lambda row: row.whole_date_start == start and not row.is_void
        )
        return sum(rows.mapped("amount"))

    def _get_span_before(self, whole):
        """The ``UsageSpan`` whose quota goes on with the first period of this line:
        the same events were counted in a period that is not over; None without."""
        self.ensure_one()
        start = self.date_start or whole.start
        if max(start, self.contract_id.date_start) < whole.start:
            return None  # as of most lines, so asked first
        mine = self._as_validity()
        if not mine:
            return None
        ended = self._get_lines_before(mine.start)
        line = max(ended, key=lambda it: it._as_stop(), default=None)
        if line is None:
            return None
        stop = line._as_stop()
        before = line._get_fee_period(as_last(stop))
        is_free = stop <= line.contract_id._get_first_billed_day(line)
        is_anew = self.proration == "none" and before != whole
        if before.stop <= mine.start or is_free or is_anew:
            return None
        return UsageSpan(line, before, stop)

    def _get_lines_before(self, day):
        """Lines of the same events that ended by ``day``."""
        contract, mine = self.contract_id, self.component_id
        lines = contract.line_ids
        if day == contract.date_start:
            lines = contract._get_taken_over().line_ids
        return lines.filtered(
            lambda it: it.component_id.meter_id == mine.meter_id
            and (stop := it._as_stop())
            and it._as_validity()
            and stop <= day
            and _as_dict(it.component_id.filter_ids) == _as_dict(mine.filter_ids)
        )

    def _as_quota(self, whole, terms, before=None):
        """What the line grants in a period, as the engine's value: what its price
        does, plus what loyalty adds. Cut by the end of the contract, and by no end of
        the line."""
        price = terms.price
        if terms.has_bonuses:
            earned = self._get_bonus_quantity(whole.start)
            price = price.with_free(to_decimal(earned))
        mine = self._as_validity() or Period(whole.start, whole.start)
        start, stop = max(mine.start, whole.start), whole.stop
        if self.contract_id._is_over_from(mine.stop):
            stop = min(mine.stop, stop)
        is_prorated = self.proration != "none"
        return Quota(price.allowance, whole, start, stop, is_prorated, before)

    def _as_usage_terms(self):
        """What the line has in common with all of the same price."""
        price = self._as_price()
        limited = price if isinstance(price, Limited) else Limited(price)
        bucketed = isinstance(limited.price, Bucketed)
        is_alone = not self.component_id._get_meter_rivals()
        return UsageTerms(
            price=limited,
            basis=limited.basis,
            bucket=self.price_id.bucket_unit if bucketed else "day",
            carried=to_decimal(self._get_carry_over_cap()),
            has_bonuses=bool(self.contract_id.bonus_ids),
            filters=self._get_usage_filters() if is_alone else None,
        )

    def _get_share(self, whole):
        """The part of an aligned period this line is booked for, 0 to 1."""
        validity = self._as_validity()
        if validity and validity.start <= whole.start and whole.stop <= validity.stop:
            return Fraction(1)
        common = validity and validity.overlap(whole)
        return Fraction(common.days, whole.days) if common else Fraction(0)

    # ----------------------------------------------------------------------
    # Usage so far
    #
    # What a metered line has used in the period of today's billing date.
    # ----------------------------------------------------------------------

    @api.depends("component_id", "contract_id.tz", "contract_id.date_start")
    def _compute_usage_so_far(self):
        """All lines at once: the number of queries does not grow with the lines."""
        found = {}
        runs = self.env["subscription.billing.run"]
        metered = self._origin.filtered(lambda line: line.kind == "metered")
        contracts = metered.contract_id
        for day, group in contracts.grouped(
            lambda contract: runs._get_billing_date(contract.tz)
        ).items():
            found.update((usage[0], usage) for usage in group._get_usage_so_far(day))
        counts = self._count_events(found)
        for line in self:
            origin = line._origin
            line.update(
                line._prepare_usage_so_far(*found[origin][1:], counts.get(origin, 0))
                if origin in found
                else line._prepare_no_usage()
            )

    def _prepare_usage_so_far(self, whole, priced, facts, count):
        rounding = self.contract_id._as_rounding()
        quantity, quota = facts.quantity, facts.free
        return {
            "usage_date_start": whole.start,
            "usage_date_end": whole.last_day,
            "usage_quantity": float(quantity),
            "usage_quota": float(quota),
            "usage_quota_left": float(facts.unused),
            "usage_percent": float(100 * quantity / quota) if quota else 0.0,
            "usage_amount": float(rounding.round(priced.amount)),
            "usage_event_count": count,
        }

    def _prepare_no_usage(self):
        return {
            "usage_date_start": False,
            "usage_date_end": False,
            "usage_quantity": 0.0,
            "usage_quota": 0.0,
            "usage_quota_left": 0.0,
            "usage_percent": 0.0,
            "usage_amount": 0.0,
            "usage_event_count": 0,
        }

    @api.model
    def _count_events(self, found):
        """Events of the period, billed early or not; the facts only count open ones.

        :param dict found: line -> as ``subscription.contract._get_usage_so_far``
        :return: dict line -> number
        """
        if not found:
            return {}
        windows = [
            line._as_usage_window(line, facts.window)
            for line, (_line, _whole, _priced, facts) in found.items()
        ]
        measuring = self.env["subscription.measuring"]
        rows = self.env.execute_query(
            SQL(
                "SELECT w.key, count(*) FROM %s, subscription_usage u"
                " WHERE %s GROUP BY w.key",
                measuring._as_table(windows, past=False),
                measuring._get_condition(windows),
            )
        )
        return {windows[n].key: count for n, count in rows}

    def _as_usage_window(self, key, time):
        """The line's events between two instants."""
        self.ensure_one()
        accept, refuse = self._get_usage_filters()
        return UsageWindow(
            key=key,
            contract_id=self.contract_id.id,
            meter=self.component_id.meter_id,
            time=time,
            whole=time,
            own=time.start,
            zone=self.contract_id.tz,
            accept=accept,
            refuse=refuse,
            component_id=self.component_id.id,
        )

    # ----------------------------------------------------------------------
    # Statements
    #
    # The same of a metered line so far.
    # ----------------------------------------------------------------------

    def action_print_usage_so_far(self):
        return self.env.ref(
            "subscription_billing.report_usage_so_far_action"
        ).report_action(self, config=False)

    def action_download_usage_so_far(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/subscription/statement/line/{self.id}.csv",
            "target": "download",
        }

    def _get_statement_file_name(self):
        self.ensure_one()
        name = f"{self.contract_id.name} {self.component_id.name}"
        return _as_file_name(self.env._("Usage so far %s", name))


def _as_dict(filters):
    include, exclude = filters._as_filters()
    return {"in": include, "out": exclude}

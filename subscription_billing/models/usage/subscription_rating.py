from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import partial

from odoo import models

from ...engine.charge import METERED_KINDS, ChargeKind, UsageFacts
from ...engine.local_time import day_start_utc, utc_window
from ...engine.money import ZERO, to_decimal
from ...engine.owed import less_billed, not_below, price_of
from ...engine.period import Period
from ...engine.quota import NOTHING
from .subscription_usage_history import UsageHistory
from .subscription_usage_window import UsageSpan, UsageWindow

# The days of a whole period.
ALL = Fraction(1)


class SubscriptionRating(models.AbstractModel):
    """From measured usage to amounts. What is owed for a period is always rated from
    all its events; a charge is that less what the ledger has of it already. So interim
    bills, late events and reversals need no arithmetic of their own (X2, X4)."""

    _name = "subscription.rating"
    _description = "Subscription Usage Rating"

    def _rate_plans(self, plans):
        """Price the usage that is due, and add late usage of billed periods.

        :param dict plans: contract -> ``engine.charge.Plan`` with unpriced usage
        :return: the same with amounts
        """
        lines = self.env["subscription.contract.line"].union(
            *(contract.line_ids for contract in plans)
        )
        metered = lines.filtered(lambda line: line.kind == "metered")
        if not metered:
            return plans
        history = UsageHistory.of_contracts(metered.contract_id)
        due = [
            charge
            for plan in plans.values()
            for charge in plan.charges
            if charge.kind in METERED_KINDS
        ]
        priced = self._rate_due(due, metered, history)
        late = self._rate_late(due, metered, history)
        return {
            contract: replace(
                plan,
                charges=(
                    *(priced.get(_key(charge), charge) for charge in plan.charges),
                    *late.get(contract, ()),
                ),
            )
            for contract, plan in plans.items()
        }

    def _rate_due(self, due, metered, history):
        """Price charges of periods that are billed now.

        :return: dict key of charge -> priced ``DueCharge``
        """
        by_id = {line.id: line for line in metered}
        spans, in_order = [], sorted(due, key=lambda charge: charge.period.start)
        for charge in in_order:
            line = by_id[charge.item_key]
            stop = max(charge.period.stop, history.get_stop(line, charge.whole))
            spans.append(
                UsageSpan(
                    line, charge.whole, stop, is_final=charge.kind == ChargeKind.USAGE
                )
            )
        result = {}
        for charge, span, rated in zip(
            in_order, spans, self._rate_spans(spans, history), strict=True
        ):
            priced, facts = rated
            priced_charge = self._as_due(charge, span, priced, facts, history)
            history.add(span, priced_charge)
            result[_key(charge)] = priced_charge
        return result

    def _as_due(self, charge, span, priced, facts, history):
        """The charge of what is owed and not in the ledger yet."""
        already = history.get_charged(span.line, span.whole)
        rounding = span.line.contract_id._as_rounding()
        return less_billed(charge, priced, facts, already, rounding)

    def _rate_late(self, due, metered, history):
        """Charges for events that arrived after their period was billed (X4).

        :return: dict contract -> list of ``DueCharge`` of kind LATE
        """
        open_ = {(charge.item_key, charge.whole) for charge in due}
        spans = self._find_late(metered, open_, history)
        result = defaultdict(list)
        rated = self._rate_spans(spans, history)
        before = self._rate_without_quota(spans, history)
        for n, (span, (priced, facts)) in enumerate(zip(spans, rated, strict=True)):
            blank = history.get_late_charge(span)
            charge = self._as_due(blank, span, priced, facts, history)
            if n in before:
                charge = self._as_quotaless(blank, span, facts, *before[n])
            if facts.count or charge.amount:
                result[span.line.contract_id].append(charge)
        return result

    def _find_late(self, metered, open_, history):
        """Billed periods of these lines with events that are not."""
        closed = {line: history.get_closed(line, open_) for line in metered}
        firsts = [spans[0] for spans in closed.values() if spans]
        windows = [
            replace(self._as_window(span.line, span, terms, history), time=time)
            for span, terms in zip(firsts, self._get_terms(firsts), strict=True)
            if (time := history.get_time(closed[span.line]))
        ]
        found = self.env["subscription.measuring"]._find_unbilled(windows)
        late = {
            span
            for line, instants in found.items()
            for span in closed[line]
            if history.is_touched(span, *instants)
        }
        # What is used of a quota is missing where it went on with another line.
        for line in metered.sorted("date_start") if late else ():
            for span in closed[line]:
                if line._get_span_before(span.whole) in late:
                    late.add(span)
        return sorted(late, key=lambda span: span.stop)

    def _rate_without_quota(self, spans, history):
        """Late usage that does not profit from the free quantity: rated with and
        without the new events, both without the quantity.

        :return: dict place of the span -> (``PricedAmount`` now, before)
        """
        places = [
            n
            for n, span in enumerate(spans)
            if span.line.component_id.late_usage == "no_quota"
        ]
        bare = [replace(spans[n], has_quota=False) for n in places]
        old = [replace(span, billed_only=True) for span in bare]
        rated = self._rate_spans([*bare, *old], history)
        amounts = [priced for priced, _facts in rated]
        return {n: (amounts[i], amounts[i + len(places)]) for i, n in enumerate(places)}

    def _as_quotaless(self, charge, span, facts, now, before):
        rounding = span.line.contract_id._as_rounding()
        already = rounding.round(before.amount)
        return less_billed(charge, now, facts, already, rounding)

    def _rate_spans(self, spans, history):
        """What is owed for each span, from all its events.

        :param list spans: ``UsageSpan`` values, those of a line in order of time
        :param history: what the ledger has of these lines
        :return: list of (``PricedAmount``, ``UsageFacts``), in the same order
        """
        return self._rate_with_quotas(spans, history)[0]

    def _rate_with_quotas(self, spans, history):
        """The same, and span -> (``engine.quota.Quota``, callable that gives what is
        left of it)."""
        before = {
            span: taken_over
            for span in spans
            if span.has_quota and (taken_over := span.line._get_span_before(span.whole))
        }
        others = list(set(before.values()).difference(spans))
        quotas = self._rate_with_quotas(others, history)[1] if others else {}
        all_terms = self._get_terms(spans)
        windows = self._as_windows(spans, all_terms, history)
        measured = self.env["subscription.measuring"]._measure(windows)
        result, unused = [], {}
        for window, span, terms in zip(windows, spans, all_terms, strict=True):
            quantity, parts = measured[window.key]
            carried = self._get_carried(span, terms, history, unused)
            old, get_left = quotas.get(before.get(span), (None, None))
            quota = span.line._as_quota(span.whole, terms, old)
            granted = quota.granted(get_left() if old else NOTHING)
            price = self._get_price(span, terms, granted, carried)
            priced = price.rate(quantity.quantity, parts)
            quotas[span] = quota, partial(price.left, quantity.quantity, parts)
            free = price.free_quantity
            facts = UsageFacts(
                window=Period(window.own, window.time.stop),
                count=quantity.count,
                first=quantity.first,
                last=quantity.last,
                raw=quantity.raw,
                quantity=quantity.quantity,
                free=free,
                unused=max(free - quantity.quantity, ZERO),
            )
            if terms.carried:
                stop = min(span.whole.stop, span.line._as_stop() or span.whole.stop)
                unused[history.get_chain(span.line), stop] = facts.unused
            result.append((priced, facts))
        return result, quotas

    def _get_terms(self, spans):
        """The ``UsageTerms`` of each span's line."""
        made, result = {}, []
        for span in spans:
            key = span.line._get_price_key()
            if key not in made:
                made[key] = span.line._as_usage_terms()
            result.append(made[key])
        return result

    def _as_windows(self, spans, all_terms, history):
        """Windows of the spans; two pieces of one period have their own events."""
        windows, stops = [], {}
        for n, (span, terms) in enumerate(zip(spans, all_terms, strict=True)):
            window = self._as_window(n, span, terms, history)
            key = span.line.id, span.whole, span.billed_only, span.has_quota
            if key in stops:
                window = replace(window, own=stops[key])
            stops[key] = window.time.stop
            windows.append(window)
        return windows

    def _as_window(self, key, span, terms, history):
        line, contract = span.line, span.line.contract_id
        zone = contract.tz
        start = history.get_window_start(span)
        stop = history.get_window_stop(span) or day_start_utc(span.stop, zone)
        accept, refuse = terms.filters or line._get_usage_filters()
        return UsageWindow(
            key=key,
            contract_id=contract.id,
            meter=line.component_id.meter_id,
            # Moved far to the east, a window may be over before it began.
            time=Period(start, max(stop, start + datetime.resolution)),
            whole=utc_window(span.whole, zone),
            own=start,
            zone=zone,
            accept=accept,
            refuse=refuse,
            basis=terms.basis,
            bucket=terms.bucket,
            billed_only=span.billed_only,
            # Alone, nothing else can have billed an event: not asked for each.
            component_id=0 if terms.filters else line.component_id.id,
        )

    def _get_price(self, span, terms, granted, carried):
        """The price of the line for this span: minimum and maximum cut to the days the
        line is part of the period."""
        line, is_final = span.line, span.is_final
        if not span.has_quota:
            return price_of(terms.price.without_free(), ALL, NOTHING, carried, is_final)
        share = ALL if line.proration == "none" else line._get_share(span.whole)
        return price_of(terms.price, share, granted, carried, is_final)

    def _get_carried(self, span, terms, history, unused):
        """Unused quota of the period before, up to the cap of the bonus."""
        day = span.whole.start
        if not terms.carried or span.line.date_start > day:
            return ZERO
        key = history.get_chain(span.line), day
        left = unused.get(key)
        if left is None:
            left = history.get_unused(*key)
        return min(left, terms.carried)

    def _cap_usage(self, contract, due):
        """Usage gives back at most what was paid for its period: an amount off has
        lapsed where the usage no longer reaches it, and what was refunded by hand is
        not given back again (X1)."""
        if all(charge.amount >= 0 or not charge.usage for charge in due.charges):
            return due
        paid, charges = {}, []
        for charge in due.charges:
            if charge.usage:
                key = charge.item_key, charge.whole
                if key not in paid:
                    line = contract.line_ids.browse(charge.item_key)
                    paid[key] = to_decimal(line._get_paid_usage(charge.whole.start))
                language = self.with_context(lang=contract.partner_id.lang).env
                label = language._("Not paid, so not given back")
                charge = not_below(charge, paid[key], label)
                paid[key] += charge.amount
            charges.append(charge)
        return replace(due, charges=tuple(charges))


def _key(charge):
    return charge.item_key, charge.period

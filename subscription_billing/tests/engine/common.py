"""Shared by the engine tests: short builders, and a ledger that lives in memory."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from ...engine.charge import Charged
from ...engine.interval import Interval
from ...engine.money import Rounding
from ...engine.period import Period
from ...engine.planner import plan
from ...engine.price import Flat
from ...engine.recurrence import Recurrence
from ...engine.timeline import Item, Timeline

CENTS = Rounding.from_digits(2)


def day(text):
    """Return the date of an ISO text."""
    return date.fromisoformat(text)


def span(start, stop):
    """Return the period between two ISO texts, the second excluded."""
    return Period(day(start), day(stop))


def every(count, unit, start="2024-01-01", **options):
    """Return a recurrence; options that are dates come as ISO texts."""
    for name in ("anchor", "stop"):
        if name in options:
            options[name] = day(options[name])
    return Recurrence(day(start), Interval.parse(count, unit), **options)


def book(key="fee", start="2024-01-01", price="30.00", **options):
    """Return a monthly item in advance, unless the options say otherwise."""
    if isinstance(options.get("stop"), str):
        options["stop"] = day(options["stop"])
    options.setdefault("fees", every(1, "month"))
    options.setdefault("billing", options["fees"])
    return Item(key=key, start=day(start), price=Flat(Decimal(price)), **options)


class Ledger:
    """Does with plans what the database does: it keeps them, and refuses overlap."""

    def __init__(self, rounding=CENTS):
        self.rounding = rounding
        self.charges = []
        self.credits = {}
        self.taken = {}

    def rows(self):
        """Return the charges as the planner wants them."""
        return [
            Charged(
                key=key,
                item_key=due.item_key,
                period=due.period,
                whole=due.whole,
                amount_full=due.priced.amount,
                revision=due.revision,
                credited=tuple(each.period for each in self.credits.get(key, ())),
                proration=rule,
            )
            for key, (due, rule) in enumerate(self.charges)
        ]

    def bill(self, *items, until, phases=(), zone="UTC"):
        """Plan, keep what is due, and return the plan."""
        timeline = Timeline(tuple(items), tuple(phases), zone)
        until = day(until) if isinstance(until, str) else until
        due = plan(timeline, self.rows(), until, self.rounding)
        for credit in due.credits:
            self._credit(credit)
        rules = {item.key: item.proration for item in items}
        for charge in due.charges:
            self._refuse_overlap(charge)
            self.charges.append((charge, rules[charge.item_key]))
        return due

    def entries(self):
        """Return all charges and credits."""
        credits = [credit for found in self.credits.values() for credit in found]
        return [charge for charge, _rule in self.charges] + credits

    def total(self, key=None):
        """Return charges less credits, of one item or of all."""
        found = [each for each in self.entries() if key in (None, each.item_key)]
        return sum((each.amount for each in found), Decimal(0))

    def by_fee_period(self):
        """Return item and aligned period -> what it costs on balance, without zeros."""
        totals = {}
        for each in self.entries():
            key = each.item_key, each.whole
            totals[key] = totals.get(key, Decimal(0)) + each.amount
        return {key: amount for key, amount in totals.items() if amount}

    def _credit(self, credit):
        self._refuse_overlap(credit)
        known = self.credits.setdefault(credit.credits, [])
        known.append(credit)
        charge, _rule = self.charges[credit.credits]
        if -sum(each.amount for each in known) > charge.amount:
            raise AssertionError(f"{known} exceed {charge}")
        if not charge.period.covers(credit.period):
            raise AssertionError(f"{credit} is not of {charge}")

    def _refuse_overlap(self, new):
        """Act as the database's constraint over item, kind, revision and days."""
        key = new.item_key, new.kind, new.revision
        known = self.taken.setdefault(key, [])
        for period in known:
            if period.overlaps(new.period):
                raise AssertionError(f"{new} overlaps {period}")
        known.append(new.period)


def lines(charges):
    """Return charges as short tuples, for tables of expected values."""
    return [
        (str(each.due), str(each.period.start), str(each.period.stop), str(each.amount))
        for each in charges
    ]


def stopped(item, stop):
    """Return the item ended on an ISO date, or open again with None."""
    return replace(item, stop=day(stop) if stop else None)

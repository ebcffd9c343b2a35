"""Days and instants at the border of the ORM (T2, T3).

Fields keep last days, inclusive, and instants in UTC without a zone; the engine wants
the first day that is not covered any more, and instants with their zone. The models add
and subtract a day here and nowhere else.
"""

from datetime import date, timezone

from odoo.tools.misc import format_date

from ..engine.period import ONE_DAY


def as_stop(last):
    """First day after an inclusive last day; None for an open end, and for the end of
    time."""
    return last + ONE_DAY if last and last < date.max else None


def as_last(stop):
    """Inclusive last day before the first day that is not covered; None for none."""
    return stop - ONE_DAY if stop else None


def aware(instant):
    """A stored instant with its zone, which is UTC; None stays None."""
    return instant and instant.replace(tzinfo=timezone.utc)


def naive(instant):
    """An instant as it is stored: UTC without a zone; None stays None."""
    return instant and instant.astimezone(timezone.utc).replace(tzinfo=None)


def format_days(env, first, last):
    """Both days of a period, inclusive, as its reader writes them."""
    return f"{format_date(env, first)} – {format_date(env, last)}"

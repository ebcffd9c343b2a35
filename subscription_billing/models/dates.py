"""Days and instants at the border of the ORM (T2, T3).

Fields keep last days, inclusive, and instants in UTC without a zone; the engine wants
the first day that is not covered any more, and instants with their zone. The models add
and subtract a day here and nowhere else.
"""

from datetime import date, timezone

from odoo import fields
from odoo.tools.misc import format_date

from ..engine.period import ONE_DAY
from .sentences import invalid

# What a day of a contract can be. A year 1, or 9999, is a slip that would be planned,
# charged and forecast day by day.
FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)


class _Sensible:
    """What is entered is refused in words where it makes no sense."""

    def convert_to_cache(self, value, record, validate=True):
        try:
            result = super().convert_to_cache(value, record, validate)
        except (TypeError, ValueError) as error:
            raise invalid(record.env)._(
                "%(field)s: %(value)s is no date. Write it as 2026-12-31.",
                field=self._description_string(record.env),
                value=str(value)[:40],
            ) from error
        if result and not FIRST_DAY.year <= result.year <= LAST_DAY.year:
            raise invalid(record.env)._(
                "%(field)s: %(day)s lies outside of %(first)s to %(last)s.",
                field=self._description_string(record.env),
                day=result.isoformat(),
                first=FIRST_DAY.year,
                last=LAST_DAY.year,
            )
        return result

    def convert_to_column(self, value, record, values=None, validate=True):
        """What is searched for may lie anywhere."""
        if not validate:
            return super().convert_to_cache(value, record, validate)
        return super().convert_to_column(value, record, values, validate)


class Day(_Sensible, fields.Date):
    """A day that is entered."""


class Instant(_Sensible, fields.Datetime):
    """An instant that is entered, in UTC."""


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

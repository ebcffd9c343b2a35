"""Numbers as they come in: what cannot be billed is refused at once. The ORM has no
words for NaN, and infinity stops it in the middle of a save."""

from math import inf

from odoo import fields

from .checked import Checked
from .sentences import invalid

PRICE_DIGITS = (22, 10)
QUANTITY_DIGITS = (24, 8)
LARGEST = 10.0**15


class _Finite(Checked):
    def _check_value(self, value, env):
        try:
            is_number = abs(float(value or 0.0)) <= LARGEST  # NaN is not
        except (TypeError, ValueError):
            is_number = False
        if not is_number:
            raise invalid(env)._(
                "%(field)s: %(number)s is no number that can be billed.",
                field=self._description_string(env),
                number=value,
            )


class Number(_Finite, fields.Float):
    """A number of units, or a percentage."""


class Amount(_Finite, fields.Monetary):
    """An amount of money."""


class Count(Checked, fields.Integer):
    """A number of days, months, tries; ``maximum`` is what makes sense of it."""

    maximum = 1200

    def _check_value(self, value, env):
        try:
            is_count = abs(int(value or 0)) <= self.maximum
        except (TypeError, ValueError, OverflowError):
            is_count = False
        if not is_count:
            raise invalid(env)._(
                "%(field)s: %(number)s is no number up to %(maximum)s.",
                field=self._description_string(env),
                number=value,
                maximum=self.maximum,
            )


class BigCount(Count):
    """A number of things, or a place in an order: as much as the database takes."""

    maximum = 2**31 - 1


class PriceNumber(Number):
    """A number of a price; sums of prices say nothing."""

    aggregator = None


class OptionalNumber(PriceNumber):
    """A number that may be left empty: zero and nothing are the same, stored as NULL
    and shown as an empty cell. Empty sorts after every number, as a bound should."""

    def convert_to_column(self, value, record, values=None, validate=True):
        # Rounded by the field first: what rounds to nothing is nothing.
        column = super().convert_to_column(value, record, values, validate)
        return column if float(column) else None

    def convert_to_read(self, value, record, use_display_name=True):
        return value or False


def by_bound(number):
    """Sort key of an upper bound: nothing is above everything."""
    return number or inf

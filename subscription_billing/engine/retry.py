"""When a payment that failed is tried again (P1)."""

from collections.abc import Sequence
from datetime import date, timedelta


def next_try(
    first: date, days: Sequence[int], tried: int, limit: int = 0
) -> date | None:
    """Day of the next try.

    >>> from datetime import date
    >>> next_try(date(2026, 1, 1), (0, 3, 7, 14), tried=1)
    datetime.date(2026, 1, 4)
    >>> next_try(date(2026, 1, 1), (0, 3, 7, 14), tried=1, limit=1) is None
    True

    :param first: day of the first try
    :param days: days of all tries, counted from the first one, ascending
    :param tried: how many tries there were
    :param limit: how many there may be at most; 0 for as many as ``days`` has
    :return: date, or None if there is none left
    """
    allowed = min(limit or len(days), len(days))
    return first + timedelta(days=days[tried]) if tried < allowed else None

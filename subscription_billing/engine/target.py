"""Days on which SEPA moves money: the TARGET calendar, and when a debit may be due."""

from datetime import date

from dateutil.easter import easter

from .period import ONE_DAY


def is_target_day(day: date) -> bool:
    """Whether TARGET is open: not on Saturday and Sunday, 1 January, Good Friday,
    Easter Monday, 1 May, 25 and 26 December (ECB, calendar from 2002 on).

    >>> is_target_day(date(2026, 12, 25)), is_target_day(date(2026, 12, 28))
    (False, True)
    """
    if day.weekday() >= 5 or (day.month, day.day) in {
        (1, 1),
        (5, 1),
        (12, 25),
        (12, 26),
    }:
        return False
    return (day - easter(day.year)).days not in (-2, 1)


def next_target_day(day: date) -> date:
    """The day itself if TARGET is open, else the next one on which it is.

    >>> next_target_day(date(2027, 3, 26))
    datetime.date(2027, 3, 30)
    """
    while not is_target_day(day):
        day += ONE_DAY
    return day


def earliest_debit(day: date, is_late: bool, lead_days: int) -> date:
    """First day on which a file made on ``day`` may be due.

    >>> friday = date(2026, 11, 27)
    >>> earliest_debit(friday, False, 1), earliest_debit(friday, True, 1)
    (datetime.date(2026, 11, 30), datetime.date(2026, 12, 1))

    :param is_late: the bank's hour of the day has passed; it counts as the next one
    :param lead_days: TARGET days between the bank's receipt and the debit
    """
    received = next_target_day(day + ONE_DAY if is_late else day)
    for _each in range(lead_days):
        received = next_target_day(received + ONE_DAY)
    return received

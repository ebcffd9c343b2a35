"""Errors of the engine: a sentence for developers, facts for translations.

The models catch `EngineError`, look at `code` and `facts`, and tell the user in
the user's language which record is wrong and what to do.
"""


class EngineError(ValueError):
    """A value the engine cannot work with.

    `code` names the kind of error, `facts` holds the values a message needs.

    >>> error = InvalidInterval("interval count 0 is below 1", count=0)
    >>> error.code, error.facts
    ('invalid_interval', {'count': 0})
    """

    code = "invalid_value"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


class InvalidAmount(EngineError):
    """An amount, quantity, weight or rounding step that is no usable number."""

    code = "invalid_amount"


class InvalidInterval(EngineError):
    """A length of time that is not a positive whole number of a known unit."""

    code = "invalid_interval"


class InvalidPeriod(EngineError):
    """A period that is empty or reversed, or a day outside of what it is asked of."""

    code = "invalid_period"


class InvalidPrice(EngineError):
    """A price whose parts contradict each other, such as tiers that do not rise."""

    code = "invalid_price"


class InvalidMeter(EngineError):
    """A way to aggregate or round usage that nobody knows."""

    code = "invalid_meter"


class InvalidTimezone(EngineError):
    """A time zone nobody knows, or an instant without one."""

    code = "invalid_timezone"


class TooManyCharges(EngineError):
    """More periods are open than anybody would want on an invoice."""

    code = "too_many_charges"


class InvalidItem(EngineError):
    """An item that is in the timeline twice, or charged without being in it."""

    code = "invalid_item"

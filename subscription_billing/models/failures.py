"""What becomes of work that fails: who is to blame, and what is said of it (X5)."""

import logging
from datetime import date

import psycopg2

from odoo.exceptions import LockError, RedirectWarning, UserError
from odoo.tools import LazyTranslate
from odoo.tools.misc import format_date

from ..engine.errors import EngineError
from .sentences import said

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

# Nobody's fault: the batch is tried again as a whole.
RETRYABLE = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
    LockError,
)
# They are put into the reader's words by `explain`.
# pylint: disable=prefer-env-translation
# What an error of the engine means to the reader, by its code.
ENGINE_ERRORS = {
    "invalid_value": _lt("a value cannot be reckoned with"),
    "invalid_amount": _lt(
        "an amount, a quantity or a rounding step is no usable number"
    ),
    "invalid_interval": _lt(
        "an interval is no whole number of days, weeks, months or years"
    ),
    "invalid_period": _lt("a period is empty, or a day lies outside of it"),
    "invalid_price": _lt("the parts of a price contradict each other"),
    "invalid_meter": _lt("a meter aggregates or rounds in a way nobody knows"),
    "invalid_timezone": _lt("a time zone is unknown, or an instant has none"),
    "too_many_charges": _lt(
        "more than 10,000 periods are open; look at the start, and set the day up to "
        "which it was billed elsewhere"
    ),
    "invalid_item": _lt("a line is there twice, or was billed without being there"),
}


def isolate(env, parts, work, on_failure):
    """Work on all parts at once; where that fails, halve them until the culprits are
    found, and go on without them.

    Each attempt is made in a savepoint that flushes: of one that fails nothing stays,
    not even the invoice numbers it drew.

    :param parts: recordset or list
    :param work: callable(parts) that does it and returns what came out
    :param on_failure: callable(parts, error) for a part that fails alone; its result
        takes the place of the one of ``work``
    :return: list of results, together for all parts
    :raise: errors of ``RETRYABLE``, for the loop that claimed the parts
    """
    if not parts:
        return []
    try:
        with env.cr.savepoint():
            return [work(parts)]
    except RETRYABLE:
        raise
    except Exception as error:
        if len(parts) == 1:
            return [on_failure(parts, error)]
    half = len(parts) // 2
    return [
        result
        for part in (parts[:half], parts[half:])
        for result in isolate(env, part, work, on_failure)
    ]


def explain(env, error, what):
    """Return the sentence the back office reads about an error, in each language if it
    was said so; surprises also go to the server log.

    :param str what: what failed, for the server log
    """
    if isinstance(error, EngineError):
        return said(env).each(lambda env: _explain_engine_error(env, error))
    if isinstance(error, UserError | RedirectWarning):
        return error.args[0]
    _logger.warning("%s failed: %s", what, error, exc_info=error)
    return said(env)._("Unexpected error: %s", error)


def _explain_engine_error(env, error):
    """What is wrong, and the values it is about."""
    text = env._(ENGINE_ERRORS[error.code])
    facts = ", ".join(
        format_date(env, value) if isinstance(value, date) else str(value)
        for value in error.facts.values()
    )
    if not facts:
        return env._("This cannot be reckoned with: %(problem)s.", problem=text)
    return env._(
        "This cannot be reckoned with: %(problem)s (%(facts)s).",
        problem=text,
        facts=facts,
    )

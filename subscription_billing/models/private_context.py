"""Keys of the context that only this code can set.

A client sends a context with each call. What decides what is written is not for it to
say: such a key counts only with a value that no request can carry.
"""

from functools import wraps


class Private:
    """A value for ``with_context`` that can only be made in this process."""

    def __init__(self, value=True):
        self.value = value


PRIVATE = Private()


def get_private(env, key, default=None):
    """The value that was set by this code; the default for whatever a client sent."""
    held = env.context.get(key)
    return held.value if isinstance(held, Private) else default


def remembering(records):
    """Records in whose context methods that ask ``once`` remember the answers: for work
    on many that changes nothing of what it asks about."""
    known = get_private(records.env, "subscription_known", {})
    return records.with_context(subscription_known=Private(known))


def once(*names):
    """Let a method about a record be asked once for the same values of its fields
    ``names`` and the same other arguments, where it remembers."""

    def decorate(method):
        @wraps(method)
        def ask(self, record, *args):
            known = get_private(self.env, "subscription_known")
            if known is None:
                return method(self, record, *args)
            key = (method, *(record[name] for name in names), *args)
            if key not in known:
                known[key] = method(self, record, *args)
            return known[key]

        return ask

    return decorate

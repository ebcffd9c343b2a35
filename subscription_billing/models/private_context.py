"""Keys of the context that only this code can set.

A client sends a context with each call. What decides what is written is not for it to
say: such a key counts only with a value that no request can carry.
"""


class Private:
    """A value for ``with_context`` that can only be made in this process."""

    def __init__(self, value=True):
        self.value = value


PRIVATE = Private()


def get_private(env, key, default=None):
    """The value that was set by this code; the default for whatever a client sent."""
    held = env.context.get(key)
    return held.value if isinstance(held, Private) else default

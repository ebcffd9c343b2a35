"""Texts as they come in: what no database, invoice or index takes is refused at once,
in words."""

from unicodedata import category

from odoo import fields

from .checked import Checked
from .sentences import invalid

LINES = "\n\r\t"


class _Clean(Checked):
    maximum = 500
    allowed = ""

    def _check_value(self, value, env):
        if not isinstance(value, str):
            return
        if len(value) > self.maximum:
            raise invalid(env)._(
                "%(field)s: the text has %(count)s characters, more than %(maximum)s.",
                field=self._description_string(env),
                count=len(value),
                maximum=self.maximum,
            )
        # Control characters, and halves of characters.
        if not value.isprintable() and any(
            category(char) in ("Cc", "Cs") and char not in self.allowed
            for char in value
        ):
            raise invalid(env)._(
                "%s: the text has control characters. Type it anew.",
                self._description_string(env),
            )


class Label(_Clean, fields.Char):
    """A name, a code, a reference: one line."""


class Words(_Clean, fields.Text):
    """A note of some lines."""

    maximum = 20_000
    allowed = LINES

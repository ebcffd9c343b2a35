"""Texts as they come in: what no database, invoice or index takes is refused at once,
in words."""

from unicodedata import category

from odoo import fields
from odoo.exceptions import ValidationError

from .checked import Checked

LINES = "\n\r\t"


class _Clean(Checked):
    maximum = 500
    allowed = ""

    def _check_value(self, value, env):
        if not isinstance(value, str):
            return
        if len(value) > self.maximum:
            raise ValidationError(
                env._(
                    "%(field)s: the text has %(count)s characters, more than "
                    "%(maximum)s.",
                    field=self._description_string(env),
                    count=len(value),
                    maximum=self.maximum,
                )
            )
        # Control characters, and halves of characters.
        if not value.isprintable() and any(
            category(char) in ("Cc", "Cs") and char not in self.allowed
            for char in value
        ):
            raise ValidationError(
                env._(
                    "%s: the text has control characters. Type it anew.",
                    self._description_string(env),
                )
            )


class Label(_Clean, fields.Char):
    """A name, a code, a reference: one line."""


class Words(_Clean, fields.Text):
    """A note of some lines."""

    maximum = 20_000
    allowed = LINES

"""What a spreadsheet makes of a cell of a CSV file: some it takes for a formula."""

from __future__ import annotations

import re
import unicodedata

from .usage_event import NUMBER

# Blanks, control and zero-width characters are passed over, in some programs.
BLANKS = re.compile(r"[\s\0\ufeff\u200b-\u200f]*")
SIGNS = ("=", "+", "-", "@")
CONTROLS = ("\t", "\r", "\n", "\0")


def is_formula(text: str) -> bool:
    """
    >>> [is_formula(text) for text in ("=1", " =1", "＝1", "-x", "-5", "a=1")]
    [True, True, True, True, False, False]
    """
    head = text[BLANKS.match(text).end() :][:1]
    head = unicodedata.normalize("NFKC", head)[:1]
    is_sign = head in SIGNS or text.startswith(CONTROLS)
    return is_sign and not NUMBER.fullmatch(text)


def safe_cell(value: object) -> str:
    """
    >>> [safe_cell(v) for v in ("=cmd", "-5", "-x", "a")]
    ["'=cmd", '-5', "'-x", 'a']
    """
    text = str(value)
    return f"'{text}" if is_formula(text) else text

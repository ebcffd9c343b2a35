"""Text as banks accept it in SEPA files.

Source: EPC217-08, SEPA conversion table: letters, digits, space and ``/ - ? : ( ) . , '
+``; German letters are written out, others lose their accent.
"""

from __future__ import annotations

import re
import unicodedata

WRITTEN_OUT = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "ø": "o",
        "Ø": "O",
        "œ": "oe",
        "Œ": "Oe",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "&": "+",
        "_": "-",
        "–": "-",
        "—": "-",
        "’": "'",
        "€": "EUR",
    }
)
REFUSED = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


def clean_text(text: str, length: int) -> str:
    """What is left of a text in a SEPA file.

    >>> clean_text("Müller & Söhne, Straße 5", 70)
    'Mueller + Soehne, Strasse 5'

    :param length: characters at most
    """
    written = (text or "").translate(WRITTEN_OUT)
    plain = unicodedata.normalize("NFKD", written)
    plain = "".join(it for it in plain if not unicodedata.combining(it))
    return " ".join(REFUSED.sub(" ", plain).split())[:length].rstrip()


def clean_id(text: str, length: int = 35) -> str:
    """A reference: no spaces, no slash at its ends, none twice. Of one that is too long
    the end stays, which tells it from others.

    >>> clean_id("/INV//2026/00001/")
    'INV/2026/00001'
    """
    joined = re.sub("/+", "/", clean_text(text, 1000).replace(" ", ""))
    return joined[-length:].strip("/")

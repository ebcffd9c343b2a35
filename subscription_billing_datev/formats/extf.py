"""DATEV-Format files (EXTF 700): the header and how a field is written.

A file is cp1252, with CRLF after each line, the last one too: the header of 31 fields,
the names of the columns, the rows. Text stands in quotes, also when it is empty;
numbers and dates never do. Decimal comma, no sign, no thousands separator.

Source: DATEV developer portal, "DATEV-Format", pages "Einstieg" and "Header".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.subscription_billing.formats.sepa_text import clean_text

ENCODING = "cp1252"
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
REFUSED_IN_DOCUMENT = re.compile(r"[^A-Za-z0-9_$&%*+\-/]")
REFUSED_IN_NAME = re.compile(r"[^\w.\-/ ]", re.ASCII)
DOCUMENT_LENGTH, NAME_LENGTH = 36, 30


@dataclass(frozen=True)
class Batch:
    """What the header of each file of an export says.

    :ivar consultant: number of the tax adviser at DATEV, 1001 to 9999999
    :ivar client: number of the company at the adviser, 1 to 99999
    :ivar fiscal_start: first day of the fiscal year
    :ivar length: digits of a ledger account, 4 to 8
    :ivar chart: "03" or "04"
    :ivar is_locked: whether DATEV locks the rows when it takes them in
    :ivar initials: two or four capitals, or nothing
    """

    consultant: int
    client: int
    fiscal_start: date
    length: int
    chart: str
    created: datetime
    user: str
    currency: str = "EUR"
    initials: str = ""
    is_locked: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of file: number, name and version of DATEV, columns (name, is text)."""

    category: int
    name: str
    version: int
    columns: tuple[tuple[str, bool], ...]


def columns(*parts: str | tuple[str, Sequence[int]]) -> tuple[tuple[str, bool], ...]:
    """Columns from their names, separated by ``|``, a text column marked by ``'``; a
    pair repeats its names with each of its numbers."""
    names: list[str] = []
    for part in parts:
        text, numbers = (part, [0]) if isinstance(part, str) else part
        for number in numbers:
            names += [name.replace("#", str(number)) for name in text.split("|")]
    return tuple((name.removeprefix("'"), name.startswith("'")) for name in names)


def write_file(
    kind: Kind, batch: Batch, rows: Iterable[dict[int, object]], period: tuple = ()
) -> bytes:
    """The bytes of a file.

    :param rows: values by position, from 1; missing fields are empty. Decimals get two
        places, dates of eight digits (TTMMJJJJ); other forms come as text
    :param period: (first day, last day, name) of a Buchungsstapel
    :raises UnicodeEncodeError: a character is none of cp1252
    """
    empty = ['""' if is_text else "" for _name, is_text in kind.columns]
    lines = [";".join(_header(kind, batch, period))]
    lines.append(";".join(name for name, _is_text in kind.columns))
    for row in rows:
        fields = list(empty)
        for position, value in row.items():
            fields[position - 1] = field(value, kind.columns[position - 1][1])
        lines.append(";".join(fields))
    return ("\r\n".join(lines) + "\r\n").encode(ENCODING)


def field(value: object, is_text: bool) -> str:
    """One field as it is written."""
    if is_text:
        plain = CONTROL.sub(" ", str(value or "")).strip()
        return '"' + plain.replace('"', '""') + '"'
    if value is None or value is False:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    if isinstance(value, date):
        return value.strftime("%d%m%Y")
    return str(value)


def _header(kind: Kind, batch: Batch, period: Sequence) -> list[str]:
    first, last, name = period or ("", "", "")
    is_booking = bool(period)
    created = f"{batch.created:%Y%m%d%H%M%S}{batch.created.microsecond // 1000:03d}"
    days = [f"{day:%Y%m%d}" if day else "" for day in (batch.fiscal_start, first, last)]
    text = {8: "OD", 9: batch.user[:25], 10: "", 17: clean_name(name)}
    text |= {18: batch.initials if is_booking else ""}
    text |= {1: "EXTF", 4: kind.name, 22: batch.currency if is_booking else ""}
    text |= {24: "", 27: batch.chart, 30: "", 31: ""}
    plain = {2: 700, 3: kind.category, 5: kind.version, 6: created}
    plain |= {11: batch.consultant, 12: batch.client, 13: days[0], 14: batch.length}
    if is_booking:
        # Financial accounting, of any purpose; an empty field 21 would lock the batch.
        plain |= {15: days[1], 16: days[2], 19: 1, 20: 0, 21: int(batch.is_locked)}
    return [
        field(text[n], True) if n in text else str(plain.get(n, ""))
        for n in range(1, 32)
    ]


def clean_name(text: str) -> str:
    """The name of a batch, header field 17.

    >>> clean_name("Müller: 2026-10")
    'Mueller 2026-10'
    """
    plain = REFUSED_IN_NAME.sub(" ", clean_text(text, 1000))
    return " ".join(plain.split())[:NAME_LENGTH]


def clean_document(number: str) -> str:
    """A document number as Belegfeld 1 takes it, the same for an invoice and for what
    clears it. Of one that is too long the end stays, which tells it from others.

    >>> clean_document("RG 2026.Größe/00001")
    'RG2026-Groesse/00001'
    """
    joined = clean_text(number, 1000).replace(" ", "")
    return REFUSED_IN_DOCUMENT.sub("-", joined)[-DOCUMENT_LENGTH:]


def clean_cost(name: str) -> str:
    """A cost centre, fields 37 and 38: letters, digits, and spaces.

    >>> clean_cost("Büro/Nord 7")
    'Buero Nord 7'
    """
    plain = re.sub(r"[^A-Za-z0-9_]+", " ", clean_text(name, 1000))
    return plain.strip()[:DOCUMENT_LENGTH]


def is_writable(text: str) -> bool:
    """Whether DATEV takes a text: cp1252, and no spreadsheet takes it for a formula."""
    try:
        (text or "").encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return not (text or "").lstrip().startswith(("=", "+", "-", "@"))

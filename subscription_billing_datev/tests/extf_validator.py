"""Judges the bytes of a Buchungsstapel, from DATEV's table of columns alone.

It knows nothing of the writer: it reads the file field by field, as DATEV would.
"""

import re
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from .vectors import read_columns

COLUMNS = read_columns()
HEADER_QUOTED = {1, 4, 8, 9, 10, 17, 18, 22, 24, 27, 30, 31}
HEADER = {
    1: r"EXTF",
    2: r"700",
    3: r"21",
    4: r"Buchungsstapel",
    5: r"13",
    6: r"20\d{15}",
    7: r"",
    8: r".{0,2}",
    9: r".{0,25}",
    10: r".{0,25}",
    11: r"1\d{3}|[1-9]\d{4,6}|[2-9]\d{3}",
    12: r"[1-9]\d{0,4}",
    13: r"20\d{6}",
    14: r"[4-8]",
    15: r"20\d{6}",
    16: r"20\d{6}",
    17: r"[\w.\-/ ]{0,30}",
    18: r"([A-Z]{2}){0,2}",
    19: r"[12]",
    20: r"0|30|40|50|64",
    21: r"[01]",
    22: r"[A-Z]{3}",
    27: r"03|04",
}
FIELD = re.compile(r'("(?:[^"]|"")*"|[^";]*)(;|$)')


def split(line):
    """Fields of a line as (text, is quoted)."""
    fields, position = [], 0
    while position <= len(line):
        match = FIELD.match(line, position)
        raw = match[1]
        quoted = raw.startswith('"')
        fields.append((raw[1:-1].replace('""', '"') if quoted else raw, quoted))
        if not match[2]:
            break
        position = match.end()
    return fields


def faults(data, automatic=(), rates=None, balances=None):
    """What DATEV would not take, or take wrongly; [] for a good file.

    :param automatic: numbers of the Automatik accounts
    :param rates: percent by tax key and by Automatik account
    :param balances: what each account must come to; None: not compared
    """
    return list(_faults(data, set(automatic), rates or {}, balances))


def _faults(data, automatic, rates, balances):
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        yield "not cp1252"
        return
    if data.startswith(b"\xef\xbb\xbf"):
        yield "byte order mark"
        return
    lines = text.split("\r\n")
    if lines.pop() or any("\n" in line or "\r" in line for line in lines):
        yield "lines do not end with CRLF"
        return
    header = split(lines[0])
    yield from _header_faults(header)
    names = [column["name"] for column in COLUMNS]
    if lines[1].split(";") != names:
        yield "names of the columns"
    sums = defaultdict(Decimal)
    for number, line in enumerate(lines[2:], 3):
        fields = split(line)
        found = list(_row_faults(fields, header, automatic))
        yield from (f"line {number}: {fault}" for fault in found)
        if not found:
            _add(sums, [text for text, _quoted in fields], rates)
    if balances is not None:
        for account in sorted({*sums, *balances}):
            if sums[account] != balances.get(account, 0):
                yield f"account {account}: {sums[account]}, not {balances.get(account)}"


def _header_faults(fields):
    if len(fields) != 31:
        yield f"header of {len(fields)} fields"
        return
    for number, (text, quoted) in enumerate(fields, 1):
        if quoted != (number in HEADER_QUOTED):
            yield f"header field {number}: quotes"
        if not re.fullmatch(HEADER.get(number, ""), text):
            yield f"header field {number}: {text}"
    start, first, last = (fields[n - 1][0] for n in (13, 15, 16))
    if not start <= first <= last or first[:6] != last[:6]:
        yield "header: period"


def _row_faults(fields, header, automatic):
    if len(fields) != len(COLUMNS):
        yield f"{len(fields)} fields"
        return
    values = [text for text, _quoted in fields]
    for column, (text, quoted) in zip(COLUMNS, fields, strict=True):
        if quoted != (column["quoted"] == "1"):
            yield f"field {column['pos']}: quotes"
        elif (column["mandatory"] or text) and not re.fullmatch(
            column["regex_unquoted"], text, re.ASCII if column["pos"] == "11" else 0
        ):
            yield f"field {column['pos']}: {text}"
    yield from _rule_faults(values, int(header[13][0]), header[20][0], automatic)


def _rule_faults(values, length, lock, automatic):
    accounts, key = values[6:8], values[8].lstrip("0")
    if not all(length <= len(account) <= length + 1 for account in accounts):
        yield f"accounts {accounts}: length"
    if key not in ("", "40") and automatic & set(accounts):
        yield f"key {key} on an Automatik account"
    if len({bool(values[n]) for n in (3, 4, 5)}) > 1:
        yield "rate, base and its currency belong together"
    if values[113] != lock:
        yield "lock of the row"
    if values[116] and max(map(len, accounts)) == length:
        yield "due date without a debtor"
    if bool(values[16]) != bool(values[104]) or bool(values[114]) != bool(values[115]):
        yield "fields that belong together"


def _add(sums, values, rates):
    """Adds a row to the sums as DATEV books it: the tax out of the gross amount."""
    amount = Decimal((values[4] or values[0]).replace(",", "."))
    amount = amount if values[1] == "S" else -amount
    amount = -amount if values[117] == "1" else amount
    account, contra, key = values[6], values[7], values[8].lstrip("0")
    rate = Decimal(values[40].replace(",", ".")) if values[40] else None
    rate = rate or Decimal(0 if key == "40" else rates.get(key or contra, 0))
    net = (amount * 100 / (100 + rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    sums[account] += amount
    sums[contra] -= net
    if rate:
        sums["tax"] -= amount - net

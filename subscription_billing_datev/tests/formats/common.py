from datetime import date, datetime
from decimal import Decimal

from ...engine.booking import book
from ...formats.extf import Batch, write_file
from ...formats.extf_bookings import BOOKINGS, Voucher, booking_fields
from ..engine.common import TAXES, tax_item
from ..engine.common import item as make_item
from ..vectors import read_moves

BATCH = Batch(
    consultant=29098,
    client=55003,
    fiscal_start=date(2026, 1, 1),
    length=4,
    chart="03",
    created=datetime.fromisoformat("2026-11-01T06:00:00"),
    user="Odoo",
)
PERIOD = (date(2026, 10, 1), date(2026, 10, 31), "Odoo 2026-10")
# Persons the file does not name in each of its lines.
DEBTORS = {"V1": "Kunde DE", "V2": "Client FR", "V3": "Kunde CH", "V9": "Kunde US"}
TEXTS = {
    **{move: f"{{label}} {name}" for move, name in DEBTORS.items()},
    "V4": "Sondererlös",
    "V5": "Gutschrift RINV/2026/00001",
    "V6": "Zahlung PBNK1/2026/00001",
    "V7": "PRAP 2027 INV/2026/00010",
    "V8": "{label}",
}
DOCUMENTS = {
    "V5": "INV/2026/00001",
    "V6": "INV/2026/00002",
    "V7": "INV/2026/00010",
    "V8": "INV/2026/00001",
}
DUE = dict.fromkeys(("V1", "V2", "V3"), date(2026, 10, 19))
CLAIMS = {"2700": "40", "2650": "31"}
LABELS = {
    "2700": "Verzugspauschale § 288 V BGB",
    "2650": "Verzugszinsen 20.-31.10.2026",
}


def move_items(move):
    """Items of an entry of the vectors."""
    for line in move["lines"]:
        number = line.get("partner_debtor") or line["account"]
        amount = Decimal(line["debit"]) - Decimal(line["credit"])
        foreign = Decimal(line.get("amount_currency", amount))
        values = {"foreign": foreign, "currency": line.get("currency", "EUR")}
        if "tax_line_of" in line:
            tax = TAXES[line["tax_line_of"]]
            yield tax_item(tax, amount, line["account"], **values)
            continue
        values["label"] = LABELS.get(number, line.get("name", ""))
        values["fact"] = CLAIMS.get(number, "")
        yield make_item(number, amount, TAXES.get(line.get("tax")), **values)


def move_voucher(move):
    return Voucher(
        day=date.fromisoformat(move["date"]),
        document=DOCUMENTS.get(move["id"], move["move"]),
        text=TEXTS[move["id"]],
        due=DUE.get(move["id"]),
        link=move.get("beleg_guid", ""),
        vat=move.get("vat", ""),
    )


def move_fields(move):
    """Rows of an entry of the vectors, by position."""
    is_invoice = move["type"].startswith("out_")
    voucher = move_voucher(move)
    rows = book(list(move_items(move)), is_invoice)
    return [booking_fields(row, voucher) for row in rows]


def write_vectors(batch=BATCH):
    rows = [fields for move in read_moves() for fields in move_fields(move)]
    return write_file(BOOKINGS, batch, rows, PERIOD)

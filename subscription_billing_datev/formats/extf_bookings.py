"""DATEV's Buchungsstapel (category 21, version 13): the 125 columns, and a row in them.

Source: DATEV developer portal, "DATEV-Format", page "Buchungsstapel".
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..engine.booking import Row
from .extf import Kind, clean_document, columns

COLUMNS = columns(
    "Umsatz (ohne Soll/Haben-Kz)|'Soll/Haben-Kennzeichen|'WKZ Umsatz|Kurs|"
    "Basis-Umsatz|'WKZ Basis-Umsatz|Konto|Gegenkonto (ohne BU-Schlüssel)|"
    "'BU-Schlüssel|Belegdatum|'Belegfeld 1|'Belegfeld 2|Skonto|'Buchungstext|"
    "Postensperre|'Diverse Adressnummer|Geschäftspartnerbank|Sachverhalt|Zinssperre|"
    "'Beleglink",
    ("'Beleginfo - Art #|'Beleginfo - Inhalt #", range(1, 9)),
    "'KOST1 - Kostenstelle|'KOST2 - Kostenstelle|Kost-Menge|"
    "'EU-Land u. UStID (Bestimmung)|EU-Steuersatz (Bestimmung)|"
    "'Abw. Versteuerungsart|Sachverhalt L+L|Funktionsergänzung L+L|"
    "BU 49 Hauptfunktionstyp|BU 49 Hauptfunktionsnummer|BU 49 Funktionsergänzung",
    ("'Zusatzinformation - Art #|'Zusatzinformation- Inhalt #", range(1, 21)),
    "Stück|Gewicht|Zahlweise|'Forderungsart|Veranlagungsjahr|Zugeordnete Fälligkeit|"
    "Skontotyp|'Auftragsnummer|'Buchungstyp|USt-Schlüssel (Anzahlungen)|"
    "'EU-Land (Anzahlungen)|Sachverhalt L+L (Anzahlungen)|"
    "EU-Steuersatz (Anzahlungen)|Erlöskonto (Anzahlungen)|'Herkunft-Kz|"
    "'Buchungs GUID|KOST-Datum|'SEPA-Mandatsreferenz|Skontosperre|"
    "'Gesellschaftername|Beteiligtennummer|'Identifikationsnummer|'Zeichnernummer|"
    "Postensperre bis|'Bezeichnung SoBil-Sachverhalt|Kennzeichen SoBil-Buchung|"
    "Festschreibung|Leistungsdatum|Datum Zuord. Steuerperiode|Fälligkeit|"
    "'Generalumkehr (GU)|Steuersatz|'Land|'Abrechnungsreferenz|BVV-Position|"
    "'EU-Land u. UStID (Ursprung)|EU-Steuersatz (Ursprung)|Abw. Skontokonto",
)
BOOKINGS = Kind(21, "Buchungsstapel", 13, COLUMNS)

TEXT_LENGTH, ORDER_LENGTH, INFORMATION_LENGTH = 60, 30, 210
# Exchange rates that field 4 can say: its first digit is none of 0.
LOWEST_RATE, HIGHEST_RATE = Decimal(1), Decimal(10000)


@dataclass(frozen=True)
class Voucher:
    """What the rows of an entry have in common.

    :ivar document: number for field 11, where the row's own item has none
    :ivar text: what the row is, for field 14; ``{label}`` stands for its item's
    :ivar due: last due date of an invoice
    :ivar link: GUID of the document that is handed over with the rows
    :ivar vat: VAT id of the customer; ``own_vat`` that of the company
    :ivar mandate: reference of the SEPA mandate that pays it
    :ivar contract: names of contracts, for the additional information
    :ivar is_reversal: "Generalumkehr": the same side as the original, taken back
    """

    day: date
    document: str
    text: str
    currency: str = "EUR"
    due: date | None = None
    link: str = ""
    vat: str = ""
    own_vat: str = ""
    mandate: str = ""
    contract: str = ""
    order: str = ""
    is_reversal: bool = False
    is_locked: bool = False
    key_length: int = 0


def booking_fields(row: Row, voucher: Voucher) -> dict[int, object]:
    """The fields of a row by position, for ``extf.write_file``."""
    item, tax = row.leg.item, row.leg.item.tax
    side = row.side if not voucher.is_reversal else "HS"["SH".index(row.side)]
    fields: dict[int, object] = {2: side, **_amounts(row, voucher)}
    fields |= {7: row.account.number, 8: row.contra.number}
    fields |= {9: row.key.zfill(voucher.key_length) if row.key else ""}
    fields |= {10: f"{voucher.day:%d%m}"}
    fields |= {11: clean_document(row.document or voucher.document)}
    fields |= {14: voucher.text.replace("{label}", item.label).strip()[:TEXT_LENGTH]}
    if item.fact:
        fields |= {18: item.fact, 19: 1}
    if voucher.link:
        fields[20] = f'BEDI "{voucher.link.upper()}"'
    fields |= {37: row.leg.cost[0], 38: row.leg.cost[1]}
    if tax and tax.country:
        fields |= {40: tax.country, 41: f"{tax.rate:05.2f}".replace(".", ",")}
        fields[123] = voucher.own_vat
    elif tax and tax.asks_vat:
        fields[40] = voucher.vat
    if voucher.contract:
        fields |= {48: "Vertrag", 49: voucher.contract[:INFORMATION_LENGTH]}
    fields |= {95: voucher.order[:ORDER_LENGTH], 114: int(voucher.is_locked)}
    if item.service:
        day = date.fromisoformat(item.service)
        fields |= {115: day, 116: voucher.day}
    if row.has_person:
        fields[117] = voucher.due
        if voucher.mandate:
            fields |= {17: "001", 105: voucher.mandate}
    if voucher.is_reversal:
        fields[118] = "1"
    return fields


def _amounts(row: Row, voucher: Voucher) -> dict[int, object]:
    """Fields 1 and 3 to 6. A rate below 1 can't be said: the row is in the company's
    currency then, and says the other amount in its additional information."""
    if row.currency == voucher.currency or not row.foreign:
        return {1: row.amount, 3: voucher.currency}
    rate = row.foreign / row.amount
    if not LOWEST_RATE <= rate < HIGHEST_RATE:
        foreign = f"{row.foreign:.2f} {row.currency}".replace(".", ",")
        own = {1: row.amount, 3: voucher.currency}
        return own | {50: "Fremdwährung", 51: foreign}
    said = {1: row.foreign, 3: row.currency, 4: f"{rate:.6f}".replace(".", ",")}
    return said | {5: row.amount, 6: voucher.currency}

"""DATEV's master data: Debitoren/Kreditoren (16, version 5) with 254 columns, and
Kontenbeschriftungen (20, version 3).

Source: DATEV developer portal, "DATEV-Format", pages of these two files.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .extf import Kind, columns

BANK = (
    "'Bankleitzahl #|'Bankbezeichnung #|'Bank-Kontonummer #|'Länderkennzeichen #"
    "|'IBAN-Nr. #|'IBAN# korrekt|'SWIFT-Code #|'Abw. Kontoinhaber #"
    "|'Kennz. Hauptbankverb. #|Bankverb # Gültig von|Bankverb # Gültig bis"
)
COLUMNS = columns(
    "Konto|'Name (Adressattyp Unternehmen)|'Unternehmensgegenstand"
    "|'Name (Adressattyp natürl. Person)|'Vorname (Adressattyp natürl. Person)"
    "|'Name (Adressattyp keine Angabe)|'Adressattyp|'Kurzbezeichnung|'EU-Land"
    "|'EU-UStID|'Anrede|'Titel/Akad. Grad|'Adelstitel|'Namensvorsatz|'Adressart"
    "|'Straße|'Postfach|'Postleitzahl|'Ort|'Land|'Versandzusatz|'Adresszusatz"
    "|'Abweichende Anrede|'Abw. Zustellbezeichnung 1|'Abw. Zustellbezeichnung 2"
    "|Kennz. Korrespondenzadresse|Adresse Gültig von|Adresse Gültig bis|'Telefon"
    "|'Bemerkung (Telefon)|'Telefon GL|'Bemerkung (Telefon GL)|'E-Mail"
    "|'Bemerkung (E-Mail)|'Internet|'Bemerkung (Internet)|'Fax|'Bemerkung (Fax)"
    "|'Sonstige|'Bemerkung (Sonstige)",
    (BANK, range(1, 6)),
    "'Leerfeld|'Briefanrede|'Grußformel|'Kundennummer|'Steuernummer|Sprache"
    "|'Ansprechpartner|'Vertreter|'Sachbearbeiter|Diverse-Konto|Ausgabeziel"
    "|Währungssteuerung|Kreditlimit (Debitor)|Zahlungsbedingung"
    "|Fälligkeit in Tagen (Debitor)|Skonto in Prozent (Debitor)"
    "|Kreditoren-Ziel 1 Tg.|Kreditoren-Skonto 1 %|Kreditoren-Ziel 2 Tg."
    "|Kreditoren-Skonto 2 %|Kreditoren-Ziel 3 Brutto Tg.|Kreditoren-Ziel 4 Tg."
    "|Kreditoren-Skonto 4 %|Kreditoren-Ziel 5 Tg.|Kreditoren-Skonto 5 %|Mahnung"
    "|Kontoauszug|Mahntext 1|Mahntext 2|Mahntext 3|Kontoauszugstext"
    "|Mahnlimit Betrag|Mahnlimit %|Zinsberechnung|Mahnzinssatz 1|Mahnzinssatz 2"
    "|Mahnzinssatz 3|'Lastschrift|'Verfahren|Mandantenbank|'Zahlungsträger",
    ("'Indiv. Feld #", range(1, 16)),
    "'Abweichende Anrede (Rechnungsadresse)|'Adressart (Rechnungsadresse)"
    "|'Straße (Rechnungsadresse)|'Postfach (Rechnungsadresse)"
    "|'Postleitzahl (Rechnungsadresse)|'Ort (Rechnungsadresse)"
    "|'Land (Rechnungsadresse)|'Versandzusatz (Rechnungsadresse)"
    "|'Adresszusatz (Rechnungsadresse)"
    "|'Abw. Zustellbezeichnung 1 (Rechnungsadresse)"
    "|'Abw. Zustellbezeichnung 2 (Rechnungsadresse)"
    "|Adresse Gültig von (Rechnungsadresse)|Adresse Gültig bis (Rechnungsadresse)",
    (BANK, range(6, 11)),
    "'Nummer Fremdsystem|Insolvent",
    ("'Mandatsreferenz #", range(1, 11)),
    "Verknüpftes OPOS-Konto|Mahnsperre bis|Lastschriftsperre bis|Zahlungssperre bis"
    "|Gebührenberechnung|Mahngebühr 1|Mahngebühr 2|Mahngebühr 3|Pauschalenberechnung"
    "|Verzugspauschale 1|Verzugspauschale 2|Verzugspauschale 3"
    "|'Alternativer Suchname|Status|Anschrift manuell geändert (Korrespondenzadresse)"
    "|'Anschrift individuell (Korrespondenzadresse)"
    "|Anschrift manuell geändert (Rechnungsadresse)"
    "|'Anschrift individuell (Rechnungsadresse)|Fristberechnung bei Debitor"
    "|Mahnfrist 1|Mahnfrist 2|Mahnfrist 3|Letzte Frist",
)
PARTNERS = Kind(16, "Debitoren/Kreditoren", 5, COLUMNS)
LABELS = Kind(
    20,
    "Kontenbeschriftungen",
    3,
    columns("Konto|'Kontenbeschriftung|'Sprach-ID|'Kontenbeschriftung lang"),
)
LANGUAGES = {"de": 1, "fr": 4, "en": 5, "es": 10, "it": 19}
PERSON, COMPANY = "1", "2"


@dataclass(frozen=True)
class Partner:
    """A debtor or creditor. ``vat`` with its country prefix, ``language`` as "de"."""

    number: str
    name: str
    is_company: bool
    street: str = ""
    zip: str = ""
    city: str = ""
    country: str = ""
    vat: str = ""
    phone: str = ""
    email: str = ""
    iban: str = ""
    bic: str = ""
    reference: str = ""
    language: str = ""
    mandate: str = ""


def partner_fields(partner: Partner) -> dict[int, object]:
    """The fields of a debtor or creditor by position."""
    fields: dict[int, object] = {1: partner.number, **_name(partner)}
    fields |= {8: partner.name[:15], 15: "STR" if partner.street else ""}
    if partner.vat[:2].isalpha():
        fields |= {9: partner.vat[:2], 10: partner.vat[2:15]}
    fields |= {16: partner.street[:36], 18: partner.zip[:10], 19: partner.city[:30]}
    fields |= {20: partner.country, 29: partner.phone[:60], 33: partner.email[:60]}
    if partner.iban:
        fields |= {44: partner.iban[:2], 45: partner.iban, 47: partner.bic, 49: "1"}
    fields |= {99: partner.reference[:15], 222: partner.mandate}
    fields[101] = LANGUAGES.get(partner.language)
    return fields


def _name(partner: Partner) -> dict[int, object]:
    if partner.is_company:
        return {2: partner.name[:50], 7: COMPANY}
    first, _space, last = partner.name.rpartition(" ")
    return {4: last[:30], 5: first[:30], 7: PERSON}


def label_fields(
    accounts: Iterable[tuple[str, str]], language: str
) -> list[dict[int, object]]:
    """Rows of labels from (account, name), in a language such as "de-DE"."""
    return [
        {1: number, 2: name[:40], 3: language, 4: name[:300]}
        for number, name in accounts
    ]

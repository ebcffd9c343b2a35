from odoo.tests import BaseCase

from ...formats.extf import write_file
from ...formats.extf_master import (
    LABELS,
    PARTNERS,
    Partner,
    label_fields,
    partner_fields,
)
from ..extf_validator import split
from .common import BATCH

COMPANY = Partner(
    "10001",
    "Müller & Söhne GmbH",
    True,
    street="Hauptstraße 5",
    zip="10115",
    city="Berlin",
    country="DE",
    vat="DE123456788",
    phone="030 1234",
    email="rechnung@example.com",
    iban="DE89370400440532013000",
    bic="COBADEFFXXX",
    reference="K-17",
    language="de",
    mandate="M000017",
)


class TestMaster(BaseCase):
    def rows(self, kind, rows):
        lines = write_file(kind, BATCH, rows).decode("cp1252").split("\r\n")
        return [split(line) for line in lines[:-1]]

    def test_positions_the_format_names(self):
        """Positions of DATEV's description, version 5, counted from 1."""
        names = [name for name, _is_text in PARTNERS.columns]
        self.assertEqual(len(names), 254)
        expected = {
            1: "Konto",
            8: "Kurzbezeichnung",
            16: "Straße",
            20: "Land",
            45: "IBAN-Nr. 1",
            49: "Kennz. Hauptbankverb. 1",
            99: "Kundennummer",
            101: "Sprache",
            110: "Fälligkeit in Tagen (Debitor)",
            121: "Mahnung",
            133: "'Lastschrift".strip("'"),
            220: "Nummer Fremdsystem",
            222: "Mandatsreferenz 1",
            233: "Mahnsperre bis",
            237: "Mahngebühr 1",
            241: "Verzugspauschale 1",
            254: "Letzte Frist",
        }
        self.assertEqual({n: names[n - 1] for n in expected}, expected)

    def test_a_company(self):
        header, _names, row = self.rows(PARTNERS, [partner_fields(COMPANY)])
        self.assertEqual([header[n][0] for n in (2, 3, 4)], ["16", PARTNERS.name, "5"])
        self.assertEqual([header[n][0] for n in (14, 15, 18, 20)], ["", "", "", ""])
        self.assertEqual((len(header), len(row)), (31, 254))
        told = {n + 1: text for n, (text, _quoted) in enumerate(row) if text}
        expected = {1: "10001", 2: "Müller & Söhne GmbH", 7: "2", 8: "Müller & Söhne "}
        expected |= {9: "DE", 10: "123456788", 15: "STR", 16: "Hauptstraße 5"}
        expected |= {18: "10115", 19: "Berlin", 20: "DE", 29: "030 1234"}
        expected |= {33: "rechnung@example.com", 44: "DE"}
        expected |= {45: "DE89370400440532013000", 47: "COBADEFFXXX", 49: "1"}
        expected |= {99: "K-17", 101: "1", 222: "M000017"}
        self.assertEqual(told, expected | {8: "Müller & Söhne"})

    def test_a_person_has_last_and_first_name(self):
        row = partner_fields(Partner("10002", "Anna Maria Beispiel", False))
        self.assertEqual((row[4], row[5], row[7]), ("Beispiel", "Anna Maria", "1"))
        self.assertNotIn(2, row)
        self.assertIsNone(row[101])

    def test_quotes_of_all_columns(self):
        row = self.rows(PARTNERS, [partner_fields(COMPANY)])[2]
        quoted = [is_quoted for _text, is_quoted in row]
        self.assertEqual(quoted, [is_text for _name, is_text in PARTNERS.columns])

    def test_labels_of_accounts(self):
        long = "Erlöse aus im anderen EU-Land steuerpflichtigen Leistungen"
        rows = label_fields([("8400", "Erlöse 19 % USt"), ("8336", long)], "de-DE")
        _header, names, one, two = self.rows(LABELS, rows)
        self.assertEqual(len(names), 4)
        self.assertEqual(
            [text for text, _quoted in one][:3], ["8400", "Erlöse 19 % USt", "de-DE"]
        )
        self.assertEqual((len(two[1][0]), two[3][0]), (40, long))

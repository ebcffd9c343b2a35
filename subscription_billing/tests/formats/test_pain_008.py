from datetime import date, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from unittest import TestCase

from lxml import etree

from ...formats.pain_008 import Amendment, Block, Creditor, Debit, write
from ...formats.sepa_text import clean_id, clean_text

CREDITOR = Creditor(
    "Müller & Söhne GmbH", "DE89370400440532013000", "", "DE98ZZZ09999999999"
)
CREATED = datetime.fromisoformat("2026-12-21T09:30:00")


def get_schema():
    """The ISO schema, as the package sepaxml brings it."""
    folder = Path(find_spec("sepaxml").submodule_search_locations[0])
    return etree.XMLSchema(file=str(folder / "schemas" / "pain.008.001.08.xsd"))


def debit(number, amount="119.00", **vals):
    return Debit(
        **{
            "end_to_end_id": f"INV2026{number:05}-1",
            "amount": Decimal(amount),
            "mandate": f"M{number:06}",
            "signed_on": date(2026, 1, 15),
            "name": "Jörg Groß",
            "iban": "DE02120300000000202051",
            "bic": "BYLADEM1001",
            "text": "INV/2026/00001 Müller",
            **vals,
        }
    )


def block(*debits, number=1, **vals):
    facts = {"scheme": "CORE", "sequence": "RCUR", "date": date(2026, 12, 28), **vals}
    return Block(id=f"DD-1-{number}", debits=debits, **facts)


class TestPain008(TestCase):
    """pain.008.001.08: valid by the ISO schema, sums right, same bytes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.schema = get_schema()

    def build(self, *blocks):
        content = write("DD/2026/0001", CREATED, CREDITOR, blocks)
        root = etree.fromstring(content)
        self.assertTrue(self.schema.validate(root), self.schema.error_log)
        return root

    def texts(self, root, name):
        return [it.text for it in root.iter(f"{{*}}{name}")]

    def test_two_debits_are_valid_with_sums_at_head_and_block(self):
        root = self.build(block(debit(1), debit(2, "49.99")))
        self.assertEqual(self.texts(root, "CtrlSum"), ["168.99", "168.99"])
        self.assertEqual(self.texts(root, "NbOfTxs"), ["2", "2"])
        self.assertEqual(self.texts(root, "ReqdColltnDt"), ["2026-12-28"])
        self.assertEqual(
            self.texts(root, "EndToEndId"), ["INV202600001-1", "INV202600002-1"]
        )

    def test_blocks_of_other_days_schemes_and_sequences(self):
        root = self.build(
            block(debit(1)),
            block(debit(2, "0.10"), number=2, scheme="B2B"),
            block(debit(3, "0.20"), debit(4), number=3, sequence="FRST"),
            block(debit(5), number=4, date=date(2026, 12, 29)),
        )
        self.assertEqual(
            self.texts(root, "CtrlSum"),
            ["357.30", "119.00", "0.10", "119.20", "119.00"],
        )
        self.assertEqual(self.texts(root, "SeqTp"), ["RCUR", "RCUR", "FRST", "RCUR"])

    def test_the_same_values_give_the_same_bytes(self):
        blocks = [block(debit(1))]
        first, second = (write("A", CREATED, CREDITOR, blocks) for _ in range(2))
        self.assertEqual(first, second)

    def test_amendments_of_each_kind(self):
        for amendment, name in (
            (Amendment(iban="DE89370400440532013000"), "OrgnlDbtrAcct"),
            (Amendment(iban="SMNDA"), "OrgnlDbtrAcct"),
            (Amendment(reference="OLD1"), "OrgnlMndtId"),
            (Amendment(identifier="DE98ZZZ09999999999"), "OrgnlCdtrSchmeId"),
            (Amendment(name="Old Name"), "OrgnlCdtrSchmeId"),
            (
                Amendment(
                    "OLD1", "DE89370400440532013000", "DE98ZZZ09999999999", "Old"
                ),
                "OrgnlMndtId",
            ),
        ):
            root = self.build(block(debit(1, amendment=amendment)))
            self.assertEqual(self.texts(root, "AmdmntInd"), ["true"])
            self.assertEqual(len(list(root.iter(f"{{*}}{name}"))), 1, amendment)
        self.assertFalse(self.texts(self.build(block(debit(1))), "AmdmntInd"))

    def test_an_address_only_where_it_is_asked_for(self):
        root = self.build(block(debit(1, city="Zürich", country="CH")))
        self.assertEqual(self.texts(root, "TwnNm"), ["Zuerich"])
        self.assertFalse(self.texts(self.build(block(debit(1))), "PstlAdr"))

    def test_names_and_texts_as_banks_accept_them(self):
        long = "Überlänge " * 30
        root = self.build(block(debit(1, name=long, text=long, bic="")))
        self.assertTrue(all(len(it) <= 70 for it in self.texts(root, "Nm")))
        self.assertTrue(all(len(it) <= 140 for it in self.texts(root, "Ustrd")))
        self.assertIn("NOTPROVIDED", self.texts(root, "Id"))

    def test_text_table(self):
        for text, clean in (
            ("Müller & Söhne, Straße 5", "Mueller + Soehne, Strasse 5"),
            ("Łódź Ørsted Æsir", "Lodz Orsted Aesir"),
            ("Crème brûlée – 5 €", "Creme brulee - 5 EUR"),
            ("a\tb\n  c<d>\u200b", "a b c d"),
            ("株式会社", ""),
        ):
            self.assertEqual(clean_text(text, 70), clean)
        for text, clean in (
            ("/a//b/", "a/b"),
            ("INV/2026/0001", "INV/2026/0001"),
            ("x" * 40 + "12", "x" * 33 + "12"),
            ("a b", "ab"),
        ):
            self.assertEqual(clean_id(text), clean)

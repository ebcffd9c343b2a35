import doctest
from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase

from ...engine.booking import book
from ...formats import extf
from ...formats.extf import (
    clean_cost,
    clean_document,
    clean_name,
    field,
    is_writable,
    write_file,
)
from ...formats.extf_bookings import BOOKINGS, Voucher, booking_fields
from ..engine.common import FRANCE, VAT_19, item, tax_item
from ..vectors import read_columns, read_golden, read_moves
from .common import BATCH, PERIOD, move_fields, write_vectors


class TestGoldenFile(BaseCase):
    """The entries V1 to V9 give the golden file, byte by byte."""

    def test_each_row_of_each_entry(self):
        golden = read_golden().split(b"\r\n")[2:-1]
        for move in read_moves():
            rows = write_file(BOOKINGS, BATCH, move_fields(move), PERIOD)
            with self.subTest(move=move["id"]):
                expected = [golden[number - 1] for number in move["rows"]]
                self.assertEqual(rows.split(b"\r\n")[2:-1], expected)

    def test_the_whole_file(self):
        self.assertEqual(write_vectors(), read_golden())

    def test_columns_are_those_of_the_format(self):
        self.assertEqual(
            [(column["name"], column["quoted"] == "1") for column in read_columns()],
            list(BOOKINGS.columns),
        )


class TestFields(BaseCase):
    def test_text_is_quoted_also_when_empty(self):
        self.assertEqual(field("", True), '""')
        self.assertEqual(field('A "B"\r\nC', True), '"A ""B"" C"')

    def test_numbers_and_dates_are_not(self):
        self.assertEqual(field(Decimal("1234.5"), False), "1234,50")
        self.assertEqual(field(date(2026, 2, 1), False), "01022026")
        self.assertEqual(field(None, False), "")
        self.assertEqual(field(0, False), "0")

    def test_document_numbers_are_the_same_for_invoice_and_payment(self):
        self.assertEqual(clean_document("RG 2026/Ä1"), "RG2026/Ae1")
        self.assertEqual(clean_document("INV/2026.00001"), "INV/2026-00001")
        self.assertEqual(clean_document("X" * 40 + "/00017")[-6:], "/00017")
        self.assertEqual(len(clean_document("X" * 40)), 36)

    def test_cost_centres_are_words(self):
        """Fields 37 and 38 take no more than letters, digits and spaces."""
        for name, told in (
            ("100", "100"),
            ("A-1/2", "A 1 2"),
            ("Büro (Nord)", "Buero Nord"),
            ("X" * 50, "X" * 36),
            ("", ""),
        ):
            self.assertEqual(clean_cost(name), told)

    def test_examples_in_docstrings_run(self):
        result = doctest.testmod(extf)
        self.assertEqual((result.failed, result.attempted), (0, 3))

    def test_names_of_a_batch(self):
        told = clean_name("Müller & Co: 2026-10 (late)")
        self.assertEqual(told, "Mueller Co 2026-10 late")

    def test_what_datev_does_not_take_as_text(self):
        for text in ("Łukasz", "=1+1", " -2", "@SUM(A1)", "+49 30"):
            self.assertFalse(is_writable(text), text)
        for text in ("Müller & Söhne €", "", False, "A=B"):
            self.assertTrue(is_writable(text), text)

    def test_a_character_outside_the_code_page_is_never_lost_in_silence(self):
        with self.assertRaises(UnicodeEncodeError):
            write_file(BOOKINGS, BATCH, [{14: "Łukasz"}], PERIOD)


class TestVoucher(BaseCase):
    """What a row says beside amount and accounts."""

    def fields(self, items, is_invoice=True, **values):
        voucher = Voucher(date(2026, 10, 5), "INV/1", "{label}", **values)
        return booking_fields(book(items, is_invoice)[0], voucher)

    def invoice(self, tax=VAT_19, number="8400", gross="119", part="-19", **values):
        return [
            item("10001", gross),
            item(number, "-100", tax, label="Pro", **values),
            tax_item(tax, part),
        ]

    def test_one_stop_shop_tells_country_rate_and_own_vat_id(self):
        items = self.invoice(FRANCE, "8331", "120", "-20")
        row = self.fields(items, own_vat="DE123456788", vat="FR40303265045")
        told = {n: row[n] for n in (1, 8, 9, 40, 41, 123)}
        expected = {1: 120, 8: "8331", 9: "240", 40: "FR", 41: "20,00"}
        self.assertEqual(told, expected | {123: "DE123456788"})

    def test_general_reversal_keeps_the_side_of_the_original(self):
        items = [
            item("10001", "-119"),
            item("8400", "100", VAT_19),
            tax_item(VAT_19, "19"),
        ]
        row = self.fields(items, is_reversal=True)
        self.assertEqual((row[2], row[118]), ("S", "1"))

    def test_mandate_and_bank_of_the_debtor_only_together(self):
        row = self.fields(self.invoice(), mandate="M-1")
        self.assertEqual((row[17], row[105]), ("001", "M-1"))
        self.assertNotIn(17, self.fields(self.invoice()))

    def test_due_date_only_beside_a_debtor(self):
        due = date(2026, 10, 19)
        self.assertEqual(self.fields(self.invoice(), due=due)[117], due)
        entry = [item("8400", "900"), item("0990", "-900")]
        self.assertNotIn(117, self.fields(entry, False, due=due))

    def test_contract_order_and_service_date(self):
        items = self.invoice(service="2026-10-31")
        row = self.fields(items, contract="SUB/1, SUB/2", order="pi_1")
        told = {n: row[n] for n in (48, 49, 95, 115, 116)}
        expected = {48: "Vertrag", 49: "SUB/1, SUB/2", 95: "pi_1"}
        days = {115: date(2026, 10, 31), 116: date(2026, 10, 5)}
        self.assertEqual(told, expected | days)

    def test_keys_with_leading_zeros_where_asked_for(self):
        items = self.invoice(number="8200")
        self.assertEqual(self.fields(items, key_length=4)[9], "0003")
        self.assertEqual(self.fields(items)[9], "3")

    def test_rate_below_one_is_told_as_additional_information(self):
        items = [
            item("10004", "119", foreign=Decimal("101.15"), currency="GBP"),
            item("8400", "-100", VAT_19, foreign=Decimal(-85), currency="GBP"),
            tax_item(VAT_19, "-19", foreign=Decimal("-16.15"), currency="GBP"),
        ]
        row = self.fields(items)
        told = {n: row[n] for n in (1, 3, 50, 51)}
        self.assertEqual(told, {1: 119, 3: "EUR", 50: "Fremdwährung", 51: "101,15 GBP"})
        self.assertNotIn(4, row)

    def test_the_header_says_whether_datev_locks(self):
        locked = write_vectors(replace(BATCH, is_locked=True, initials="MM"))
        header = locked.split(b"\r\n")[0].split(b";")
        self.assertEqual((header[17], header[20]), (b'"MM"', b"1"))

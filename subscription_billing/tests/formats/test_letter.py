import io
from dataclasses import replace
from pathlib import Path

from pypdf import PdfReader

from odoo.tests import BaseCase
from odoo.tools import file_path

from ...formats.letter import Letter, use_fonts, write_letter
from ...formats.open_items_csv import COLUMNS, write_open_items

FONTS = "web/static/fonts/google/Open_Sans/Open_Sans-{}.ttf"
MM = 72 / 25.4
HEIGHT = 297 * MM
LETTER = Letter(
    sender="Muster AG · Musterweg 1 · 10115 Berlin",
    address=(
        "Grace & Co. KG",
        "Frau Grace Hopper",
        "Hauptstraße 1",
        "Hinterhaus",
        "10115 Berlin",
        "POLEN",
        "a seventh line",
    ),
    info=(("Date", "15.01.2026"), ("Customer", "K-4711")),
    subject="First dunning <letter>",
    above="Dear Sir or Madam,\n\nthis is overdue.\nIndeed.",
    headings=("Document", "Due", "Days", "Interest", "Open"),
    rows=(("INV/1", "01.01.2026", "14", "3,94 €", "1.000,00 €"),),
    totals=(("Open items", "1.000,00 €"), ("To pay", "1.043,94 €")),
    below="Kind regards",
    page="Page {page}",
    footer=("Muster AG\nBerlin", "DE123456788"),
)


class TestLetter(BaseCase):
    """DIN 5008, form B, to the millimetre."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        use_fonts(*(Path(file_path(FONTS.format(it))) for it in ("Regular", "Bold")))

    def pages(self, **vals):
        return PdfReader(io.BytesIO(write_letter(replace(LETTER, **vals)))).pages

    def places(self, page):
        """(text, millimetres from the left, from the top), as they are drawn."""
        found = []

        def visit(text, matrix, text_matrix, _font, _size):
            if text.strip():
                x = matrix[0] * text_matrix[4] + matrix[4]
                y = matrix[3] * text_matrix[5] + matrix[5]
                found.append((text.strip(), x / MM, (HEIGHT - y) / MM))

        page.extract_text(visitor_text=visit)
        return found

    def place(self, text, **vals):
        for found, left, top in self.places(self.pages(**vals)[0]):
            if text in found:
                return left, top
        return self.fail(f"{text} is not in the letter")

    def test_the_paper_is_a4(self):
        box = self.pages()[0].mediabox
        self.assertAlmostEqual(float(box.width) / MM, 210, places=1)
        self.assertAlmostEqual(float(box.height) / MM, 297, places=1)

    def test_the_address_is_in_the_window(self):
        """Window: from 20 mm left and 45 mm below the edge, 85 x 45 mm."""
        for text in ("Grace & Co. KG", "Hauptstraße 1", "POLEN"):
            left, top = self.place(text)
            self.assertAlmostEqual(left, 25, delta=0.2)
            self.assertGreater(top, 62.7 + 2)
            self.assertLess(top, 90)

    def test_the_address_has_six_lines(self):
        texts = [text for text, _left, _top in self.places(self.pages()[0])]
        self.assertIn("POLEN", texts)
        self.assertNotIn("a seventh line", texts)

    def test_the_lines_of_the_address_are_evenly_apart(self):
        tops = [
            top
            for text, _left, top in self.places(self.pages()[0])
            if text in LETTER.address
        ]
        self.assertEqual(len(tops), 6)
        gaps = [round(b - a, 2) for a, b in zip(tops, tops[1:], strict=False)]
        self.assertEqual(set(gaps), {4.5})

    def test_the_return_address_is_above_the_address(self):
        left, top = self.place("Musterweg 1")
        self.assertAlmostEqual(left, 25, delta=0.2)
        self.assertGreater(top, 45)
        self.assertLess(top, 62.7)

    def test_information_is_on_the_right(self):
        left, top = self.place("Customer")
        self.assertAlmostEqual(left, 125, delta=0.2)
        self.assertGreater(top, 50)
        self.assertLess(top, 98)

    def test_the_subject_comes_below_the_field(self):
        left, top = self.place("First dunning <letter>")
        self.assertAlmostEqual(left, 25, delta=0.2)
        self.assertGreater(top, 98.4)
        self.assertLess(top, 105)

    def test_long_lines_are_cut_to_the_window(self):
        name = "Donaudampfschifffahrtsgesellschaft " * 4
        page = self.pages(address=(name,))[0]
        cut = [text for text, *_place in self.places(page) if "Donau" in text]
        self.assertEqual(len(cut), 1)
        self.assertTrue(cut[0].endswith("…"))
        self.assertLess(len(cut[0]), 60)

    def test_marks_for_folding_and_punching(self):
        content = self.pages()[0].get_contents().get_data().decode("latin-1")
        for mark in (105, 210, 148.5):
            height = f"{HEIGHT - mark * MM:.2f}"[:6]
            self.assertIn(height, content, mark)

    def test_texts_are_not_taken_for_markup(self):
        text = self.pages(
            above="a <b>bold</b> & more", rows=(("<i>x", "", "", "", "&"),)
        )[0].extract_text()
        self.assertIn("a <b>bold</b> & more", text)
        self.assertIn("<i>x", text)

    def test_letters_of_other_languages(self):
        name = "Łódź Ćwiklińska, Αθήνα, Київ, ß €"
        text = self.pages(address=(name,))[0].extract_text()
        self.assertIn(name, text)

    def test_many_items_go_on_the_next_pages(self):
        rows = [(f"INV/{n}", "01.01.2026", "14", "", "1,00 €") for n in range(120)]
        pages = self.pages(rows=rows)
        self.assertGreater(len(pages), 2)
        texts = [page.extract_text() for page in pages]
        for number, text in enumerate(texts, 1):
            self.assertIn(f"Page {number}", text)
            self.assertIn("DE123456788", text)
        self.assertIn("INV/119", "".join(texts))
        # The head of the table is repeated, the window is not.
        self.assertIn("Document", texts[1])
        self.assertNotIn("Musterweg", texts[1])

    def test_totals_stay_together(self):
        for count in range(20, 32):
            rows = [(f"INV/{n}", "", "", "", "1,00 €") for n in range(count)]
            texts = [page.extract_text() for page in self.pages(rows=rows)]
            place = [number for number, it in enumerate(texts) if "To pay" in it]
            other = [number for number, it in enumerate(texts) if "Open items" in it]
            self.assertEqual(place, other, count)

    def test_the_code_is_a_drawing_of_its_own(self):
        without = self.pages()[0].get_contents().get_data()
        code = "BCD\n002\n1\nSCT\n\nMuster AG\nDE89370400440532013000\nEUR1043.94"
        with_code = self.pages(code=code, code_text="Please pay")
        text = "".join(page.extract_text() for page in with_code)
        self.assertIn("Please pay", text)
        size = sum(len(it.get_contents().get_data()) for it in with_code)
        self.assertGreater(size, len(without) + 5000)

    def test_without_rows_totals_and_footer(self):
        text = self.pages(rows=(), totals=(), footer=(), info=())[0].extract_text()
        self.assertNotIn("Document", text)
        self.assertIn("Kind regards", text)

    def test_the_same_letter_gives_the_same_bytes(self):
        self.assertEqual(write_letter(LETTER), write_letter(LETTER))

    def test_fonts_are_part_of_the_file(self):
        fonts = self.pages()[0]["/Resources"]["/Font"]
        names = [str(font.get_object()["/BaseFont"]) for font in fonts.values()]
        self.assertTrue(any("OpenSans" in name for name in names), names)


class TestOpenItemsCsv(BaseCase):
    """What goes to a collection agency."""

    def rows(self, *rows):
        filled = [dict.fromkeys(COLUMNS, "") | row for row in rows]
        return write_open_items(filled).decode("utf-8-sig").split("\r\n")

    def test_head_and_rows(self):
        lines = self.rows({"debtor": "Ada, Ltd", "amount": "-1.50", "open": "-1.50"})
        self.assertEqual(lines[0], ",".join(COLUMNS))
        self.assertEqual(lines[1], '"Ada, Ltd",,,,,,,,,-1.50,-1.50,,')
        self.assertEqual(lines[2:], [""])

    def test_no_formulas(self):
        for sign in "=+-@\t\r\n":
            lines = self.rows({"debtor": f"{sign}cmd"})
            self.assertIn(f"'{sign}cmd", "\r\n".join(lines), repr(sign))

    def test_a_byte_order_mark_for_spreadsheets(self):
        self.assertTrue(write_open_items([]).startswith(b"\xef\xbb\xbf"))

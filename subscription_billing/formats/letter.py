"""Letters in the form of DIN 5008 (2020), form B, as PDF.

The address field is 85 x 45 mm, 45 mm below the upper edge and 20 mm from the left one,
so that it shows in the window of an envelope DL or C6/5; its upper 17.7 mm are for the
return address, the lower 27.3 mm for six lines of address.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

WIDTH, HEIGHT = A4
LEFT, RIGHT = 25 * mm, 20 * mm
TEXT_WIDTH = WIDTH - LEFT - RIGHT
# From the upper edge: where the address begins, and the subject below the field.
RETURN_TOP, ADDRESS_TOP, SUBJECT_TOP = 45 * mm, 62.7 * mm, 98.4 * mm
ADDRESS_WIDTH, ADDRESS_LINES = 80 * mm, 6
INFO_LEFT, INFO_TOP, INFO_WIDTH = 125 * mm, 50 * mm, 75 * mm
FOLDS, PUNCH = (105 * mm, 210 * mm), 148.5 * mm
FOOTER = 28 * mm
CODE_SIZE = 32 * mm
GREY = HexColor("#666666")
FONT, BOLD = "letter", "letter-bold"
BODY = ParagraphStyle("body", fontName=FONT, fontSize=10, leading=13.5)
STRONG = ParagraphStyle("strong", parent=BODY, fontName=BOLD, fontSize=11)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=9, leading=11.5)
NUMBER = ParagraphStyle("number", parent=CELL, alignment=TA_RIGHT)
HEAD = ParagraphStyle("head", parent=CELL, fontName=BOLD)
HEAD_NUMBER = ParagraphStyle("head-number", parent=HEAD, alignment=TA_RIGHT)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=9.5, textColor=GREY)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with a table: texts, and nothing that has to be reckoned.

    ``rows`` have as many cells as ``headings``; of them the last two are numbers.
    ``totals`` are pairs of a label and an amount, the last one in bold. ``code`` is
    what the GiroCode says, empty for none.
    """

    sender: str
    address: Sequence[str]
    info: Sequence[tuple[str, str]]
    subject: str
    above: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    totals: Sequence[tuple[str, str]]
    below: str
    page: str = "{page}"
    code: str = ""
    code_text: str = ""
    footer: Sequence[str] = ()
    logo: bytes = b""


def use_fonts(regular: Path, bold: Path) -> None:
    """Have letters written in these TrueType fonts, which are part of each file."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, str(regular)))
        pdfmetrics.registerFont(TTFont(BOLD, str(bold)))


def write_letter(letter: Letter) -> bytes:
    """The letter as PDF; the same letter gives the same bytes. Needs ``use_fonts``."""
    file = io.BytesIO()
    document = BaseDocTemplate(
        file, pagesize=A4, title=letter.subject, author=letter.sender, invariant=1
    )
    first = Frame(
        LEFT, FOOTER, TEXT_WIDTH, HEIGHT - SUBJECT_TOP - FOOTER, *[0] * 4, id="first"
    )
    later = Frame(
        LEFT, FOOTER, TEXT_WIDTH, HEIGHT - 25 * mm - FOOTER, *[0] * 4, id="later"
    )
    document.addPageTemplates(
        [
            PageTemplate("first", first, onPage=lambda *it: _draw_head(letter, *it)),
            PageTemplate("later", later, onPage=lambda *it: _draw_margin(letter, *it)),
        ]
    )
    document.build([NextPageTemplate("later"), *_get_body(letter)])
    return file.getvalue()


def _get_body(letter: Letter) -> list[Flowable]:
    body = [Paragraph(escape(letter.subject), STRONG), Spacer(0, 8 * mm)]
    body += _get_paragraphs(letter.above)
    if letter.rows:
        body += [Spacer(0, 3 * mm), _get_table(letter)]
    if letter.totals:
        body += [Spacer(0, 2 * mm), KeepTogether([_get_totals(letter)])]
    body += [Spacer(0, 5 * mm), *_get_paragraphs(letter.below)]
    if letter.code:
        body += [Spacer(0, 4 * mm), KeepTogether([_get_code(letter)])]
    return body


def _get_paragraphs(text: str) -> list[Flowable]:
    result: list[Flowable] = []
    for part in text.strip().split("\n\n"):
        if part.strip():
            lines = "<br/>".join(escape(line) for line in part.splitlines())
            result += [Paragraph(lines, BODY), Spacer(0, 3 * mm)]
    return result


def _get_table(letter: Letter) -> Table:
    count = len(letter.headings)
    numbers = count - 2
    heads = [
        Paragraph(escape(it), HEAD_NUMBER if place >= numbers else HEAD)
        for place, it in enumerate(letter.headings)
    ]
    rows = [
        [
            Paragraph(escape(it), NUMBER if place >= numbers else CELL)
            for place, it in enumerate(row)
        ]
        for row in letter.rows
    ]
    share = TEXT_WIDTH / (count + 1)
    widths = [2 * share, *[share] * (count - 1)]
    rules = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, GREY),
        ("LINEBELOW", (0, -1), (-1, -1), 0.4, GREY),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    return Table([heads, *rows], widths, repeatRows=1, style=TableStyle(rules))


def _get_totals(letter: Letter) -> Table:
    last = len(letter.totals) - 1
    rows = [
        [
            Paragraph(escape(label), HEAD if place == last else CELL),
            Paragraph(escape(amount), HEAD_NUMBER if place == last else NUMBER),
        ]
        for place, (label, amount) in enumerate(letter.totals)
    ]
    rules = [
        ("LINEABOVE", (0, last), (-1, last), 0.6, GREY),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
    widths = [55 * mm, 35 * mm]
    return Table(rows, widths, hAlign="RIGHT", style=TableStyle(rules))


def _get_code(letter: Letter) -> Table:
    widget = QrCodeWidget(letter.code, barLevel="M", barBorder=0)
    left, bottom, right, top = widget.getBounds()
    scale = CODE_SIZE / (right - left)
    drawing = Drawing(
        CODE_SIZE, CODE_SIZE, transform=[scale, 0, 0, scale, -left, -bottom]
    )
    drawing.add(widget)
    text = _get_paragraphs(letter.code_text)
    rules = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, 0), 0)]
    return Table(
        [[drawing, text]],
        [CODE_SIZE + 6 * mm, TEXT_WIDTH - CODE_SIZE - 6 * mm],
        style=TableStyle(rules),
    )


def _draw_head(letter: Letter, canvas, document) -> None:
    """Logo, window, information and what is on every page."""
    _draw_margin(letter, canvas, document)
    if letter.logo:
        image = ImageReader(io.BytesIO(letter.logo))
        wide, high = image.getSize()
        scale = min(70 * mm / wide, 22 * mm / high)
        canvas.drawImage(
            image,
            WIDTH - RIGHT - wide * scale,
            HEIGHT - 12 * mm - high * scale,
            wide * scale,
            high * scale,
            mask="auto",
        )
    _draw_sender(letter, canvas)
    canvas.setFont(FONT, 10)
    for number, line in enumerate(list(letter.address)[:ADDRESS_LINES]):
        top = ADDRESS_TOP + (number + 0.8) * 4.5 * mm
        canvas.drawString(LEFT, HEIGHT - top, _fit(line, FONT, 10, ADDRESS_WIDTH))
    for number, (label, text) in enumerate(letter.info):
        top = INFO_TOP + (number + 0.8) * 4.6 * mm
        canvas.setFont(FONT, 8)
        canvas.setFillColor(GREY)
        canvas.drawString(INFO_LEFT, HEIGHT - top, _fit(label, FONT, 8, 30 * mm))
        canvas.setFillColor("black")
        canvas.setFont(FONT, 9)
        room = INFO_WIDTH - 42 * mm + RIGHT / 2
        canvas.drawString(INFO_LEFT + 31 * mm, HEIGHT - top, _fit(text, FONT, 9, room))


def _draw_sender(letter: Letter, canvas) -> None:
    """The return address, small, as the last line of its zone."""
    canvas.setFont(FONT, 6.5)
    canvas.setFillColor(GREY)
    bottom = HEIGHT - ADDRESS_TOP + 1.2 * mm
    text = _fit(letter.sender, FONT, 6.5, ADDRESS_WIDTH)
    canvas.drawString(LEFT, bottom, text)
    canvas.setFillColor("black")


def _draw_margin(letter: Letter, canvas, document) -> None:
    """Marks for folding and punching, footer and number of the page."""
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.3)
    for mark in FOLDS:
        canvas.line(4 * mm, HEIGHT - mark, 8 * mm, HEIGHT - mark)
    canvas.line(4 * mm, HEIGHT - PUNCH, 10 * mm, HEIGHT - PUNCH)
    columns = max(len(letter.footer), 1)
    wide = TEXT_WIDTH / columns
    for number, text in enumerate(letter.footer):
        lines = "<br/>".join(escape(line) for line in text.splitlines())
        part = Paragraph(lines, SMALL)
        _wide, high = part.wrap(wide - 4, FOOTER)
        part.drawOn(canvas, LEFT + number * wide, 22 * mm - high)
    canvas.setFont(FONT, 7.5)
    canvas.setFillColor(GREY)
    page = letter.page.format(page=document.page)
    canvas.drawRightString(WIDTH - RIGHT, 24 * mm, page)
    canvas.setFillColor("black")


def _fit(text: str, font: str, size: float, room: float) -> str:
    """A line cut to the room it has."""
    if pdfmetrics.stringWidth(text, font, size) <= room:
        return text
    while text and pdfmetrics.stringWidth(f"{text}…", font, size) > room:
        text = text[:-1]
    return f"{text}…"

"""Novels as files."""

import io
import textwrap
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

import docx

from tests.support.documents import epub
from tests.support.novels import Novel
from workers.engines.pdf.mupdf import pymupdf

_SIZE, _NAME = 11.0, "F0"


def novel_pdf(book: Novel) -> bytes:
    """The book as a PDF with a text layer, its lines where the pages have them."""
    made, font = pymupdf.open(), _font(book)

    @cache
    def advance(character: str) -> float:
        return font.glyph_advance(ord(character))

    for page in book.pages:
        sheet = made.new_page(width=page.width, height=page.height)
        sheet.insert_font(fontname=_NAME, fontbuffer=font.buffer)
        shape = sheet.new_shape()
        for line in page.lines:
            x0, _, x1, y1 = line.box
            # From edge to edge, as a printer sets it.
            wide = pymupdf.Matrix((x1 - x0) / (_SIZE * sum(map(advance, line.text))), 1.0)
            at = pymupdf.Point(x0, y1 - 2)
            shape.insert_text(at, line.text, fontname=_NAME, fontsize=_SIZE, morph=(at, wide))
        shape.commit()
    return made.tobytes()


def scanned_pdf(book: Novel, dpi: int = 150) -> bytes:
    """The book as a PDF of images, as a scanner makes it: no letter of it can be copied."""
    made = pymupdf.open()
    for page in pymupdf.open(stream=novel_pdf(book), filetype="pdf"):
        image = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY).tobytes("jpg", jpg_quality=85)
        sheet = made.new_page(width=page.rect.width, height=page.rect.height)
        sheet.insert_image(sheet.rect, stream=image)
    return made.tobytes()


def _font(book: Novel) -> Any:
    """Helvetica, or one that has the letters of all languages where that lacks some."""
    font = pymupdf.Font("helv")
    letters = {ord(letter) for page in book.pages for line in page.lines for letter in line.text}
    return font if all(map(font.has_glyph, letters)) else pymupdf.Font(ordering=-1)


def flowing(kind: str, paragraphs: Sequence[str]) -> bytes:
    """The paragraphs as a TXT with lines of 72 characters, an EPUB of one chapter, or a DOCX."""
    if kind == "txt":
        return "\n\n".join(textwrap.fill(each, 72) for each in paragraphs).encode()
    if kind == "epub":
        return epub([list(map(escape, paragraphs))])
    made, buffer = docx.Document(), io.BytesIO()
    for each in paragraphs:
        made.add_paragraph(each)
    made.save(buffer)
    return buffer.getvalue()

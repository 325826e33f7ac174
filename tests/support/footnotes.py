"""Books in PDF whose pages have notes at their feet, set as printers set them; all their words are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from workers.engines.page import Page
from workers.engines.pdf.mupdf import pymupdf
from workers.engines.pdf.reading import read_text
from workers.engines.prose.margins import Edges, Margins, margins_of
from workers.pipelines.page_models import page_of

_LEFT, _RIGHT, _TOP, _BOTTOM, _WIDTH = 60.0, 380.0, 60.0, 560.0, 440.0
BODY, SMALL = 11.0, 8.5
_LEADING, _SMALL_LEADING = 14.0, 11.0


@dataclass
class Sheet:
    """A page: its lines of text, and those at its foot. `number` and `head` stand at the edges, if any."""

    lines: Sequence[str]
    notes: Sequence[str] = ()
    head: str = ""
    number: str = ""
    is_ruled: bool = False
    top: float = _TOP


@dataclass
class Type:
    """How large text and notes are set, and how far below the text notes stand at least."""

    text: float = BODY
    notes: float = SMALL
    gap: float = 8.0


def wrapped(text: str, size: float, *, indent: float = 0.0) -> list[str]:
    """Lines as wide as the page's text."""
    lines, left, space = list[list[str]](), 0.0, _wide(" ", size)
    for word in text.split():
        wide = _wide(word, size)
        if not lines or wide + space > left:
            left = _RIGHT - _LEFT - (0.0 if lines else indent) + space
            lines.append([])
        lines[-1].append(word)
        left -= wide + space
    return [" ".join(line) for line in lines]


@cache
def _wide(word: str, size: float) -> float:
    return float(pymupdf.get_text_length(word, fontsize=size))


def book(sheets: Sequence[Sheet], kind: Type | None = None) -> bytes:
    """The pages; lines that begin with two spaces are indented, `^1` stands above its line."""
    of, made = kind or Type(), pymupdf.open()
    for sheet in sheets:
        page = made.new_page(width=_WIDTH, height=620)
        if sheet.head:
            _put(page, 200.0, 36.0, sheet.head, of.text)
        for row, line in enumerate(sheet.lines):
            indent = 16.0 if line.startswith("  ") else 0.0
            _put(page, _LEFT + indent, sheet.top + _LEADING * row, line.strip(), of.text)
        top = max(
            _BOTTOM - _SMALL_LEADING * len(sheet.notes),
            sheet.top + _LEADING * (len(sheet.lines) - 1) + of.gap + _SMALL_LEADING,
        )
        if sheet.is_ruled:
            page.draw_line((_LEFT, top - _SMALL_LEADING), (_LEFT + 80, top - _SMALL_LEADING))
        for row, line in enumerate(sheet.notes):
            _put(page, _LEFT, top + _SMALL_LEADING * row, line, of.notes)
        if sheet.number:
            _put(page, 210.0, 600.0, sheet.number, of.text)
    return made.tobytes()


def read(content: bytes, folder: Path) -> tuple[list[Page], Margins]:
    """The book's pages as workers read them, and what is decided over all of them."""
    path = folder / "book.pdf"
    path.write_bytes(content)
    count = pymupdf.open(path).page_count
    pages = [page_of(each) for each in read_text(str(path), range(1, count + 1))]
    edges = [Edges.from_json(orjson.loads(orjson.dumps(Edges.of(page).json()))) for page in pages]
    return pages, margins_of(edges)


def _put(page: Any, x: float, y: float, line: str, size: float) -> None:
    for at, part in enumerate(line.split("^")):
        digits = len(part) - len(part.lstrip("0123456789")) if at else 0
        for text, own, higher in ((part[:digits], 0.6 * size, 0.35 * size), (part[digits:], size, 0.0)):
            if text:
                page.insert_text((x, y - higher), text, fontsize=own)
                x += _wide(text, own)

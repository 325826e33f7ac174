"""From lines in reading order to a page: its text, and Markdown with headings and paragraphs."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

from workers.engines.ocr.port import PageToRead
from workers.engines.page import Line, Page

# From the length of a line of average letters; shorter ones lie.
_LEAST_CHARACTERS = 6
_NARROW = frozenset("iljtfr.,;:'\u2019!|I ()[]")
_BROAD = frozenset("mwMW@\u0153\u0152")
_HEADING_RATIO = 1.25
_HEADING_CHARACTERS = 90
_SPECIAL_START = re.compile(r"^([#>])")


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand side by side, left to right; `size` is the type size in points, as `type_size` tells it."""

    lines: tuple[Line, ...]
    size: float

    @property
    def text(self) -> str:
        """The words of the row; what stands apart, as in a form or table, is kept apart by two spaces."""
        return "  ".join(line.text for line in self.lines)


Paragraph: TypeAlias = Sequence[Row]


def type_size(text: str, length: float, height: float) -> float:
    """About the type size in points of a line that is `length` by `height` points (along and across the text).

    The boxes that engines find are exact along a line and vague across it, so the length is asked where it can be.
    """
    if len(text) < _LEAST_CHARACTERS:
        return 0.85 * height
    return 2 * length / sum(_advance(character) for character in text)


def composed(page: PageToRead, engine: str, paragraphs: Iterable[Paragraph]) -> Page:
    """The page with these paragraphs, which are in reading order."""
    kept = [paragraph for paragraph in paragraphs if paragraph]
    body = _body_size(kept)
    return Page(
        number=page.number,
        route="ocr",
        engine=engine,
        width=page.width,
        height=page.height,
        rotation=page.rotation,
        text="\n\n".join("\n".join(row.text for row in paragraph) for paragraph in kept),
        markdown="\n\n".join(_markdown(paragraph, body) for paragraph in kept),
        lines=[line for paragraph in kept for row in paragraph for line in row.lines],
    )


def _body_size(paragraphs: Sequence[Paragraph]) -> float:
    """The size of most of the text: the median over characters, so that a large title does not count much."""
    sizes = [row.size for paragraph in paragraphs for row in paragraph for _ in row.text]
    return median(sizes) if sizes else 0.0


def _advance(character: str) -> float:
    """The width of a character against that of an average small letter."""
    if character in _NARROW:
        return 0.55
    if character in _BROAD:
        return 1.55
    if unicodedata.east_asian_width(character) in "WF":
        return 2.0
    return 1.3 if character.isupper() else 1.1 if character.isdigit() else 1.0


def _markdown(paragraph: Paragraph, body: float) -> str:
    if any(len(row.lines) > 1 for row in paragraph):
        # Cells side by side: each row keeps its line.
        return "  \n".join(_safe(row.text) for row in paragraph)
    text = _safe(_joined(row.text for row in paragraph))
    is_heading = (
        len(paragraph) <= 2
        and len(text) <= _HEADING_CHARACTERS
        and median(row.size for row in paragraph) >= _HEADING_RATIO * body
    )
    return f"## {text}" if is_heading else text


def _joined(rows: Iterable[str]) -> str:
    """One line of text; a word that a hyphen broke at the end of a row is whole again."""
    text = ""
    for row in rows:
        if len(text) > 2 and text[-1] in "-\u00ad" and text[-2].isalpha() and row[:1].islower():
            text = text[:-1] + row
        else:
            text = f"{text} {row}" if text else row
    return text


def _safe(text: str) -> str:
    """What was printed must not become markup by accident."""
    return _SPECIAL_START.sub(r"\\\1", text).replace("<", "&lt;")

"""Pages of certificates as a reading engine gives them, from rows of text."""

from collections.abc import Sequence
from typing import Literal

from workers.engines.page import Line, Page

_LEFT, _TOP, _ROW, _CHARACTER = 60.0, 60.0, 20.0, 5.5


def page_of(
    *rows: str | Sequence[str],
    number: int = 1,
    route: Literal["text", "ocr"] = "text",
    confidence: float = 1.0,
) -> Page:
    """A row is one line, or cells side by side, each 220 points from the one before; rows are 20 points apart."""
    lines: list[Line] = []
    for place, row in enumerate(rows):
        y = _TOP + place * _ROW
        for column, text in enumerate([row] if isinstance(row, str) else row):
            x = _LEFT + 220.0 * column
            if text:
                lines.append(Line(text, (x, y, x + _CHARACTER * len(text), y + 12.0), confidence))
    return Page(number, route, "pymupdf" if route == "text" else "rapidocr", 595.0, 842.0, lines=lines)


def lined(*lines: tuple[str, float, float, float]) -> Page:
    """Lines of text from a left and a top, so high; a character is half as wide as high."""
    made = [Line(text, (x, y, x + len(text) * size / 2, y + size)) for text, x, y, size in lines]
    return Page(1, "text", "pymupdf", 595.0, 842.0, lines=made)


CERTIFICATE = (
    "VIETNAM REGISTER",
    "SAFETY MANAGEMENT CERTIFICATE",
    "Certificate No.: VR-2024-01873",
    ("Name of ship", "MV OCEAN STAR"),
    ("IMO number", "9074729"),
    ("Date of issue", "3 May 2024"),
    ("Valid until", "2 May 2029"),
)
"""Rows of a plain one."""

"""Tesseract's table of words as paragraphs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from workers.engines.ocr.composing import Row, type_size
from workers.engines.ocr.layout import bounds
from workers.engines.ocr.port import PageToRead, Pixels
from workers.engines.ocr.straighten import tilted_corners
from workers.engines.page import Line

_COLUMNS = 12
_LINE, _WORD = "4", "5"
_LEAST_CONFIDENCE = 0.3


@dataclass(slots=True)
class _Found:
    """A line as Tesseract tells it: its paragraph, its box in pixels of the straightened page, its words."""

    paragraph: tuple[str, str]
    box: tuple[float, float, float, float]
    words: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    @property
    def text(self) -> str:
        return " ".join(word for word, _ in self.words)

    @property
    def confidence(self) -> float:
        """The mean over characters, 0..1."""
        characters = sum(len(word) for word, _ in self.words)
        return sum(len(word) * confidence for word, confidence in self.words) / characters / 100


def paragraphs(table: str, page: PageToRead, pixels: Pixels, tilt: float) -> list[list[Row]]:
    """The paragraphs of a page that was straightened by `tilt` degrees; raises ValueError for a bad table."""
    lines = [line for line in _lines(table) if line.words and line.confidence >= _LEAST_CONFIDENCE]
    return [
        [_row(line, page, pixels, tilt) for line in paragraph]
        for _, paragraph in groupby(lines, key=lambda line: line.paragraph)
    ]


def _lines(table: str) -> Iterator[_Found]:
    line: _Found | None = None
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < _COLUMNS:
            if cells == [""]:
                continue
            raise ValueError("a row with too few columns")
        level, _, block, paragraph = cells[:4]
        if level == _LINE:
            if line is not None:
                yield line
            left, top, width, height = (float(cell) for cell in cells[6:10])
            line = _Found((block, paragraph), (left, top, left + width, top + height))
        elif level == _WORD and line is not None and cells[11].strip():
            line.words.append((cells[11].strip(), float(cells[10])))
    if line is not None:
        yield line


def _row(line: _Found, page: PageToRead, pixels: Pixels, tilt: float) -> Row:
    x_scale, y_scale = page.width / pixels.width, page.height / pixels.height
    corners = [
        (min(max(x, 0), pixels.width) * x_scale, min(max(y, 0), pixels.height) * y_scale)
        for x, y in tilted_corners(line.box, tilt, pixels.width, pixels.height)
    ]
    x0, y0, x1, y1 = line.box
    length, height = (x1 - x0) * x_scale, (y1 - y0) * y_scale
    if height > length and len(line.text) > 1:
        length, height = height, length
    return Row((Line(line.text, bounds(corners), line.confidence),), type_size(line.text, length, height))

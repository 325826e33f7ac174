"""Document AI's answer as pages: text anchors, vertices, and the turn that the service gave a page."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workers.engines.ocr.composing import Row, composed, type_size
from workers.engines.ocr.layout import Fragment, arranged, bounds
from workers.engines.ocr.port import PageToRead
from workers.engines.page import Line, Page

ENGINE = "documentai"
# What is read here, and no more: the images of the pages alone are most of a full answer.
FIELDS = (
    "text",
    "error",
    "pages.page_number",
    "pages.dimension",
    "pages.transforms",
    "pages.lines",
    "pages.paragraphs",
)
_CORNERS = 4
_FLOAT_TYPES = {5: np.float32, 6: np.float64}  # OpenCV's CV_32F and CV_64F
_SAME_SHAPE = 0.005


class Nonsense(Exception):
    """The answer contradicts itself or the request; the text says how."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with where its text begins in the document's text, and its corners in points as shown."""

    start: int
    fragment: Fragment


def pages_of(document: Any, asked: Sequence[PageToRead]) -> list[Page]:
    """The pages asked for, in order, from a `documentai.v1.Document` protocol buffer; raises Nonsense."""
    numbers = [page.page_number or position for position, page in enumerate(document.pages, 1)]
    if sorted(numbers) != list(range(1, len(asked) + 1)):
        raise Nonsense(f"asked for {len(asked)} pages, got numbers {numbers[:20]}")
    by_number = dict(zip(numbers, document.pages, strict=True))
    return [_page(by_number[place], page, document.text) for place, page in enumerate(asked, 1)]


def _page(found: Any, page: PageToRead, text: str) -> Page:
    to_points = _to_points(found, page)
    lines = [
        placed
        for line in found.lines
        if (placed := _line(line.layout, text, found, to_points, page)) is not None
    ]
    if not found.paragraphs:
        return composed(page, ENGINE, arranged([placed.fragment for placed in lines]))
    return composed(page, ENGINE, _paragraphs(lines, found.paragraphs, text))


def _line(layout: Any, text: str, found: Any, to_points: Any, page: PageToRead) -> _Placed | None:
    segments = _segments(layout.text_anchor, text)
    words = "".join(text[start:end] for start, end in segments).split()
    if not words:
        return None
    corners = [
        (_within(x, page.width), _within(y, page.height))
        for x, y in (to_points(x, y) for x, y in _vertices(layout.bounding_poly, found.dimension))
    ]
    confidence = layout.confidence if math.isfinite(layout.confidence) else 0.0
    fragment = Fragment(
        " ".join(words), (corners[0], corners[1], corners[2], corners[3]), _within(confidence, 1.0)
    )
    return _Placed(segments[0][0], fragment)


def _segments(anchor: Any, text: str) -> list[tuple[int, int]]:
    """The pieces of the text, as written: an anchor may jump, where a line was put together from several."""
    segments = [(segment.start_index, segment.end_index) for segment in anchor.text_segments]
    for start, end in segments:
        if not 0 <= start <= end <= len(text):
            raise Nonsense(f"a text anchor from {start} to {end} in {len(text)} characters")
    return segments


def _vertices(poly: Any, dimension: Any) -> Iterable[tuple[float, float]]:
    """Four corners in 0..1 of the page image."""
    if len(poly.normalized_vertices) == _CORNERS:
        corners = [(vertex.x, vertex.y) for vertex in poly.normalized_vertices]
    elif len(poly.vertices) == _CORNERS and dimension.width > 0 and dimension.height > 0:
        corners = [(vertex.x / dimension.width, vertex.y / dimension.height) for vertex in poly.vertices]
    else:
        raise Nonsense("a line without four corners")
    if not all(math.isfinite(value) for corner in corners for value in corner):
        raise Nonsense("a corner that is not a number")
    return corners


def _paragraphs(lines: Sequence[_Placed], paragraphs: Any, text: str) -> list[list[Row]]:
    """The lines, gathered under the paragraph that their text belongs to, both in the order of the text."""
    pieces = sorted(
        (start, number)
        for number, paragraph in enumerate(paragraphs)
        for start, _ in _segments(paragraph.layout.text_anchor, text)
    )
    starts = [start for start, _ in pieces]
    gathered: dict[int, list[Row]] = {}
    for line in sorted(lines, key=lambda line: line.start):
        place = bisect_right(starts, line.start) - 1
        number = pieces[place][1] if place >= 0 else -1
        gathered.setdefault(number, []).append(_row(line.fragment))
    return list(gathered.values())


def _row(fragment: Fragment) -> Row:
    start, end, _, below = fragment.corners
    length, height = math.dist(start, end), math.dist(start, below)
    if height > length and len(fragment.text) > 1:
        length, height = height, length
    line = Line(fragment.text, bounds(fragment.corners), fragment.confidence)
    return Row((line,), type_size(fragment.text, length, height))


def _to_points(found: Any, page: PageToRead) -> Any:
    """From 0..1 of the page image to points as shown.

    The service may have turned and straightened the image; the matrices that it applied, undone, lead back.
    """
    width, height = found.dimension.width, found.dimension.height
    matrix = np.eye(3)
    for transform in found.transforms:
        matrix = _matrix(transform) @ matrix
    if width <= 0 or height <= 0 or np.allclose(matrix, np.eye(3), atol=1e-6):
        return lambda x, y: (x * page.width, y * page.height)
    try:
        back = np.linalg.inv(matrix)
    except np.linalg.LinAlgError as error:
        raise Nonsense("a transform that can't be undone") from error
    scale = _pixels_per_point(back, page, width, height)

    def undone(x: float, y: float) -> tuple[float, float]:
        shown = back @ (x * width, y * height, 1.0)
        return float(shown[0] / shown[2] / scale), float(shown[1] / shown[2] / scale)

    return undone


def _matrix(transform: Any) -> Any:
    kind = _FLOAT_TYPES.get(transform.type_ if hasattr(transform, "type_") else transform.type)
    rows, columns = transform.rows, transform.cols
    if kind is None or columns != 3 or rows not in (2, 3):
        raise Nonsense("a transform that is no matrix of 2 or 3 rows and 3 columns")
    if len(transform.data) != rows * columns * np.dtype(kind).itemsize:
        raise Nonsense("a transform whose data does not fit its size")
    matrix = np.eye(3)
    matrix[:rows] = np.frombuffer(transform.data, kind).reshape(rows, columns)
    if not np.isfinite(matrix).all():
        raise Nonsense("a transform that is not made of numbers")
    return matrix


def _pixels_per_point(back: Any, page: PageToRead, width: float, height: float) -> float:
    """The resolution of the original image: the turned one has its size, or is larger by its turned corners."""
    cos, sin = abs(back[0, 0]), abs(back[0, 1])
    length = math.hypot(cos, sin) or 1.0
    cos, sin = cos / length, sin / length
    if cos > sin and abs(width / height * page.height / page.width - 1) < _SAME_SHAPE:
        return width / page.width
    return width / (page.width * cos + page.height * sin)


def _within(value: float, most: float) -> float:
    return min(max(value, 0.0), most)

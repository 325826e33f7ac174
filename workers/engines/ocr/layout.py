"""Reading order for lines that come without one: tilt, columns, rows, paragraphs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from workers.engines.ocr.composing import Row, type_size
from workers.engines.page import Line

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]

_LEAST_COLUMN_ROWS = 3
_LEAST_COLUMN_CHARACTERS = 14
_LEAST_FILLED = 0.6


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text; corners in points as shown, clockwise as read from the text's own top left."""

    text: str
    corners: Corners
    confidence: float


@dataclass(frozen=True, slots=True)
class _Placed:
    """A fragment in the frame of the reader, in which the text runs straight to the right."""

    line: Line
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def arranged(fragments: Sequence[Fragment]) -> list[list[Row]]:
    """The fragments as paragraphs in reading order: column by column where the page has columns of running text."""
    if not fragments:
        return []
    angle = _reading_angle(fragments)
    placed = [_placed(fragment, angle) for fragment in fragments]
    return [paragraph for column in _columns(placed) for paragraph in _paragraphs(_rows(column))]


def bounds(corners: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """The upright box around the corners: left, top, right, bottom."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _reading_angle(fragments: Sequence[Fragment]) -> float:
    """The direction in which most of the text runs, in radians; 0 is to the right, clockwise positive."""
    across, down = 0.0, 0.0
    for fragment in fragments:
        (x0, y0), (x1, y1) = fragment.corners[:2]
        across += x1 - x0
        down += y1 - y0
    return math.atan2(down, across)


def _placed(fragment: Fragment, angle: float) -> _Placed:
    cos, sin = math.cos(-angle), math.sin(-angle)
    turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in fragment.corners]
    line = Line(fragment.text, bounds(fragment.corners), fragment.confidence)
    return _Placed(line, *bounds(turned))


def _columns(placed: list[_Placed]) -> Iterator[list[_Placed]]:
    """Groups to be read one after the other. What crosses a gutter (a title) parts the page into bands."""
    gutter = _gutter(placed)
    if gutter is None:
        yield placed
        return
    crossing = sorted((p for p in placed if p.left < gutter < p.right), key=lambda p: p.middle)
    beside = [p for p in placed if not p.left < gutter < p.right]
    floors = [p.middle for p in crossing] + [math.inf]
    top, held = -math.inf, list[_Placed]()
    for index, floor in enumerate(floors):
        band = [p for p in beside if top <= p.middle < floor]
        if band:
            if held:
                yield held
                held = []
            yield from _columns([p for p in band if p.right <= gutter])
            yield from _columns([p for p in band if p.left >= gutter])
        if index < len(crossing):
            held.append(crossing[index])
        top = floor
    if held:
        yield held


def _gutter(placed: Sequence[_Placed]) -> float | None:
    """Where a white strip parts two columns of running text; None for one column, for forms and for tables."""
    if len(placed) < 2 * _LEAST_COLUMN_ROWS:
        return None
    least_width = 0.8 * median(p.height for p in placed)
    best: tuple[int, float] | None = None
    edges = sorted({p.right for p in placed})
    for edge in edges[:-1]:
        following = min((p.left for p in placed if p.left > edge), default=edge)
        if following - edge < least_width:
            continue
        middle = (edge + following) / 2
        crossing = sum(p.left < middle < p.right for p in placed)
        left = [p for p in placed if p.right <= middle]
        right = [p for p in placed if p.left >= middle]
        if crossing * 3 > len(placed) or not (_is_prose(left) and _is_prose(right)):
            continue
        if best is None or crossing < best[0]:
            best = crossing, middle
    return None if best is None else best[1]


def _is_prose(group: Sequence[_Placed]) -> bool:
    """Whether lines fill their column (or columns), as running text does and the cells of a form do not."""
    if len(group) < _LEAST_COLUMN_ROWS:
        return False
    width = max(p.right for p in group) - min(p.left for p in group)
    filled = median(sum(p.right - p.left for p in row) / width for row in _rows(group))
    return filled >= _LEAST_FILLED and median(len(p.line.text) for p in group) >= _LEAST_COLUMN_CHARACTERS


def _rows(column: Sequence[_Placed]) -> list[list[_Placed]]:
    """Pieces whose middles lie at the same height make a row, left to right."""
    rows: list[list[_Placed]] = []
    for piece in sorted(column, key=lambda p: p.middle):
        if rows and abs(piece.middle - rows[-1][0].middle) < 0.5 * min(piece.height, rows[-1][0].height):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda p: p.left) for row in rows]


def _paragraphs(rows: Sequence[Sequence[_Placed]]) -> Iterator[list[Row]]:
    """A paragraph ends at a wider gap, at a change of size, and before an indented row."""
    steps = [_middle(below) - _middle(above) for above, below in pairwise(rows)]
    usual = median(steps) if steps else 0.0
    paragraph: list[Row] = []
    previous: Sequence[_Placed] | None = None
    for row in rows:
        if previous is not None and _begins_paragraph(previous, row, usual):
            yield paragraph
            paragraph = []
        paragraph.append(Row(tuple(piece.line for piece in row), _size(row)))
        previous = row
    if paragraph:
        yield paragraph


def _begins_paragraph(above: Sequence[_Placed], row: Sequence[_Placed], usual_step: float) -> bool:
    size = _size(row)
    if _is_larger(row, above) or _is_larger(above, row):
        return True
    step = _middle(row) - _middle(above)
    if step > 1.3 * usual_step and step > 1.4 * size:
        return True
    indent = row[0].left - above[0].left
    return 0.8 * size < indent < 5 * size and len(row) == 1


def _is_larger(row: Sequence[_Placed], than: Sequence[_Placed]) -> bool:
    """By length and by height: either alone errs with few letters."""
    return _size(row) > 1.25 * _size(than) and _height(row) > 1.1 * _height(than)


def _middle(row: Sequence[_Placed]) -> float:
    return median(piece.middle for piece in row)


def _size(row: Sequence[_Placed]) -> float:
    """The type size of the row's longest piece, above 0."""
    longest = max(row, key=lambda piece: len(piece.line.text))
    return type_size(longest.line.text, longest.right - longest.left, longest.height) or 1.0


def _height(row: Sequence[_Placed]) -> float:
    return median(piece.height for piece in row)

"""A page as cells: what stands beside and below what. All looking up is bounded, however the page was made."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from statistics import median

from service.domain.certificate.folding import composed, folded
from workers.engines.language.orders import is_order
from workers.engines.language.placing import around, part_of
from workers.engines.language.rules.labels import Label, begins, labels_in, named_by
from workers.engines.language.rules.turning import Turn
from workers.engines.page import Box, Line, Page

MOST_LINES = 20_000
_MOST_CHARACTERS = 500
_LEAST_HEIGHT = 6.0
_BUCKET = 12.0
_MOST_IN_BUCKET = 40
_MOST_BUCKETS = 60
_CLOSE = 0.35
_LOOSE = 1.2
_LONG_LINE = 30
_LONG_LABEL = 48
_LOOKED_AT, _TELLING, _ENOUGH_LINES = 200, 8, 3
_EVEN, _MOSTLY = 0.02, 0.8
_MOST_LINES_OF_ONE = 14
_MOST_CHARACTERS_OF_ONE = 1_500
_MARKED = re.compile(r" ?(?::|\.{3}|_{3})")
_GAPS = re.compile(r"\t+| {3,}| ?[|\u2502] ?")
_LIKE_LETTERS = str.maketrans("01|58!", "oilsbi")


@dataclass(frozen=True)
class Cell:
    """A part of a line with its place in reading order. `plain` is folded, `alike` has digits as like letters too;
    both are as long as `text`. The box is on the page as it is read, upright."""

    order: int
    page: int
    text: str
    box: Box
    confidence: float
    is_read: bool
    is_even: bool = False
    """Whether all characters of the page are as wide."""
    parts: tuple[tuple[int, "Cell"], ...] = ()
    """Of several lines as one: where in the text each begins."""

    @cached_property
    def plain(self) -> str:
        return folded(self.text)

    @cached_property
    def alike(self) -> str:
        return self.plain.translate(_LIKE_LETTERS)

    @cached_property
    def labels(self) -> list[Label]:
        """Of fields and of other things, from left to right."""
        return labels_in(self.text, self.plain, self.alike)

    @cached_property
    def orders(self) -> frozenset[int]:
        """Its place in reading order, or those of the lines that it is made of."""
        return frozenset(part.order for _, part in self.parts) or frozenset((self.order,))

    @cached_property
    def is_entry(self) -> bool:
        """Whether it is an entry of a form and no running text: a label with its mark comes first."""
        first = self.labels[0] if self.labels else None
        return (
            first is not None
            and begins(self.plain, first)
            and _MARKED.match(self.text, first.end) is not None
        )

    @property
    def height(self) -> float:
        return max(_LEAST_HEIGHT, self.box[3] - self.box[1])

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2

    def cut(self, start: int, end: int) -> Box:
        """The box of a part of the text."""
        inside = [
            part.cut(max(0, start - first), min(len(part.text), end - first))
            for first, part in self.parts
            if start < first + len(part.text) and end > first
        ]
        return (
            around(inside) if inside else part_of(Line(self.text, self.box), start, end, is_even=self.is_even)
        )


def joined(*cells: Cell) -> Cell:
    """Lines as one, in the place of all."""
    parts: list[tuple[int, Cell]] = []
    length = 0
    for cell in cells:
        for first, part in cell.parts or ((0, cell),):
            parts.append((length + first, part))
        length += len(cell.text) + 1
    return replace(
        cells[0],
        text=" ".join(cell.text for cell in cells),
        box=around(cell.box for cell in cells),
        confidence=min(cell.confidence for cell in cells),
        parts=tuple(parts),
    )


class Sheet:
    """The cells of one page, in reading order. `turn` leads back to the page as it is shown."""

    def __init__(self, page: Page, first: int) -> None:
        self.number = page.number
        self.turn = Turn.of(page)
        self.width, self.height = self.turn.upright_size
        self.cells: list[Cell] = []
        is_even = _is_even([(line.text, self.turn.upright(line.box)) for line in page.lines[:_LOOKED_AT]])
        for line in page.lines[:MOST_LINES]:
            if not all(map(isfinite, line.box)):
                continue
            for text, box in _cells(line.text, self.turn.upright(line.box), is_even=is_even):
                number = first + len(self.cells)
                cell = Cell(number, page.number, text, box, line.confidence, page.route == "ocr", is_even)
                self.cells.append(cell)
        self._first = first
        self._buckets: dict[int, list[Cell]] = defaultdict(list)
        for cell in self.cells:
            bucket = self._buckets[int(cell.middle // _BUCKET)]
            if len(bucket) < _MOST_IN_BUCKET:
                bucket.append(cell)

    def right_of(self, cell: Cell) -> Cell | None:
        """The next cell of the same row."""
        own = cell.orders
        near = [
            other
            for other in self._between(cell.box[1] - _BUCKET, cell.box[3] + _BUCKET)
            if other.order not in own
            and other.box[0] >= cell.box[2] - 2
            and abs(other.middle - cell.middle) < 0.6 * max(cell.height, other.height)
        ]
        return min(near, key=lambda other: other.box[0], default=None)

    def row_of(self, cell: Cell) -> list[Cell]:
        """All cells of its row, from left to right."""
        near = [
            other
            for other in self._between(cell.box[1] - _BUCKET, cell.box[3] + _BUCKET)
            if abs(other.middle - cell.middle) < 0.6 * max(cell.height, other.height)
        ]
        return sorted(near, key=lambda other: other.box[0])

    def below(self, cell: Cell) -> Cell | None:
        """The nearest cell under it that begins near its left edge or is centred under it."""
        return self._nearest(cell, cell.box[3], cell.box[3] + 2.6 * cell.height, downwards=True)

    def above(self, cell: Cell) -> Cell | None:
        """The nearest cell over it, as where a label stands under a dotted line."""
        return self._nearest(cell, cell.box[1] - 2.6 * cell.height, cell.box[1], downwards=False)

    def after(self, cell: Cell) -> Cell | None:
        """The next one in reading order."""
        at = cell.order - self._first + 1
        return self.cells[at] if at < len(self.cells) else None

    def before(self, cell: Cell, count: int) -> list[Cell]:
        """The last so many before it in reading order."""
        at = cell.order - self._first
        return self.cells[max(0, at - count) : at]

    def going_on(self, cell: Cell) -> Cell | None:
        """The next line of the same paragraph: close under it, as large, and set flush left or centred."""
        for other in self._between(cell.box[3] - _BUCKET, cell.box[3] + 2 * _BUCKET):
            gap = other.box[1] - cell.box[3]
            left, middle = other.box[0] - cell.box[0], sum(other.box[::2]) / 2 - sum(cell.box[::2]) / 2
            if (
                other.middle > cell.box[3]
                and gap < _CLOSE * cell.height
                and 0.75 < other.height / cell.height < 1.34
                and min(abs(left), abs(middle)) < 0.7 * cell.height
            ):
                return other
        return None

    @cached_property
    def paragraphs(self) -> list[Cell]:
        """All cells, those of running text joined with the lines that they go on in. Each is in one of them."""
        taken: set[int] = set()
        made: list[Cell] = []
        for cell in self.cells:
            if cell.order in taken:
                continue
            lines, length = [cell], len(cell.text)
            while len(lines) < _MOST_LINES_OF_ONE and length < _MOST_CHARACTERS_OF_ONE:
                other = self._runs_on(lines[-1], cell)
                if other is None or other.order in taken:
                    break
                lines.append(other)
                taken.add(other.order)
                length += len(other.text)
            made.append(joined(*lines) if len(lines) > 1 else cell)
        return made

    @cached_property
    def entries(self) -> list[Cell]:
        """All cells, those joined that only together are a label: "To be surveyed", and below it "before"."""
        taken: set[int] = set()
        made: list[Cell] = []
        for cell in self.cells:
            if cell.order in taken:
                continue
            other = self._rest_of_label(cell)
            if other is not None and other.order not in taken:
                taken.add(other.order)
                made.append(joined(cell, other))
            else:
                made.append(cell)
        return made

    def _rest_of_label(self, cell: Cell) -> Cell | None:
        if len(cell.text) > _LONG_LABEL or cell.text.endswith(":"):
            return None
        other = self.going_on(cell)
        if other is None or len(other.text) > _LONG_LABEL:
            return None
        whole = named_by(joined(cell, other).alike)
        return other if whole is not None and named_by(other.alike) in (None, whole) else None

    def _runs_on(self, cell: Cell, first: Cell) -> Cell | None:
        """The next line of running text: set as loosely as one likes, but long, and nothing beside it."""
        if len(cell.text) < _LONG_LINE or self._is_in_row(cell) or cell.is_entry:
            return None
        size = cell.height
        for other in self._between(cell.box[3] - _BUCKET, cell.box[3] + 2 * _BUCKET):
            gap, left = other.box[1] - cell.box[3], other.box[0] - first.box[0]
            middle = sum(other.box[::2]) / 2 - sum(cell.box[::2]) / 2
            if (
                other.middle > cell.box[3]
                and gap < _LOOSE * size
                and 0.7 < other.height / size < 1.4
                and (min(abs(left), abs(middle)) < 0.9 * size or abs(other.box[0] - cell.box[0]) < 0.9 * size)
                and other.box[2] < cell.box[2] + 6 * size
                and not self._is_in_row(other)
                and not other.is_entry
            ):
                return other
        return None

    def _is_in_row(self, cell: Cell) -> bool:
        return len(self.row_of(cell)) > 1

    def _nearest(self, cell: Cell, top: float, bottom: float, *, downwards: bool) -> Cell | None:
        own = cell.orders
        near = [
            other
            for other in self._between(top - _BUCKET, bottom + _BUCKET)
            if other.order not in own and top <= other.middle <= bottom and _lines_up(cell, other)
        ]
        return min(near, key=lambda other: other.middle if downwards else -other.middle, default=None)

    def _between(self, top: float, bottom: float) -> Iterator[Cell]:
        first = int(top // _BUCKET)
        for number in range(first, min(first + _MOST_BUCKETS, int(bottom // _BUCKET) + 1)):
            yield from self._buckets.get(number, ())


def sheets_of(pages: Sequence[Page]) -> list[Sheet]:
    """All pages, up to so many lines as are looked at."""
    sheets, cells = list[Sheet](), 0
    for page in pages:
        if cells > MOST_LINES:
            break
        sheets.append(Sheet(page, cells))
        cells += len(sheets[-1].cells)
    return sheets


def _lines_up(cell: Cell, other: Cell) -> bool:
    reach = 3 * cell.height
    if abs(other.box[0] - cell.box[0]) <= reach:
        return True
    overlap = min(cell.box[2], other.box[2]) - max(cell.box[0], other.box[0])
    return overlap > 0.5 * min(cell.box[2] - cell.box[0], other.box[2] - other.box[0])


def _is_even(lines: Sequence[tuple[str, Box]]) -> bool:
    """Whether all characters are as wide, as a typewriter's are: lines are then as long as their text."""
    shares = [
        (box[2] - box[0]) / (len(text) * max(_LEAST_HEIGHT, box[3] - box[1]))
        for text, box in lines
        if len(text) >= _TELLING and all(map(isfinite, box))
    ]
    usual = median(shares) if len(shares) >= _ENOUGH_LINES else 0.0
    return usual > 0 and sum(abs(share / usual - 1) < _EVEN for share in shares) >= _MOSTLY * len(shares)


def _cells(printed: str, box: Box, *, is_even: bool) -> Iterator[tuple[str, Box]]:
    text = composed(printed)[:_MOST_CHARACTERS]
    if is_order(text):
        return
    whole = Line(text, box)
    start = 0
    for gap in [*_GAPS.finditer(text), None]:
        end = gap.start() if gap is not None else len(text)
        part = text[start:end]
        if part.strip():
            left = start + len(part) - len(part.lstrip())
            yield part.strip(), part_of(whole, left, start + len(part.rstrip()), is_even=is_even)
        if gap is not None:
            start = gap.end()

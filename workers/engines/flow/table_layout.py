"""Tables on pages: columns as wide as their words, pages as wide as their columns."""

from dataclasses import dataclass

from workers.engines.flow.blocks import Block
from workers.engines.flow.fonts import Piece, Style
from workers.engines.flow.sheet_of_paper import A4, Paper
from workers.engines.flow.spacing import MARGIN
from workers.engines.flow.wrapping import wrapped

_SIZE, _LEADING = 9.0, 12.5
_PADDING = 5.0
_WIDEST_COLUMN, _NARROWEST = 240.0, 12.0
_WIDEST_PAGE = 14_000.0  # PDF ends at 14,400


@dataclass(frozen=True, slots=True)
class _Row:
    cells: list[list[list[Piece]]]
    style: Style

    @property
    def height(self) -> float:
        return max(max((len(cell) for cell in self.cells), default=0), 1) * _LEADING + 2 * _PADDING


class TableLayout:
    """Sets tables; one that continues keeps its columns."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._widths: list[float] = []

    def add(self, block: Block) -> None:
        """Sets a table; raises DocumentRefused past the page limit."""
        columns = len(block.rows[0])
        continues = block.continues and len(self._widths) >= columns
        if not continues:
            self._widths = self._measure(block.rows)
            self._paper.need(3 * _LEADING)
            if not self._paper.is_fresh:
                self._paper.y += 8
        page = max(A4[0], sum(self._widths) + 2 * MARGIN)
        if self._paper.width != page:
            self._paper.new_page(page)
        for index, row in enumerate(block.rows):
            style: Style = "bold" if index == 0 and not continues else "body"
            self._row(self._made(row, style), top_rule=index == 0 and not continues)

    def _made(self, row: list[str], style: Style) -> _Row:
        cells: list[list[list[Piece]]] = []
        for text, width in zip(row, self._widths, strict=False):
            room = (width - 2 * _PADDING) / _SIZE
            cells.append(
                [line for part in text.split("\n") for line in wrapped(self._paper.fonts, part, style, room)]
            )
        return _Row(cells, style)

    def _row(self, row: _Row, *, top_rule: bool) -> None:
        """A row that fits no page is cut between its lines."""
        if row.height > self._paper.room and not self._paper.is_fresh:
            self._paper.new_page(self._paper.width)
            top_rule = True
        lines = int((self._paper.full_room - 2 * _PADDING) / _LEADING)
        while row.height > self._paper.full_room:
            self._part(_Row([cell[:lines] for cell in row.cells], row.style), top_rule=True)
            row = _Row([cell[lines:] for cell in row.cells], row.style)
            self._paper.new_page(self._paper.width)
        self._part(row, top_rule=top_rule)

    def _part(self, row: _Row, *, top_rule: bool) -> None:
        paper = self._paper
        top, bottom = paper.y, paper.y + row.height
        right = MARGIN + sum(self._widths)
        if row.style == "bold":
            paper.area(MARGIN, top, right, bottom)
        if top_rule:
            paper.rule(MARGIN, top, right, top)
        paper.rule(MARGIN, bottom, right, bottom)
        x = MARGIN
        paper.rule(x, top, x, bottom)
        for cell, width in zip(row.cells, self._widths, strict=False):
            baseline = top + _PADDING + _LEADING * 0.72
            for pieces in cell:
                paper.line(x + _PADDING, baseline, pieces, row.style, _SIZE)
                baseline += _LEADING
            x += width
            paper.rule(x, top, x, bottom)
        paper.y = bottom

    def _measure(self, rows: list[list[str]]) -> list[float]:
        """Column widths: what the cells want, less where that makes the page wider than paper."""
        wanted, least = self._wishes(rows)
        allowed = A4[0] - 2 * MARGIN
        if sum(wanted) <= allowed:
            return wanted
        if sum(least) >= allowed:
            most = _WIDEST_PAGE - 2 * MARGIN
            scale = min(1.0, most / sum(least))
            return [width * scale for width in least]
        share = (allowed - sum(least)) / (sum(wanted) - sum(least))
        return [low + (high - low) * share for low, high in zip(least, wanted, strict=True)]

    def _wishes(self, rows: list[list[str]]) -> tuple[list[float], list[float]]:
        fonts = self._paper.fonts
        space = fonts.space("body").width
        wanted = [_NARROWEST] * len(rows[0])
        least = list(wanted)
        for number, row in enumerate(rows):
            style: Style = "body" if number else "bold"
            for column, text in enumerate(row):
                for line in text.split("\n"):
                    widths = [fonts.piece(style, word).width for word in line.split()]
                    if widths:
                        whole = (sum(widths) + space * (len(widths) - 1)) * _SIZE
                        wanted[column] = max(wanted[column], whole)
                        least[column] = max(least[column], max(widths) * _SIZE)
        extra = 2 * _PADDING + 0.5
        return (
            [min(width, _WIDEST_COLUMN) + extra for width in wanted],
            [min(width, _WIDEST_COLUMN) + extra for width in least],
        )

"""Blocks on pages: calm, readable, and never a word lost."""

from workers.engines.flow.blocks import Block
from workers.engines.flow.fonts import Fonts, Style
from workers.engines.flow.sheet_of_paper import A4, Paper
from workers.engines.flow.spacing import HEADING_LEADING, LEADING, MARGIN
from workers.engines.flow.table_layout import TableLayout
from workers.engines.flow.wrapping import wrapped

_BODY = 10.5
_HEADINGS = (20.0, 16.0, 13.5, 12.0, 11.0, 10.5)
_CODE, _CODE_LEADING = 9.0, 12.5
_ITEM_INDENT = 18.0
_DEEPEST = 8


class Layout:
    """Sets one block after the other."""

    def __init__(self, page_limit: int) -> None:
        self._fonts = Fonts()
        self.paper = Paper(self._fonts, page_limit)
        self._tables = TableLayout(self.paper)
        self._before: Block | None = None

    def add(self, block: Block) -> None:
        """Sets a block; raises DocumentRefused past the page limit."""
        if block.kind == "table":
            self._tables.add(block)
        elif block.kind == "break":
            if not self.paper.is_fresh:
                self.paper.new_page()
        else:
            self._leave_wide_page()
            self._set(block)
        self._before = block

    def _leave_wide_page(self) -> None:
        if self.paper.width != A4[0]:
            self.paper.new_page()

    def _set(self, block: Block) -> None:
        if block.kind == "heading":
            self._heading(block)
        elif block.kind == "item":
            self._item(block)
        elif block.kind == "code":
            self._space(6)
            for line in block.text.split("\n"):
                indent = (len(line) - len(line.lstrip())) * _CODE * 0.6
                self._lines(line, "mono", _CODE, _CODE_LEADING, min(indent, 200))
        else:
            self._space(7)
            self._lines(block.text, "body", _BODY, LEADING, 0)

    def _heading(self, block: Block) -> None:
        size = _HEADINGS[block.level - 1]
        self.paper.need(size * 2.2 + 2 * LEADING)
        self._space(size * 0.9)
        self._lines(block.text, "bold", size, size * HEADING_LEADING, 0)

    def _item(self, block: Block) -> None:
        self._space(2 if self._before is not None and self._before.kind == "item" else 7)
        indent = _ITEM_INDENT * (min(block.level, _DEEPEST) + 1)
        self.paper.need(LEADING)
        mark = "•" if block.number is None else f"{block.number}."
        baseline = self.paper.y + LEADING * 0.75
        piece = self._fonts.piece("body", mark)
        left = MARGIN + indent - max(piece.width * _BODY + 5, 12)
        self.paper.line(left, baseline, [piece], "body", _BODY)
        self._lines(block.text, "body", _BODY, LEADING, indent)

    def _space(self, height: float) -> None:
        if not self.paper.is_fresh:
            self.paper.y += height

    def _lines(self, text: str, style: Style, size: float, leading: float, indent: float) -> None:
        width = self.paper.width - 2 * MARGIN - indent
        for source in text.split("\n"):
            for pieces in wrapped(self._fonts, source, style, width / size):
                self.paper.need(leading)
                self.paper.line(MARGIN + indent, self.paper.y + leading * 0.75, pieces, style, size)
                self.paper.y += leading

"""Reading the text layer of pages, each as an object of the page model."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from service.domain.json import JsonObject
from workers.engines.failures import DocumentRefused
from workers.engines.pdf.calls import with_raised_numbers
from workers.engines.pdf.markdown import block_markdown, body_size
from workers.engines.pdf.mupdf import mupdf
from workers.engines.pdf.opening import opened, page_count, refusing_broken
from workers.engines.pdf.order import Block, in_reading_order
from workers.engines.pdf.structured import SCALE, Found, Pages, TextLine
from workers.engines.pdf.tables import Grid, find_grids, rows_of, table_markdown

# Replacement characters, private use areas, controls: what comes out of fonts without a usable encoding.
_JUNK = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\U000f0000-\U0010fffd]")
_JUNK_SHARE = 0.15
_SCAN_SHARE, _STAMP_CHARACTERS = 0.5, 60
_PICTURE_SHARE = 0.01
_OUTLINED_TEXT = 20  # paths on a page without text
_TABLE_RULES = 6
_ROTATE = mupdf.pdf_new_name("Rotate")


def read_text(
    path: str,
    pages: Sequence[int],
    kind: str = "pdf",
    password: str | None = None,
    engine: str = "pymupdf",
) -> Iterator[JsonObject]:
    """Yields one object for each of the pages (counted from 1), in the order asked for.

    It is the page model with two additions: "usable" (false when the page shows something but its text layer
    is missing or junk: OCR must read it) and "blank". A page that can't be read yields {"number", "failed":
    {"code", "params"}} instead, and the rest goes on. Raises DocumentRefused as `opened` does.
    """
    with opened(path, kind, password) as document:
        reader = _Reader(document, engine)
        for number in pages:
            try:
                yield reader.page(number)
            except DocumentRefused as refused:
                yield {"number": number, "failed": {"code": refused.code, "params": refused.params}}


class _Reader:
    def __init__(self, document: Any, engine: str) -> None:
        self._pages = Pages(document)
        self._count = page_count(document)
        self._engine = engine
        self._tree = mupdf.pdf_document_from_fz_document(document.this) if document.is_pdf else None

    def page(self, number: int) -> JsonObject:
        if not 1 <= number <= self._count:
            raise DocumentRefused("page_missing", {"page": number})
        with refusing_broken("page_broken", page=number):
            found = self._pages.find(number - 1)
            with_raised_numbers(found.blocks, found.text_page)
        blocks = in_reading_order(found.blocks)
        text = plain_text(blocks)
        return {
            "number": number,
            "route": "text",
            "engine": self._engine,
            "width": round(found.width, 1),
            "height": round(found.height, 1),
            "rotation": self._rotation(number - 1),
            "text": text,
            "markdown": _markdown(found, blocks),
            "lines": _lines_json(blocks),
            "usable": _is_usable(found, text),
            "blank": not text and not _shows_something(found),
        }

    def _rotation(self, index: int) -> int:
        if self._tree is None:
            return 0
        page = mupdf.pdf_lookup_page_obj(self._tree, index)
        return int(mupdf.pdf_to_int(mupdf.pdf_dict_get_inheritable(page, _ROTATE))) % 360


def plain_text(blocks: list[Block]) -> str:
    """A line of text a line; what stands beside it follows a tab, a wider gap leaves an empty line."""
    parts: list[str] = []
    before: TextLine | None = None
    for block in blocks:
        for line in block:
            if before is not None:
                parts.append(_separator(before, line))
            parts.append(line.text)
            before = line
    return "".join(parts)


def _separator(before: TextLine, line: TextLine) -> str:
    _, top, right, bottom, _, _, _ = before
    x0, y0, _, y1, _, size, _ = line
    if x0 >= right and top < (y0 + y1) >> 1 < bottom:
        return "\t"
    return "\n\n" if y0 - bottom > size // 2 else "\n"


def _lines_json(blocks: list[Block]) -> list[JsonObject]:
    return [
        {"text": text, "box": (x0 / SCALE, y0 / SCALE, x1 / SCALE, y1 / SCALE), "confidence": 1.0}
        for block in blocks
        for x0, y0, x1, y1, text, _, _ in block
    ]


def _markdown(found: Found, blocks: list[Block]) -> str:
    body = body_size(blocks)
    grids = find_grids(found.straight_boxes()) if sum(found.vectors) >= _TABLE_RULES and blocks else []
    if grids:
        return _markdown_with_tables(grids, blocks, body)
    return "\n\n".join([block_markdown(block, body) for block in blocks])


def _markdown_with_tables(grids: list[Grid], blocks: list[Block], body: int) -> str:
    """Each table stands where the first block below its top stands."""
    pieces: list[tuple[float, str]] = []
    for grid in grids:
        rows, others = rows_of(grid, blocks)
        if len(rows) > 1:
            blocks = others
            pieces.append((grid.ys[0] * SCALE, table_markdown(rows)))
    written: list[str] = []
    pieces.sort()
    for block in blocks:
        while pieces and pieces[0][0] <= block[0].y0:
            written.append(pieces.pop(0)[1])
        written.append(block_markdown(block, body))
    return "\n\n".join(written + [table for _, table in pieces])


def _is_usable(found: Found, text: str) -> bool:
    if not text:
        return not _shows_something(found)
    junk = len(_JUNK.findall(text))
    scanned = found.images_area > _SCAN_SHARE * found.width * found.height
    if not junk and not scanned:
        return True
    characters = len(text) - text.count("\n") - text.count(" ")
    return junk <= _JUNK_SHARE * characters and not (scanned and characters < _STAMP_CHARACTERS)


def _shows_something(found: Found) -> bool:
    pictures = found.images_area > _PICTURE_SHARE * found.width * found.height
    return pictures or len(found.vectors) >= _OUTLINED_TEXT

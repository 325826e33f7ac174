"""MuPDF's structured text of a page, through its own JSON writer: several times faster than Python dicts."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from service.domain.json import Json
from workers.engines.pdf.mupdf import mupdf

# Coordinates are written as whole numbers, so the page is scaled up first.
SCALE = 10
FLAGS = mupdf.FZ_STEXT_PRESERVE_IMAGES | mupdf.FZ_STEXT_COLLECT_VECTORS
"""What MuPDF is asked to find on a page."""

_VECTORS_LIMIT = 4000


class TextLine(NamedTuple):
    """A line; coordinates and size in tenths of a point, as shown."""

    x0: int
    y0: int
    x1: int
    y1: int
    text: str
    size: int
    bold: bool


@dataclass(slots=True)
class Found:
    """What is on a page: blocks of lines in the order they were drawn, the area of images, and of each path whether
    it is a line or a rectangle.
    """

    width: float
    height: float
    blocks: list[list[TextLine]]
    images_area: float
    vectors: list[bool]
    text_page: Any

    def straight_boxes(self) -> list[tuple[float, float, float, float]]:
        """The boxes, in points, of lines and rectangles (among the first 4,000 paths)."""
        boxes: list[tuple[float, float, float, float]] = []
        straight = iter(self.vectors[:_VECTORS_LIMIT])
        block = self.text_page.m_internal.first_block
        while block:
            if block.type == mupdf.FZ_STEXT_BLOCK_VECTOR:
                is_straight = next(straight, None)
                if is_straight is None:
                    break
                if is_straight:
                    box = block.bbox
                    boxes.append((box.x0, box.y0, box.x1, box.y1))
            block = block.next
        return boxes


class Pages:
    """The pages of an open document, by index."""

    def __init__(self, document: Any) -> None:
        self._document = document.this
        self._all, self._within_edges = _options(FLAGS), _options(FLAGS | mupdf.FZ_STEXT_MEDIABOX_CLIP)

    def find(self, index: int) -> Found:
        """What is on a page; characters beyond its edges are left out."""
        page = mupdf.fz_load_page(self._document, index)
        bounds = mupdf.fz_bound_page(page)
        width, height = bounds.x1 - bounds.x0, bounds.y1 - bounds.y0
        text_page = mupdf.FzStextPage(page, self._all)
        blocks = _as_json(text_page)["blocks"]
        # To compare every character with the edges takes a sixth of the time, and hardly a page needs it.
        if not all(_is_within(block, width, height) for block in blocks):
            text_page = mupdf.FzStextPage(page, self._within_edges)
            blocks = _as_json(text_page)["blocks"]
        return _sorted_out(blocks, width, height, text_page)


def _options(flags: int) -> Any:
    options = mupdf.FzStextOptions()
    options.flags = flags
    return options


def _as_json(text_page: Any) -> Json:
    buffer = mupdf.FzBuffer(1 << 14)
    output = mupdf.FzOutput(buffer)
    mupdf.fz_print_stext_page_as_json(output, text_page, SCALE)
    output.fz_close_output()
    written: bytes = mupdf.fz_buffer_extract(buffer)
    try:
        return orjson.loads(written)
    except ValueError:
        # Lone surrogates or raw control characters out of broken fonts.
        return json.loads(written.decode("utf-8", "replace"), strict=False)


def _is_within(block: Json, width: float, height: float) -> bool:
    """Whether a block of text lies on the page with all of it; of other blocks always."""
    if block["type"] != "text":
        return True
    box = block["bbox"]
    x, y = box["x"], box["y"]
    return x >= 0 and y >= 0 and x + box["w"] <= width * SCALE and y + box["h"] <= height * SCALE


def _sorted_out(raw: list[Json], width: float, height: float, text_page: Any) -> Found:
    blocks: list[list[TextLine]] = []
    images_area = 0.0
    vectors: list[bool] = []
    for block in raw:
        kind = block["type"]
        if kind == "text":
            lines = _lines(block["lines"])
            if lines:
                blocks.append(lines)
        elif kind == "vector":
            vectors.append(bool(block["rectangle"]))
        elif kind == "image":
            images_area += _shown_area(block["bbox"], width, height)
    return Found(width, height, blocks, images_area, vectors, text_page)


def _lines(raw: list[Json]) -> list[TextLine]:
    lines: list[TextLine] = []
    for line in raw:
        text = line["text"].strip()
        if text:
            box, font = line["bbox"], line["font"]
            x0, y0 = box["x"], box["y"]
            parts = (x0, y0, x0 + box["w"], y0 + box["h"], text, font["size"], font["weight"] == "bold")
            # There are many, and its own way takes twice as long.
            lines.append(tuple.__new__(TextLine, parts))
    return lines


def _shown_area(box: Json, width: float, height: float) -> float:
    x0, y0 = max(box["x"] / SCALE, 0), max(box["y"] / SCALE, 0)
    x1 = min((box["x"] + box["w"]) / SCALE, width)
    y1 = min((box["y"] + box["h"]) / SCALE, height)
    return max(x1 - x0, 0) * max(y1 - y0, 0)

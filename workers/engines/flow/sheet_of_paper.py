"""Pages as PDF content streams: lines of words, rules, areas. Much faster than drawing through a library."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from workers.engines.failures import DocumentRefused
from workers.engines.flow.fonts import Fonts, Piece, Style
from workers.engines.flow.spacing import MARGIN
from workers.engines.pdf.mupdf import pymupdf

A4 = (595.3, 841.9)


class Paper:
    """A growing PDF; `y` is where the next line goes, measured from the top of the page."""

    def __init__(self, fonts: Fonts, page_limit: int) -> None:
        self.fonts = fonts
        self.page_count = 0
        self.width, self.height = A4
        self.y = 0.0
        self._limit = page_limit
        self._document: Any = pymupdf.open()
        self._drawn: list[str] | None = None
        self._resources = self._document.get_new_xref()
        self._used: set[int] = set()

    @property
    def room(self) -> float:
        """The height that is left on the page."""
        return self.height - MARGIN - self.y if self._drawn is not None else 0.0

    @property
    def full_room(self) -> float:
        """The height of an empty page."""
        return self.height - 2 * MARGIN

    @property
    def is_fresh(self) -> bool:
        """Whether nothing stands on the page yet."""
        return not self._drawn

    def new_page(self, width: float = A4[0]) -> None:
        """Begins a page, or widens the one that nothing stands on yet; raises DocumentRefused past the limit."""
        if self._drawn == []:
            self.width = width
            return
        self._close_page()
        if self.page_count >= self._limit:
            raise DocumentRefused("too_many_pages", {"pages": self.page_count + 1, "limit": self._limit})
        self.page_count += 1
        self.width = width
        self.y = MARGIN
        self._drawn = []

    def need(self, height: float) -> None:
        """Begins a page (as wide as this one) unless so much room is left."""
        if self._drawn is None or (self.room < height and not self.is_fresh):
            self.new_page(self.width)

    def line(self, x: float, baseline: float, pieces: Sequence[Piece], style: Style, size: float) -> None:
        """A line of words; the baseline is measured from the top."""
        assert self._drawn is not None
        space = self.fonts.space(style)
        at = f"BT {x:.2f} {self.height - baseline:.2f} Td"
        operators = [at]
        font = -1
        for index, piece in enumerate(_as_seen(pieces)):
            if piece.actual is not None:
                operators.append(f"/Span <</ActualText <feff{piece.actual.encode('utf-16-be').hex()}>>> BDC")
            for face, glyphs in piece.runs:
                if face != font:
                    operators.append(f"/F{face} {size:g} Tf")
                    font = face
                    self._used.add(face)
                operators.append(f"<{glyphs}> Tj")
            if piece.actual is not None:
                operators.append("EMC")
            if index + 1 < len(pieces):
                face, glyph = space.runs[0]
                if face != font:
                    operators.append(f"/F{face} {size:g} Tf")
                    font = face
                    self._used.add(face)
                operators.append(f"<{glyph}> Tj")
        operators.append("ET")
        self._drawn.append(" ".join(operators))

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A thin grey line."""
        assert self._drawn is not None
        ends = f"{x0:.2f} {self.height - y0:.2f} m {x1:.2f} {self.height - y1:.2f} l"
        self._drawn.append(f"0.5 w 0.7 G {ends} S")

    def area(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A pale area for text to stand on."""
        assert self._drawn is not None
        box = f"{x0:.2f} {self.height - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f}"
        self._drawn.append(f"0.95 g {box} re f 0 g")

    def finish(self, piece_bytes: int) -> Iterator[bytes]:
        """The PDF in pieces of at most so many bytes; a document without text has one empty page."""
        if self._drawn is None:
            self.new_page()
        self._close_page()
        fonts = " ".join(f"/F{face} {self._embed(face)} 0 R" for face in sorted(self._used))
        self._document.update_object(self._resources, f"<</Font <<{fonts}>>>>")
        self._document.subset_fonts()
        content: bytes = self._document.tobytes(garbage=3, deflate=True, use_objstms=1, no_new_id=True)
        self._document.close()
        for start in range(0, len(content), piece_bytes):
            yield content[start : start + piece_bytes]

    def _embed(self, face: int) -> int:
        buffer = self.fonts.faces[face].font.buffer
        return int(self._document[0].insert_font(fontname=f"F{face}", fontbuffer=buffer))

    def _close_page(self) -> None:
        if self._drawn is None:
            return
        page = self._document.new_page(width=self.width, height=self.height)
        contents = self._document.get_new_xref()
        self._document.update_object(contents, "<<>>")
        self._document.update_stream(contents, "\n".join(self._drawn).encode("ascii"))
        self._document.xref_set_key(page.xref, "Contents", f"{contents} 0 R")
        self._document.xref_set_key(page.xref, "Resources", f"{self._resources} 0 R")
        self._drawn = None


def _as_seen(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Neighbours that are read from right to left change places."""
    if not any(piece.right_to_left for piece in pieces):
        return pieces
    seen: list[Piece] = []
    for right_to_left, group in groupby(pieces, key=lambda piece: piece.right_to_left):
        neighbours = list(group)
        seen.extend(reversed(neighbours) if right_to_left else neighbours)
    return seen

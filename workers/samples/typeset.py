"""Setting text on pages: justified paragraphs, chapter openings, page numbers."""

from collections.abc import Iterator
from typing import Any

from workers.engines.pdf.mupdf import pymupdf
from workers.samples.story import Chapter

A5 = (419.5, 595.3)
_MARGIN, _TOP, _BOTTOM = 46.0, 54.0, 58.0
_SIZE, _LEADING, _INDENT = 10.0, 13.4, 14.0
_INK, _FAINT = (0.1, 0.1, 0.12), (0.45, 0.45, 0.48)


class Book:
    """A PDF that grows page by page, up to a number of pages."""

    def __init__(self, title: str, pages: int, *, justified: bool = True) -> None:
        self._document = pymupdf.open()
        self._title = title
        self._limit = pages
        self._justified = justified
        self._roman, self._bold, self._italic = (pymupdf.Font(name) for name in ("tiro", "tibo", "tiit"))
        self._widths: dict[str, float] = {}
        self._space = self._width(" ")
        self._writer: Any = None
        self._y = 0.0

    def add(self, chapter: Chapter) -> bool:
        """Sets a chapter; False once the book is full (what did not fit is left out)."""
        if not self._new_page():
            return False
        self._open_chapter(chapter)
        for number, paragraph in enumerate(chapter.paragraphs):
            indent = 0.0 if number == 0 else _INDENT
            for line, last in self._lines(" ".join(paragraph), indent):
                if self._y > A5[1] - _BOTTOM and not self._new_page():
                    return False
                self._set_line(line, indent, last=last)
                indent = 0.0
        return True

    def finish(self) -> bytes:
        """The PDF; the same words give the same bytes."""
        self._close_page()
        self._document.set_metadata({"title": self._title, "creator": "Headway samples"})
        self._document.subset_fonts()
        return self._document.tobytes(garbage=4, deflate=True, use_objstms=1, no_new_id=True)

    def _new_page(self) -> bool:
        self._close_page()
        if self._document.page_count >= self._limit:
            return False
        page = self._document.new_page(width=A5[0], height=A5[1])
        self._writer = pymupdf.TextWriter(page.rect, color=_INK)
        self._y = _TOP
        return True

    def _close_page(self) -> None:
        if self._writer is None:
            return
        page = self._document[-1]
        self._writer.write_text(page)
        foot = pymupdf.TextWriter(page.rect, color=_FAINT)
        number = str(self._document.page_count)
        left = (A5[0] - self._roman.text_length(number, 9)) / 2
        foot.append((left, A5[1] - 36), number, font=self._roman, fontsize=9)
        foot.write_text(page)
        self._writer = None

    def _open_chapter(self, chapter: Chapter) -> None:
        assert self._writer is not None
        number, title = f"Chapitre {chapter.number}", chapter.title
        self._y = _TOP + 60
        for text, font, size, below in ((number, self._italic, 11, 30), (title, self._bold, 19, 54)):
            left = (A5[0] - font.text_length(text, size)) / 2
            self._writer.append((left, self._y), text, font=font, fontsize=size)
            self._y += below

    def _lines(self, text: str, indent: float) -> Iterator[tuple[list[str], bool]]:
        line: list[str] = []
        room = A5[0] - 2 * _MARGIN - indent
        for word in _words(text):
            width = self._width(word)
            if line and width > room:
                yield line, False
                line, room = [], A5[0] - 2 * _MARGIN
            line.append(word)
            room -= width + self._space
        yield line, True

    def _set_line(self, words: list[str], indent: float, *, last: bool) -> None:
        assert self._writer is not None
        left = _MARGIN + indent
        if not self._justified:
            self._writer.append((left, self._y), " ".join(words), font=self._roman, fontsize=_SIZE)
            self._y += _LEADING
            return
        free = A5[0] - _MARGIN - left - sum(self._width(word) for word in words)
        gap = self._space if last or len(words) < 2 else free / (len(words) - 1)
        for word in words:
            self._writer.append((left, self._y), word, font=self._roman, fontsize=_SIZE)
            left += self._width(word) + gap
        self._y += _LEADING

    def _width(self, word: str) -> float:
        width = self._widths.get(word)
        if width is None:
            width = self._widths[word] = self._roman.text_length(word, _SIZE)
        return width


def _words(text: str) -> Iterator[str]:
    """Words, with what must not begin a line (?, !, ;) or end one (—) kept to its neighbour by a hard space."""
    for mark in "?!;:":
        text = text.replace(f" {mark}", f"\u00a0{mark}")
    return iter(text.replace("— ", "—\u00a0").split(" "))

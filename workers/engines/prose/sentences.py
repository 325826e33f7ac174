"""Paragraphs become sentences that know where they stand, and whether they are spoken."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.domain.sentences import how_many
from workers.engines.page import Page
from workers.engines.prose.boundaries import sentences_in
from workers.engines.prose.margins import Margins
from workers.engines.prose.paragraph import Paragraph, Place
from workers.engines.prose.paragraphs import paragraphs_of

_DASHES = ("—", "–", "―", "- ")
_QUOTES = {"«": "»", "“": "”", "„": "“"}
_MARK = re.compile("[«»“”„]")
_STRAIGHT = re.compile(r'"[^"]*"?')


@dataclass(frozen=True, slots=True)
class Sentence:
    """`written` is its text with the places of its words; `opens` says that its paragraph begins with it."""

    written: Paragraph
    opens: bool
    is_spoken: bool

    @property
    def text(self) -> str:
        """Words with single spaces between them."""
        return self.written.text

    @property
    def start(self) -> Place:
        """Where it begins."""
        return self.written.place_of(0)

    @property
    def end(self) -> Place:
        """Behind its last character."""
        return self.written.end_of(len(self.written.text))

    @property
    def words(self) -> int:
        """How many it has."""
        return how_many(self.written.text)


def sentences_of(pages: Sequence[Page], margins: Margins, *, mend: bool = True) -> Iterator[Sentence]:
    """All sentences on these pages, in order; see paragraphs_of."""
    for paragraph in paragraphs_of(pages, margins, mend=mend):
        spoken, first = _spoken(paragraph.text), 0
        for start, end in sentences_in(paragraph.text):
            while first < len(spoken) and spoken[first][1] <= start:
                first += 1
            said = _said(spoken, first, start, end)
            yield Sentence(paragraph.part(start, end), start == 0, 2 * said > end - start)


def _said(spoken: Sequence[tuple[int, int]], first: int, start: int, end: int) -> int:
    """How many of these characters somebody says; parts before the `first` end before them."""
    said = 0
    for at in range(first, len(spoken)):
        begin, last = spoken[at]
        if begin >= end:
            break
        said += min(end, last) - max(start, begin)
    return said


def _spoken(text: str) -> list[tuple[int, int]]:
    """The parts of a paragraph that somebody says: all of it behind a dash, else what stands in quotes."""
    if text.startswith(_DASHES):
        return [(0, len(text))]
    parts, opened, closing = list[tuple[int, int]](), 0, ""
    for found in _MARK.finditer(text):
        mark = found.group()
        if closing:
            if mark == closing:
                parts.append((opened, found.end()))
                closing = ""
        elif mark in _QUOTES:
            opened, closing = found.start(), _QUOTES[mark]
        elif mark in "»”" and not parts:
            parts.append((0, found.end()))  # it was opened before what is here
    if closing:
        parts.append((opened, len(text)))
    if not parts:
        parts = [found.span() for found in _STRAIGHT.finditer(text)]
    return parts

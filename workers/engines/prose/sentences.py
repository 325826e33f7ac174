"""Paragraphs become sentences that know where they stand, and whether they are spoken."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from service.domain.sentences import how_many
from workers.engines.page import Page
from workers.engines.prose.boundaries import sentences_in
from workers.engines.prose.margins import Margins
from workers.engines.prose.paragraph import Paragraph, Place
from workers.engines.prose.paragraphs import notes_of, paragraphs_of

_DASHES = ("—", "–", "―", "- ")
_QUOTES = {"«": "»", "“": "”", "„": "“", "\u2018": "’"}
_MARK = re.compile(r"[«»“”„\u2018]|’(?!\w)")
_LONGEST = 4_000
"""Characters: what goes on for longer, as some novels do from their first page to their last, is told in parts. Each
short sentence is kept with the one it was made of, so a book of a single one would be kept a thousand times."""
_NUMBER = re.compile(r"(?:\d{1,3}|(?=[CLXVI])C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))\.?")
_STRAIGHT = re.compile(r'"[^"]*"?')


@dataclass(frozen=True, slots=True)
class Sentence:
    """`written` is its text with the places of its words; `opens` says that its paragraph begins with it, `is_note`
    that it is of a note at the foot of a page."""

    written: Paragraph
    opens: bool
    is_spoken: bool
    is_note: bool = False

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

    @property
    def is_number(self) -> bool:
        """Whether it is the number of a chapter or a stanza: one that stands where a paragraph begins, with no word."""
        return self.opens and _NUMBER.fullmatch(self.written.text) is not None


def sentences_of(pages: Sequence[Page], margins: Margins, *, mend: bool = True) -> Iterator[Sentence]:
    """All sentences on these pages, in the order in which they begin; see paragraphs_of.

    So the notes of a page come behind the sentence that goes on from there on the next, which they would interrupt.
    """
    text = _sentences(paragraphs_of(pages, margins, mend=mend))
    notes = _sentences(notes_of(pages, margins, mend=mend), are_notes=True)
    return merge(text, notes, key=lambda each: each.start)


def _sentences(paragraphs: Iterable[Paragraph], *, are_notes: bool = False) -> Iterator[Sentence]:
    for paragraph in paragraphs:
        spoken, first = _spoken(paragraph.text), 0
        for start, end in _of_bearable_length(paragraph.text):
            while first < len(spoken) and spoken[first][1] <= start:
                first += 1
            said = _said(spoken, first, start, end)
            yield Sentence(paragraph.part(start, end), start == 0, 2 * said > end - start, are_notes)


def _of_bearable_length(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, or of the parts of one, which end where a word does if there is any."""
    for start, end in sentences_in(text):
        begun = start
        while end - begun > _LONGEST:
            cut = text.rfind(" ", begun + 1, begun + _LONGEST)
            comma = text.rfind(", ", begun + _LONGEST // 2, begun + _LONGEST)
            if comma > 0:
                cut = comma + 1
            yield begun, cut if cut > 0 else begun + _LONGEST
            begun = cut + 1 if cut > 0 else begun + _LONGEST
        yield begun, end


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
    if closing and closing != "’":  # which may be the apostrophe of a word that was cut short
        parts.append((opened, len(text)))
    if not parts:
        parts = [found.span() for found in _STRAIGHT.finditer(text)]
    return parts

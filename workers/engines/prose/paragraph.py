"""A paragraph's text, and where on which page each of its words stands."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.engines.page import Page

Place = tuple[int, int]
"""A page's number and a character's offset in its text, which is its lines joined by newlines."""


@dataclass(frozen=True, slots=True)
class Run:
    """From `offset` of a text on stands what stands on a page from `place` on."""

    offset: int
    place: Place


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words with single spaces between them.

    `breaks` are offsets at which a line of verse ends. `is_open` says that it may begin before what was looked at.
    """

    text: str
    runs: Sequence[Run]
    breaks: Sequence[int] = ()
    is_open: bool = False

    def place_of(self, offset: int) -> Place:
        """Where this character stands; the text's end stands behind its last character."""
        at = bisect_right(self.runs, offset, key=lambda run: run.offset) - 1
        run = self.runs[at]
        page, start = run.place
        return page, start + offset - run.offset

    def end_of(self, offset: int) -> Place:
        """Where the text before this offset ends."""
        page, start = self.place_of(offset - 1)
        return page, start + 1

    def offset_of(self, place: Place) -> int:
        """The first offset that does not stand before a place."""
        for run, following in zip(self.runs, [*self.runs[1:], Run(len(self.text), (0, 0))], strict=True):
            if run.place >= place:
                return run.offset
            page, start = run.place
            inside = run.offset + place[1] - start
            if page == place[0] and inside < following.offset:
                return inside
        return len(self.text)

    def part(self, start: int, end: int) -> "Paragraph":
        """The same words from one offset to another."""
        first = bisect_right(self.runs, start, key=lambda run: run.offset) - 1
        last = bisect_right(self.runs, end - 1, key=lambda run: run.offset)
        runs = [Run(max(0, run.offset - start), run.place) for run in self.runs[first:last]]
        if runs and self.runs[first].offset < start:
            runs[0] = Run(0, self.place_of(start))
        breaks = [each - start for each in self.breaks if start < each < end]
        return Paragraph(self.text[start:end], runs, breaks)


def starts_of_lines(page: Page) -> list[int]:
    """The offset at which each of its lines begins in the page's text."""
    starts, at = list[int](), 0
    for line in page.lines:
        starts.append(at)
        at += len(line.text) + 1
    return starts


@dataclass(slots=True)
class Writer:
    """Puts a paragraph together, word by word."""

    parts: list[str] = field(default_factory=list[str])
    runs: list[Run] = field(default_factory=list[Run])
    breaks: list[int] = field(default_factory=list[int])
    length: int = 0
    is_open: bool = False

    def word(self, word: str, place: Place, *, joined: bool = False) -> None:
        """Adds a word; a joined one continues the word before."""
        if self.parts and not joined:
            self.parts.append(" ")
            self.length += 1
        self.runs.append(Run(self.length, place))
        self.parts.append(word)
        self.length += len(word)

    def drop_last_character(self) -> None:
        """Takes back the hyphen that a line ended with."""
        self.parts[-1] = self.parts[-1][:-1]
        self.length -= 1

    def end_line(self) -> None:
        """A line of verse ends here."""
        self.breaks.append(self.length)

    def written(self) -> Paragraph:
        """What has been put together."""
        return Paragraph("".join(self.parts), tuple(self.runs), tuple(self.breaks), self.is_open)

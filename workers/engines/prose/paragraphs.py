"""Lines on pages become paragraphs: by gaps, indents, dashes, and lines that end early; verse keeps its line ends."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_low

from workers.engines.page import Line, Page
from workers.engines.prose.boundaries import is_cut_short
from workers.engines.prose.hyphens import is_divided, keeps_hyphen
from workers.engines.prose.margins import Margins
from workers.engines.prose.paragraph import Paragraph, Writer, starts_of_lines

_SPACE = re.compile(r"\S+")
_DASHES = ("—", "–", "- ", "―")
_ENDS = re.compile(r"[.!?…:»”\"')\]]\s*$")
_SAME_HEIGHT = 0.25
_GAP = 0.45
"""Gaps that are wider than is usual on the page by this part of a line's height stand between paragraphs."""
_INDENT = 0.5
_SAME_INDENT = 2.0
_WIDEST_SPACE = 1.5
"""Between words of one line, in heights of it."""
_SHORT = 0.12
"""A line ends early that leaves this part of the width free."""


@dataclass(frozen=True, slots=True)
class _Set:
    """A line as it is set on its page, measured by what is usual there."""

    page: int
    start: int
    text: str
    indent: float
    height: float
    room: float
    is_short: bool
    gap: float | None
    usual_gap: float
    x0: float
    x1: float
    first_word: float


def paragraphs_of(pages: Sequence[Page], margins: Margins, *, mend: bool = True) -> Iterator[Paragraph]:
    """The paragraphs of these pages in order, through all page ends.

    The first of them, and the last, may be parts of what stands on other pages. With `mend` words that were divided at
    line ends are whole again.
    """
    writer, before = Writer(is_open=True), None
    for line in _lines(pages, margins):
        if before is not None and _begins(before, line):
            if writer.parts:
                yield writer.written()
            writer = Writer()
        elif before is not None and _is_verse(before, line):
            writer.end_line()
        _write(writer, before if writer.parts else None, line, mend=mend)
        before = line
    if writer.parts:
        yield writer.written()


def _write(writer: Writer, before: _Set | None, line: _Set, *, mend: bool) -> None:
    joined = before is not None and is_divided(before.text.rstrip(), line.text.lstrip())
    if joined and before is not None:
        joined = mend or before.text.rstrip()[-1] == "\u00ad"
        if joined and not keeps_hyphen(before.text.rstrip(), line.text.lstrip()):
            writer.drop_last_character()
    for word in _SPACE.finditer(line.text):
        writer.word(word.group(), (line.page, line.start + word.start()), joined=joined)
        joined = False


def _lines(pages: Sequence[Page], margins: Margins) -> Iterator[_Set]:
    for page in pages:
        left_out = margins.of(page.number)
        starts = starts_of_lines(page)
        kept = [
            (start, line)
            for index, (start, line) in enumerate(zip(starts, page.lines, strict=True))
            if index not in left_out and line.text.strip()
        ]
        yield from _set_lines(page.number, kept)


def _set_lines(page: int, kept: Sequence[tuple[int, Line]]) -> Iterator[_Set]:
    if not kept:
        return
    lines = [line for _, line in kept]
    heights = [line.box[3] - line.box[1] for line in lines]
    height = max(1.0, median_low(heights))
    left = _usual([line.box[0] for line in lines])
    right = max(line.box[2] for line in lines)
    gaps = [following.box[1] - line.box[3] for line, following in itertools.pairwise(lines)]
    usual_gap = median_low([gap for gap in gaps if -0.5 * height < gap < 3 * height] or [0.0])
    before: Line | None = None
    for (start, line), own in zip(kept, heights, strict=True):
        x0, y0, x1, _ = line.box
        per_character = (x1 - x0) / max(1, len(line.text))
        yield _Set(
            page=page,
            start=start,
            text=line.text,
            indent=(x0 - left) / height,
            height=own,
            room=right - x1,
            is_short=right - x1 > _SHORT * max(1.0, right - left),
            gap=None if before is None else (y0 - before.box[3]) / height,
            usual_gap=usual_gap / height,
            x0=x0,
            x1=x1,
            first_word=per_character * (len(line.text.split(None, 1)[0]) + 1),
        )
        before = line


def _usual(lefts: Sequence[float]) -> float:
    """The smallest left edge that more than one line has, to a point."""
    counted: dict[int, int] = {}
    for left in lefts:
        counted[round(left / 2)] = counted.get(round(left / 2), 0) + 1
    often = [edge for edge, times in counted.items() if times >= max(2, len(lefts) // 8)]
    return 2.0 * min(often) if often else min(lefts)


def _begins(before: _Set, line: _Set) -> bool:
    """Whether a line begins a paragraph."""
    same_page = before.page == line.page
    if line.gap is not None and same_page and line.gap > line.usual_gap + _GAP:
        return True
    if abs(line.height - before.height) > _SAME_HEIGHT * max(line.height, before.height):
        return True
    if _is_beside(before, line):
        return False
    ended = bool(_ENDS.search(before.text)) and not is_cut_short(before.text)
    if line.text.lstrip().startswith(_DASHES) and (ended or before.is_short):
        return True
    if line.indent > _INDENT:
        return not _is_verse(before, line)
    if same_page and line.gap is not None and line.gap < -0.5:
        return False  # beside the line before, as a table's cells are
    # Set without indents, the first word of the line would have fitted behind a paragraph's last.
    return ended and before.is_short and before.room > 1.3 * line.first_word


def _is_beside(before: _Set, line: _Set) -> bool:
    """Whether both are parts of one line, which comes in several where it was justified with wide spaces."""
    if before.page != line.page or line.gap is None or not -1.5 < line.gap < -0.5:
        return False
    return -_SAME_INDENT < line.x0 - before.x1 < _WIDEST_SPACE * line.height


def _is_verse(before: _Set, line: _Set) -> bool:
    """Whether both are lines of one stanza: set alike, both ending early, the first not ending a sentence."""
    if before.page != line.page or line.text.lstrip().startswith(_DASHES):
        return False
    alike = abs(before.x0 - line.x0) < _SAME_INDENT
    return alike and before.is_short and line.is_short and _starts_big(line.text) and _starts_big(before.text)


def _starts_big(text: str) -> bool:
    found = re.search(r"[^\W\d_]", text)
    return found is not None and found.group().isupper()

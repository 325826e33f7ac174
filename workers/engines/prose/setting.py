"""How lines are set on their pages: column by column, measured by what is usual there."""

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from workers.engines.flow.spacing import HEADING_LEADING, LEADING, MARGIN
from workers.engines.page import Line, Page
from workers.engines.prose.columns import Numbered, columns_of
from workers.engines.prose.margins import Margins
from workers.engines.prose.paragraph import starts_of_lines

_GAP = 0.45
"""Gaps that are wider than is usual on the page by this part of a line's height stand between paragraphs."""
_LAID_OUT_GAP = 3.0
"""The same in points, where lines were laid out here and nobody has to guess."""
_SHORT = 0.12
"""A line ends early that leaves this part of the width free."""
_INITIAL = 1.6
"""A letter is set as an initial that is so many times as high as lines are."""
_ITEM = re.compile(r"(?:•|\d{1,4}\.)\s")
_OPENERS = "«“\"'\u2018—– "


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line as it is set in its column. `gap` is what stands between it and the line before, in heights; None at the
    head of a column. `begins` says that the gap is wider than within a paragraph, or that a note begins here;
    `is_laid_out` that the page is one that was made here, `is_initial` that it is a large letter, whose word goes on in
    the next line."""

    page: int
    start: int
    text: str
    indent: float
    height: float
    room: float
    is_short: bool
    gap: float | None
    begins: bool
    x0: float
    x1: float
    first_word: float
    is_laid_out: bool
    is_initial: bool
    is_note: bool = False


def set_lines(pages: Sequence[Page], margins: Margins) -> Iterator[SetLine]:
    """The lines of these pages, without what stands at their edges, and without notes."""
    for page in pages:
        without = margins.of(page.number).union(margins.notes.get(page.number, ()))
        for column, height in _columns(page, set(range(len(page.lines))) - without):
            yield from _of_column(page, column, height)


def set_notes(pages: Sequence[Page], margins: Margins) -> Iterator[SetLine]:
    """The lines of the notes at the feet of these pages."""
    for page in pages:
        if notes := margins.notes.get(page.number):
            starts = starts_of_lines(page)
            begins = {starts[index] for index, is_first in notes.items() if is_first}
            for column, height in _columns(page, notes):
                for line in _of_column(page, column, height):
                    yield replace(line, begins=line.start in begins, is_note=True)


def _columns(page: Page, wanted: Collection[int]) -> Iterator[tuple[list[Numbered], float]]:
    """The columns of these lines, each with the height that is usual in all of them."""
    kept = [
        (start, line)
        for index, (start, line) in enumerate(zip(starts_of_lines(page), page.lines, strict=True))
        if index in wanted and line.text.strip()
    ]
    if kept:
        height = max(1.0, median_low([line.box[3] - line.box[1] for _, line in kept]))
        for column in columns_of(kept):
            yield column, height


def _of_column(page: Page, column: Sequence[Numbered], height: float) -> Iterator[SetLine]:
    lines = [line for _, line in column]
    left = _usual([line.box[0] for line in lines])
    right = max(line.box[2] for line in lines)
    gaps = [following.box[1] - line.box[3] for line, following in itertools.pairwise(lines)]
    usual_gap = median_low([gap for gap in gaps if -0.5 * height < gap < 3 * height] or [0.0])
    before, initial = None, None
    for start, line in column:
        x0, y0, x1, y1 = line.box
        if initial is not None and not _is_beside(line, initial):
            initial = None
        per_character = (x1 - x0) / max(1, len(line.text))
        gap = None if before is None else y0 - before.box[3]
        begins = gap is not None and gap > usual_gap + _GAP * height
        if page.engine == "flow":
            begins = _begins_as_laid_out(line, gap, height)
        is_initial = _is_initial(line, height)
        yield SetLine(
            page=page.number,
            start=start,
            text=line.text,
            indent=0.0 if initial is not None else (x0 - left) / height,
            height=y1 - y0,
            room=right - x1,
            is_short=right - x1 > _SHORT * max(1.0, right - left),
            gap=None if gap is None else gap / height,
            begins=begins and initial is None,
            x0=x0,
            x1=x1,
            first_word=per_character * (len(line.text.split(None, 1)[0]) + 1),
            is_laid_out=page.engine == "flow",
            is_initial=is_initial,
        )
        before, initial = line, line if is_initial else initial


def _begins_as_laid_out(line: Line, gap: float | None, usual: float) -> bool:
    """Whether the line begins a paragraph or an item on a page that was laid out here."""
    if line.box[0] > MARGIN + 2 and _ITEM.match(line.text):
        return True
    own = line.box[3] - line.box[1]
    # A font's line is 1.37 times as high as its size.
    within = LEADING - own if own < 1.15 * usual else (HEADING_LEADING / 1.37 - 1) * own
    return gap is not None and gap > within + _LAID_OUT_GAP


def _usual(lefts: Sequence[float]) -> float:
    """The smallest left edge that more than one line has, to a point."""
    counted: dict[int, int] = {}
    for left in lefts:
        counted[round(left / 2)] = counted.get(round(left / 2), 0) + 1
    often = [edge for edge, times in counted.items() if times >= max(2, len(lefts) // 8)]
    return 2.0 * min(often) if often else min(lefts)


def _is_initial(line: Line, height: float) -> bool:
    letter = line.text.strip().lstrip(_OPENERS)
    return len(letter) == 1 and letter.isupper() and line.box[3] - line.box[1] > _INITIAL * height


def _is_beside(line: Line, initial: Line) -> bool:
    """Whether the line makes room for the initial."""
    _, top, right, bottom = initial.box
    x0, y0, _, y1 = line.box
    return x0 > right - 0.25 * (y1 - y0) and y0 < bottom and y1 > top

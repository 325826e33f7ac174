"""Heads that change from page to page, as chapters' titles and a dictionary's words do: told by where they stand."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from statistics import median, median_low
from typing import Any
from zlib import crc32

from workers.engines.page import Line, Page
from workers.engines.prose.feet import begins_note

_FEWEST_PAGES, _FEWEST_ROWS = 8, 5
"""A place that fewer pages have is no habit; a page of fewer rows has no head that can be told from them."""
_LONGEST = 80
_NEAR = 3.0
"""Points between the highest and the lowest row of one place."""
_LOWER = 10.0
_WIDER = 0.45
"""A gap that is wider than is usual by this part of a line's height sets a row apart, and so does another type."""
_OTHER_TYPE, _SAME_TYPE = 0.9, 0.8
_MOSTLY, _OFTEN, _SELDOM = 0.8, 0.4, 0.2
_FLOWS, _REPEATED = 0.25, 0.6
"""Of the pages of a place: on so many the text goes on under it, or so many say what others near them say."""
_SPAN = 12
_SAID = (".", "!", "?", "…", ",", ";", ":", "»", "”")
_ENDS = (*_SAID[:4], ":", "»", "”", '"', ")")

_Row = list[tuple[int, Line]]


@dataclass(frozen=True, slots=True)
class Band:
    """The highest row of a page, or the lowest: where it stands, how high it is, and the indexes of its lines.

    `is_apart` says that the text keeps its distance, `flows` that a sentence goes on past it, `says` that it ends as
    what is said does; `letters` is a number for what it says, without digits.
    """

    is_top: bool
    y: float
    height: float
    lines: tuple[int, ...]
    is_apart: bool
    flows: bool
    says: bool
    letters: int

    def json(self) -> list[Any]:
        """As it is kept until all pages are known."""
        return list(astuple(self))

    @classmethod
    def from_json(cls, value: Sequence[Any]) -> "Band":
        """What `json()` wrote."""
        is_top, y, height, lines, *others = value
        return cls(is_top, y, height, tuple(lines), *others)


def bands_of(page: Page) -> Iterator[Band]:
    """Those of a page whose other rows are its text."""
    rows = _rows(page.lines)
    if len(rows) <= _FEWEST_ROWS:
        return
    gaps = [_top(below) - _bottom(above) for above, below in pairwise(rows)]
    usual = median_low(gaps)
    for is_top, row, beside, gap in (
        (True, rows[0], rows[1], gaps[0]),
        (False, rows[-1], rows[-2], gaps[-1]),
    ):
        text = " ".join(line.text.strip() for _, line in row)
        if len(text) > _LONGEST or (not is_top and begins_note(text)):
            continue
        height, other = _bottom(row) - _top(row), _bottom(beside) - _top(beside)
        next_to = beside[0][1].text.strip() if is_top else beside[-1][1].text.strip()
        yield Band(
            is_top,
            round(_top(row) if is_top else _bottom(row), 1),
            round(height, 1),
            tuple(index for index, _ in row),
            is_apart=gap > usual + _WIDER * max(height, other) or not _is_like(height, other, _OTHER_TYPE),
            flows=next_to[0].islower() if is_top else not next_to.endswith(_ENDS),
            says=text.endswith(_SAID),
            letters=crc32("".join(filter(str.isalpha, text.lower())).encode()),
        )


def changing_heads(bands: Sequence[tuple[int, Band]]) -> Iterator[tuple[int, int]]:
    """Page and index of the lines that are heads, by the bands of all pages in order, each with its page.

    A head stands apart from the text, page for page at the same place, whatever it says; text goes on under it. Where a
    book has none its first lines stand at one place too, but they are close to what follows.
    """
    for is_top in (True, False):
        place = list[tuple[int, Band]]()
        for each in sorted((each for each in bands if each[1].is_top == is_top), key=lambda each: each[1].y):
            if place and each[1].y - place[0][1].y > _NEAR:
                yield from _heads_at(place)
                place = []
            place.append(each)
        yield from _heads_at(place)


def titles(bands: Sequence[tuple[int, Band]]) -> Iterator[tuple[int, int]]:
    """Page and index of lines that say what heads say, but stand lower: with them a chapter begins."""
    alike: dict[int, list[tuple[int, Band]]] = {}
    for page, band in bands:
        if band.is_top and band.letters:
            alike.setdefault(band.letters, []).append((page, band))
    for found in alike.values():
        usual = median_low([band.y for _, band in found])
        for page, band in found:
            if band.y > usual + _LOWER:
                yield from ((page, index) for index in band.lines)


def _heads_at(place: Sequence[tuple[int, Band]]) -> Iterator[tuple[int, int]]:
    if len(place) < _FEWEST_PAGES:
        return
    pages, bands = sorted(page for page, _ in place), [band for _, band in place]
    share = 1 / len(bands)
    is_habit = (
        share * sum(band.is_apart for band in bands) >= _MOSTLY
        and share * sum(band.says for band in bands) <= _SELDOM
        and len(bands) >= _OFTEN * (pages[-1] - pages[0] + 1)
        and (share * sum(band.flows for band in bands) >= _FLOWS or share * _repeated(place) >= _REPEATED)
    )
    if is_habit:
        usual = median(band.height for band in bands)
        for page, band in place:
            if band.is_apart and not band.says and _is_like(band.height, usual, _SAME_TYPE):
                yield from ((page, index) for index in band.lines)


def _repeated(place: Sequence[tuple[int, Band]]) -> int:
    """How many of them say what another says that is near."""
    pages: dict[int, list[int]] = {}
    for page, band in sorted(place, key=lambda each: each[0]):
        pages.setdefault(band.letters, []).append(page)
    return sum(
        any(0 < abs(page - other) < _SPAN for other in found[max(0, at - 1) : at + 2])
        for found in pages.values()
        for at, page in enumerate(found)
    )


def _rows(lines: Sequence[Line]) -> list[_Row]:
    """Lines that stand beside each other, from the top."""
    rows = list[_Row]()
    filled = ((index, line) for index, line in enumerate(lines) if line.text.strip())
    for index, line in sorted(filled, key=lambda each: each[1].box[1]):
        _, top, _, bottom = line.box
        if rows and (top + bottom) / 2 < rows[-1][0][1].box[3]:
            rows[-1].append((index, line))
        else:
            rows.append([(index, line)])
    return rows


def _top(row: _Row) -> float:
    return min(line.box[1] for _, line in row)


def _bottom(row: _Row) -> float:
    return max(line.box[3] for _, line in row)


def _is_like(height: float, other: float, part: float) -> bool:
    return min(height, other) >= part * max(height, other)

"""Running heads, page numbers and notes: what of pages is none of their text, decided over a whole document."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from service.domain.json import JsonObject
from workers.engines.page import Page
from workers.engines.prose.bands import Band, bands_of, changing_heads, titles
from workers.engines.prose.feet import Feet
from workers.engines.prose.notes import notes_of

_LONGEST = 80
_SPAN = 12
"""A head comes again within so many pages, on the left ones or on the right ones alone."""
_TIMES = 3
_TIMES_OF_SENTENCES = 6
"""What looks like something said must come more often before it is taken for a head."""
_NUMBER = re.compile(
    r"[\W_]*(?:p(?:age|\.)?\s*)?(\d{1,4}|[ivxlcdm]{1,8})(?:\s*(?:/|sur|of)\s*\d{1,4})?[\W_]*", re.IGNORECASE
)
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_DIGITS = re.compile(r"\d{1,6}")
_ROMAN_AT_AN_END = re.compile(r"^[ivxlcdm]+\s+(?=\S)|\s+[ivxlcdm]+$")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_SAID = (".", "!", "?", "…", ",", ";", ":", "»", "”")


@dataclass(frozen=True, slots=True)
class Edges:
    """The two highest and the two lowest lines of a page by their index there, each with the index of the line outside
    of it, its own where there is none. `filled` is how many lines the page has; `feet` is what may be notes, `bands`
    what may be heads that change."""

    page: int
    lines: tuple[tuple[int, int, str], ...]
    filled: int
    feet: Feet = field(default_factory=Feet)
    bands: tuple[Band, ...] = ()

    @classmethod
    def of(cls, page: Page) -> "Edges":
        """What may be a head or a number; long lines are none, and nothing is on pages that were laid out here."""
        if page.engine == "flow":
            return cls(page.number, (), 0)
        numbered = sorted(enumerate(page.lines), key=lambda each: each[1].box[1])
        filled = [(index, line.text.strip()) for index, line in numbered if line.text.strip()]
        found: dict[int, tuple[int, int, str]] = {}
        edges = (filled[:1], filled[-1:], filled[:2], filled[:-3:-1])
        for edge in edges:  # the outer ones first: on a page of two lines, each of them is one
            for index, text in edge:
                if index not in found and len(text) <= _LONGEST:
                    found[index] = (index, edge[0][0], text)
        return cls(page.number, tuple(found.values()), len(filled), _feet(page), tuple(bands_of(page)))

    def json(self) -> JsonObject:
        """As it is kept until all pages are known."""
        return {
            "page": self.page,
            "lines": self.lines,
            "filled": self.filled,
            "feet": self.feet.json(),
            "bands": [band.json() for band in self.bands],
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> "Edges":
        """What `json()` wrote."""
        lines = tuple((index, outer, text) for index, outer, text in value["lines"])
        feet = Feet.from_json(value["feet"]) if "feet" in value else Feet()
        bands = tuple(Band.from_json(band) for band in value.get("bands", ()))
        return cls(value["page"], lines, value.get("filled", len(lines) + 1), feet, bands)


def _feet(page: Page) -> Feet:
    """Where letters were told from a picture, lines of one type differ in height as those of two do."""
    return Feet.of(page) if page.route == "text" else Feet()


@dataclass(frozen=True, slots=True)
class Margins:
    """Which lines of which pages, by index, are none of the text, and which are of notes; see notes_of."""

    lines: dict[int, frozenset[int]] = field(default_factory=dict[int, frozenset[int]])
    notes: dict[int, dict[int, bool]] = field(default_factory=dict[int, dict[int, bool]])

    def of(self, page: int) -> frozenset[int]:
        """The lines of a page that are left out."""
        return self.lines.get(page, frozenset())


def margins_of(document: Iterable[Edges]) -> Margins:
    """What comes again at the edges, by the edges of all pages."""
    pages = list(document)
    left_out: dict[int, set[int]] = defaultdict(set)
    called = {(edges.page, line) for edges in pages for line in edges.feet.called}
    bands = [(edges.page, band) for edges in pages for band in edges.bands]
    kept = called | set(titles(bands))
    for page, index in (*_page_numbers(pages), *_heads(pages), *changing_heads(bands)):
        if (page, index) not in kept:
            left_out[page].add(index)
    # What stands inside of a line of the text is text as well, however often it comes.
    outside = {(edges.page, index): outer for edges in pages for index, outer, _ in edges.lines}
    margins = {
        page: frozenset(index for index in lines if outside.get((page, index), index) in lines)
        for page, lines in left_out.items()
    }
    for edges in pages:
        if len(margins.get(edges.page, ())) == edges.filled:
            margins[edges.page] = _of_a_refrain(edges)
    margins = {page: lines for page, lines in margins.items() if lines}
    return Margins(margins, notes_of([(edges.page, edges.feet) for edges in pages], margins))


def _of_a_refrain(edges: Edges) -> frozenset[int]:
    """What to leave out of a page that has nothing but lines which come again: all of it, unless it says something."""
    numbers = frozenset(index for index, _, text in edges.lines if _number(text) is not None)
    says = any(text.endswith(_SAID) for index, _, text in edges.lines if index not in numbers)
    return numbers if says else frozenset(index for index, _, _ in edges.lines)


def _page_numbers(pages: Sequence[Edges]) -> Iterator[tuple[int, int]]:
    """Lines that are nothing but a number which counts the pages."""
    numbers: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for edges in pages:
        for index, _, text in edges.lines:
            number = _number(text)
            if number is not None:
                numbers[number - edges.page].append((edges.page, index))
    for places in numbers.values():
        if len({page for page, _ in places}) >= _TIMES:
            yield from places


def _heads(pages: Sequence[Edges]) -> Iterator[tuple[int, int]]:
    """Lines whose letters come again soon."""
    alike: dict[tuple[str, str, int], list[tuple[int, int, bool]]] = defaultdict(list)
    for edges in pages:
        for index, _, text in edges.lines:
            for key in _keys(text, edges.page):
                alike[key].append((edges.page, index, text.endswith(_SAID)))
    for found in alike.values():
        times = _TIMES_OF_SENTENCES if any(said for _, _, said in found) else _TIMES
        on = sorted({page for page, _, _ in found})
        yield from ((page, index) for page, index, _ in found if _comes_again(on, page, times))


def _comes_again(pages: Sequence[int], page: int, times: int) -> bool:
    """Whether so many of the pages lie in a span that holds this one."""
    at = bisect_left(pages, page)
    return any(
        first >= 0 and first + times <= len(pages) and pages[first + times - 1] - pages[first] < _SPAN
        for first in range(at - times + 1, at + 1)
    )


def _keys(text: str, page: int) -> list[tuple[str, str, int]]:
    """What stays the same from page to page: letters, and a number that stays too or counts the pages.

    So `Chapitre 2` and `Chapitre 3` are no head, `12 Le moulin` and `13 Le moulin` are.
    """
    small = text.lower().strip()
    roman = _ROMAN_AT_AN_END.search(small)
    digits = _DIGITS.search(small)
    letters = _NOT_LETTERS.sub(" ", _ROMAN_AT_AN_END.sub("", small)).strip()
    if not letters:
        return []
    if digits is None and roman is None:
        return [(letters, "", 0)]
    number = int(digits.group()) if digits is not None else _roman(roman.group().strip()) if roman else 0
    return [(letters, "same", number), (letters, "counts", number - page)]


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    told = found.group(1).lower()
    return int(told) if told.isdigit() else _roman(told)


def _roman(letters: str) -> int:
    value = 0
    for letter, following in zip(letters, [*letters[1:], ""], strict=True):
        worth = _ROMAN[letter]
        value += -worth if _ROMAN.get(following, 0) > worth else worth
    return value

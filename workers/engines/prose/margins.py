"""Running heads and page numbers: what stands at the edges of pages again and again, decided over a whole document."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from service.domain.json import JsonObject
from workers.engines.page import Page

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
    """The two first and the two last lines of a page by their index there, each with the index of the line outside of
    it, its own where there is none."""

    page: int
    lines: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, page: Page) -> "Edges":
        """What may be a head or a number; long lines are none."""
        filled = [(index, line.text.strip()) for index, line in enumerate(page.lines) if line.text.strip()]
        found: dict[int, tuple[int, int, str]] = {}
        edges = (filled[:1], filled[-1:], filled[:2], filled[:-3:-1])
        for edge in edges:  # the outer ones first: on a page of two lines, each of them is one
            for index, text in edge:
                if index not in found and len(text) <= _LONGEST:
                    found[index] = (index, edge[0][0], text)
        return cls(page.number, tuple(found.values()))

    def json(self) -> JsonObject:
        """As it is kept until all pages are known."""
        return {"page": self.page, "lines": self.lines}

    @classmethod
    def from_json(cls, value: JsonObject) -> "Edges":
        """What `json()` wrote."""
        return cls(value["page"], tuple((index, outer, text) for index, outer, text in value["lines"]))


@dataclass(frozen=True, slots=True)
class Margins:
    """Which lines of which pages, by index, are none of the text."""

    lines: dict[int, frozenset[int]] = field(default_factory=dict[int, frozenset[int]])

    def of(self, page: int) -> frozenset[int]:
        """The lines of a page that are left out."""
        return self.lines.get(page, frozenset())


def margins_of(document: Iterable[Edges]) -> Margins:
    """What comes again at the edges, by the edges of all pages."""
    pages = list(document)
    left_out: dict[int, set[int]] = defaultdict(set)
    for page, index in (*_page_numbers(pages), *_heads(pages)):
        left_out[page].add(index)
    # What stands inside of a line of the text is text as well, however often it comes.
    outside = {(edges.page, index): outer for edges in pages for index, outer, _ in edges.lines}
    return Margins(
        {
            page: frozenset(index for index in lines if outside[page, index] in lines)
            for page, lines in left_out.items()
        }
    )


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

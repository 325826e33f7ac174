"""The lines that a model gets to see, numbered, in portions that it can answer for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workers.engines.language.orders import is_order
from workers.engines.page import Line, Page

_PORTION_CHARACTERS = 40_000
_LINE_CHARACTERS = 1_000
"""More of one line is not shown: no line of a certificate is longer."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
WITHHELD = "(not shown)"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line of a page by its index there. `is_order` says that it is no evidence and is not shown."""

    page: int
    index: int
    line: Line
    is_order: bool


def portions(pages: Sequence[Page], most: int) -> Iterator[list[Numbered]]:
    """The lines of all pages in their order, in at most so many portions; what is beyond the last is left out."""
    portion, characters, given = list[Numbered](), 0, 0
    for page in pages:
        for index, line in enumerate(page.lines):
            length = min(len(line.text), _LINE_CHARACTERS) + 8
            if portion and characters + length > _PORTION_CHARACTERS:
                yield portion
                given += 1
                if given == most:
                    return
                portion, characters = [], 0
            portion.append(Numbered(page.number, index, line, is_order(line.text[:_LINE_CHARACTERS])))
            characters += length
    if portion:
        yield portion


def shown(portion: Sequence[Numbered]) -> str:
    """One line a line, `number|text`, numbered from 1; nothing within a line looks like the end of it."""
    return "\n".join(f"{number}|{_shown(each)}" for number, each in enumerate(portion, start=1))


def _shown(each: Numbered) -> str:
    if each.is_order:
        return WITHHELD
    return _CONTROL.sub(" ", each.line.text[:_LINE_CHARACTERS])

"""Numbers that stand above their line: MuPDF writes them as digits of the word before, `vide.1 Le`."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Any, NamedTuple

from workers.engines.flow.raised import raised
from workers.engines.pdf.mupdf import mupdf
from workers.engines.pdf.structured import SCALE, TextLine

_BEHIND = r"[^\W\d_]|[.,;:!?…»”’\"')\]*%]"
_MAY_BE_RAISED = re.compile(
    rf"""[0-9](?<![0-9].)(?:
        (?<=^.)[0-9]{{0,2}}[ ]?(?=[^\W\d_]|[«“(\[—–-])   # before a note
        |(?:(?<=(?:{_BEHIND}).)|(?<=(?:{_BEHIND})[\u00a0\u202f ].))(?<![0-9][.,:].)[0-9]{{0,2}}(?![0-9]))""",
    re.VERBOSE | re.MULTILINE,
)
"""In lines that are joined by newlines. It begins with the digit, so that what has none is passed over quickly."""
_SMALLER, _HIGHER = 0.86, 0.1
"""A raised number is set in at most this part of the line's type, and so much higher, in sizes of it."""
_MUCH_HIGHER, _ANOTHER_LINE = 0.25, 0.8
"""One that is as large as the line's type must stand so much higher; what stands higher still is not of the line."""
_OPENING = "«“(["


class _Character(NamedTuple):
    letter: str
    size: float
    baseline: float


def with_raised_numbers(blocks: Sequence[list[TextLine]], text_page: Any) -> None:
    """Puts numbers that stand above their line into small digits, where a line may have any.

    `blocks` are those of the page, in the order of its structured text: lines without text are in neither.
    """
    texts = [line.text for block in blocks for line in block]
    found = [match.start() for match in _MAY_BE_RAISED.finditer("\n".join(texts))]
    if not found:
        return
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    wanted: dict[int, list[int]] = {}
    for at in found:
        number = bisect_right(starts, at) - 1
        wanted.setdefault(number, []).append(at - starts[number])
    places = [(block, at) for block in blocks for at in range(len(block))]
    for number, line in enumerate(islice(_lines(text_page), max(wanted) + 1)):
        if number in wanted and _differs(line, wanted[number]):
            block, at = places[number]
            block[at] = _rewritten(block[at], list(_characters(line)))


def _lines(text_page: Any) -> Iterator[Any]:
    """Those that have text."""
    for block in text_page:
        if block.m_internal.type == mupdf.FZ_STEXT_BLOCK_TEXT:
            yield from filter(_has_text, _linked(block.begin().m_internal))


def _differs(line: Any, places: Sequence[int]) -> bool:
    """Whether any of the characters there has another type or height than the line's first and last, or the one before.

    To look at few of them saves most of the time that a line costs: most numbers stand where the words do.
    """
    characters = list(_linked(line.first_char))
    start = next(at for at, each in enumerate(characters) if not chr(each.c).isspace())
    usual = {_set_so(characters[start]), _set_so(characters[-1])}
    for place in places:
        at = min(start + place, len(characters) - 1)
        usual |= {_set_so(each) for each in characters[max(at - 1, 0) : at + 1]}
    return len(usual) > 1


def _set_so(character: Any) -> tuple[float, float]:
    return character.size, character.origin.y


def _linked(first: Any) -> Iterator[Any]:
    while first:
        yield first
        first = first.next


def _has_text(line: Any) -> bool:
    return any(not chr(each.c).isspace() for each in _linked(line.first_char))


def _characters(line: Any) -> Iterator[_Character]:
    """None where the line runs up or down the page."""
    if line.dir.x > 0.99:
        for each in _linked(line.first_char):
            yield _Character(chr(each.c), each.size, each.origin.y)


def _rewritten(line: TextLine, characters: Sequence[_Character]) -> TextLine:
    """The line with its raised numbers in small digits, close to the word before; its size is that of most letters."""
    if "".join(each.letter for each in characters).strip() != line.text:
        return line
    sizes = [each.size for each in characters if not each.letter.isspace()]
    usual = Counter(sizes).most_common(1)[0][0]
    baseline = next(each.baseline for each in characters if each.size == usual)
    written, run = "", ""
    for each in (*characters, _Character(" ", usual, baseline)):
        if not each.letter.isspace() and _is_raised(each, usual, baseline):
            run += each.letter
            continue
        written, run = _with(written, run, each.letter) + each.letter, ""
    return line._replace(text=written.strip(), size=int(usual * SCALE))


def _is_raised(character: _Character, usual: float, baseline: float) -> bool:
    higher = (baseline - character.baseline) / usual
    least = _HIGHER if character.size <= _SMALLER * usual else _MUCH_HIGHER
    return character.size <= usual and least < higher < _ANOTHER_LINE


def _with(written: str, run: str, following: str) -> str:
    number = raised(run) if run else None
    if number is None:
        return written + run
    before = written.rstrip()
    if before:
        return before + number
    # Before a note it is a word of its own.
    return f"{number} " if following.isalpha() or following in _OPENING else number

"""Notes at the feet of pages, decided over a whole document: what they interrupt is read before them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workers.engines.prose.feet import ALIKE, Call, Feet, Run, alike

_OF_THE_TEXT = 0.2
"""The tallest type with this part of a book's letters is that of its text: there may be more notes than text."""


@dataclass(slots=True)
class _Last:
    """What the notes of the page or column before leave: the last number, and whether the last of them goes on.
    `may_be_uncalled` says whether notes are to be believed here without their call in the text."""

    number: int = 0
    goes_on: bool = False
    may_be_uncalled: bool = False


def notes_of(
    pages: Sequence[tuple[int, Feet]], left_out: Mapping[int, Collection[int]]
) -> dict[int, dict[int, bool]]:
    """For each page that has any, the lines of its notes by index, with whether a note begins with the line.

    `pages` come in order, with their numbers; `left_out` are lines that are none of the text.
    """
    text = _height_of_text([feet for _, feet in pages])
    found, last, before = dict[int, dict[int, bool]](), _Last(), 0
    small = {number for number, feet in pages if _is_small(feet, text)}
    for number, feet in pages:
        if number != before + 1:
            last.goes_on = False
        before = number
        # Where all of the next page is as small, these are no notes but what a book has behind its text.
        last.may_be_uncalled = number + 1 not in small
        for runs in feet.columns:
            lines = _notes(runs, text, left_out.get(number, ()), last)
            if lines:
                found.setdefault(number, {}).update(lines)
    return found


def _height_of_text(feet: Sequence[Feet]) -> float:
    counted: dict[float, int] = {}
    for each in feet:
        for height, characters in each.types:
            counted[height] = counted.get(height, 0) + characters
    letters = sum(counted.values())
    for height in sorted(counted, reverse=True):
        close = sum(count for other, count in counted.items() if other <= height and alike(other, height))
        if close >= _OF_THE_TEXT * letters:
            return height
    return 0.0


def _is_small(feet: Feet, text: float) -> bool:
    letters = sum(characters for _, characters in feet.types)
    return 10 * sum(characters for height, characters in feet.types if height >= ALIKE * text) < letters


def _notes(
    runs: Sequence[Run], text: float, left_out: Collection[int], last: _Last
) -> dict[int, bool] | None:
    """The notes of a column; `last` becomes what the next has to know."""
    for run in runs:
        lines = [index for index in range(run.first, run.end) if index not in left_out]
        if not lines:
            continue
        if run.height >= ALIKE * text:
            break
        begins = {call.line: call for call in _begun(run, lines, last)}
        start = lines[0] if last.goes_on else min(begins, default=None)
        if start is None or (run.is_all and not last.goes_on):
            break
        last.goes_on = lines[-1] not in run.ended
        return {index: index in begins for index in lines if index >= start}
    last.goes_on = False
    return None


def _begun(run: Run, lines: Sequence[int], last: _Last) -> Iterator[Call]:
    """The calls with which notes begin, rather than lines that begin with a number."""
    inside = last.goes_on
    for call in run.calls:
        if call.line not in lines:
            continue
        number = int(call.sign) if call.sign.isdecimal() else None
        follows = number is None or number == last.number + 1 or (number == 1 and not inside)
        is_first = run.is_apart and call.line == lines[0] and last.may_be_uncalled
        if call.is_known or (follows and (inside or is_first)):
            inside = True
            last.number = last.number if number is None else number
            yield call

"""What stands at the foot of a page and may be notes: lines in another type than those above, and what they begin with.

A page does not know what is small in its book, nor what went on at the foot of the page before: see notes.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Self

from service.domain.json import JsonObject
from workers.engines.page import Line, Page
from workers.engines.prose.columns import Numbered, columns_of

ALIKE = 0.93
"""Lines are of one type where the lower of two has at least this part of the other's height."""
_RUNS = 3
"""Of another type than the notes may be a page's number below them, and what stands beside it."""
_TYPES = 3
_WIDER = 0.3
"""In heights of a line: a gap that is so much wider than others sets notes apart."""
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CALL = re.compile(
    rf"""(?:(?P<bare>\d{{1,3}})(?:[.)]\s*|\s+|(?=[^\W\d_a-z]))|[(\[](?P<inside>\d{{1,3}})[)\]]\s*|(?P<raised>[{_RAISED}]{{1,3}})[.)]?\s*
    |[(]?(?P<sign>\*{{1,4}}|†|‡)[)]?\s*)(?=[^\W\d_]|[«“"'([—–])""",
    re.VERBOSE,
)
_FIRST = frozenset(f"0123456789{_RAISED}([*†‡")
_GLUED = r"""(?:(?<=[^\W\d_])|(?<=[.,;:!?…»”’"')]))"""
_TO_DIGITS = str.maketrans(_RAISED, "0123456789")
_ENDED = re.compile(r"[.!?…»”)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Call:
    """The line of this index begins with what calls a note; `is_known` says that it is called in the text above."""

    line: int
    sign: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Lines of one type, from one index to another, in points high. `is_apart` says that a wider gap is above them,
    `is_all` that nothing is, `ended` which of the last of them end a sentence."""

    first: int
    end: int
    height: float
    is_apart: bool
    is_all: bool
    calls: tuple[Call, ...]
    ended: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Feet:
    """The lowest runs of each column from below, and how many characters of the page are how high."""

    columns: tuple[tuple[Run, ...], ...] = ()
    types: tuple[tuple[float, int], ...] = ()

    @classmethod
    def of(cls, page: Page) -> Self:
        """What there is on a page."""
        numbered = [(index, line) for index, line in enumerate(page.lines) if line.text.strip()]
        types = _types([line for _, line in numbered])
        if types and alike(min(types), max(types)):  # as most pages are, where columns make no difference
            columns = ((_run(numbered, 0, len(numbered), max(types)),),)
        else:
            columns = tuple(tuple(_runs(column)) for column in columns_of(numbered))
        often = sorted(types.items(), key=lambda each: -each[1])
        return cls(columns, tuple(often[:_TYPES]))

    @property
    def called(self) -> Iterator[int]:
        """Lines that begin with what the text above calls, such as `1. Ibid.`, however often they say the same."""
        for runs in self.columns:
            for run in runs:
                yield from (call.line for call in run.calls if call.is_known and not run.is_all)

    def json(self) -> JsonObject:
        """As it is kept until all pages are known."""
        columns = [
            [
                [
                    run.first,
                    run.end,
                    run.height,
                    run.is_apart,
                    run.is_all,
                    [(call.line, call.sign, call.is_known) for call in run.calls],
                    run.ended,
                ]
                for run in runs
            ]
            for runs in self.columns
        ]
        return {"columns": columns, "types": self.types}

    @classmethod
    def from_json(cls, value: JsonObject) -> Self:
        """What `json()` wrote."""
        columns = tuple(
            tuple(
                Run(*measured, calls=tuple(Call(*call) for call in calls), ended=tuple(ended))
                for *measured, calls, ended in runs
            )
            for runs in value["columns"]
        )
        return cls(columns, tuple((height, characters) for height, characters in value["types"]))


def alike(height: float, other: float) -> bool:
    """Whether lines so high are of one type."""
    return min(height, other) >= ALIKE * max(height, other)


def begins_note(text: str) -> bool:
    """Whether a line begins as notes do, or as other lines that begin with a number."""
    return text[:1] in _FIRST and _CALL.match(text) is not None


def _height(line: Line) -> float:
    return round(line.box[3] - line.box[1], 1)


def _types(lines: Sequence[Line]) -> dict[float, int]:
    """How many characters are how high."""
    counted: dict[float, int] = {}
    for line in lines:
        height = _height(line)
        counted[height] = counted.get(height, 0) + len(line.text)
    return counted


def _runs(column: Sequence[Numbered]) -> Iterator[Run]:
    end = len(column)
    for _ in range(_RUNS):
        if not end:
            return
        height = _height(column[end - 1][1])
        first = end - 1
        while first and alike(_height(column[first - 1][1]), height):
            first -= 1
        yield _run(column, first, end, height)
        end = first


def _run(column: Sequence[Numbered], first: int, end: int, height: float) -> Run:
    lines = column[first:end]
    called = [
        (index, _sign(found))
        for index, line in lines
        if line.text[0] in _FIRST and (found := _CALL.match(line.text))
    ]
    above = "\n".join(line.text for _, line in column[:first]) if called else ""
    return Run(
        first=lines[0][0],
        end=lines[-1][0] + 1,
        height=height,
        is_apart=bool(called) and _is_apart(column, first),
        is_all=not first,
        calls=tuple(Call(index, sign, _is_called(sign, above)) for index, sign in called),
        ended=tuple(index for index, line in lines[-_RUNS:] if _ENDED.search(line.text)),
    )


def _sign(found: re.Match[str]) -> str:
    written = found["bare"] or found["inside"] or found["raised"] or found["sign"]
    return str(int(written.translate(_TO_DIGITS))) if written[0] not in "*†‡" else written


def _is_called(sign: str, above: str) -> bool:
    """Whether the sign stands behind a word of the text."""
    if not sign.isdecimal():
        return (
            re.search(rf"(?<=[^\s*(])\s?(?:\({re.escape(sign)}\)|{re.escape(sign)}(?!\*))", above) is not None
        )
    raised = "".join(_RAISED[int(digit)] for digit in sign)
    forms = rf"(?<![{_RAISED}]){raised}(?![{_RAISED}])|[(\[]{sign}[)\]]|{_GLUED}{sign}(?![\w-])"
    return re.search(forms, above) is not None


def _is_apart(column: Sequence[Numbered], first: int) -> bool:
    gaps = [below.box[1] - above.box[3] for (_, above), (_, below) in itertools.pairwise(column)]
    if not first:
        return False
    own = column[first][1]
    return gaps[first - 1] > median_low(gaps) + _WIDER * (own.box[3] - own.box[1])

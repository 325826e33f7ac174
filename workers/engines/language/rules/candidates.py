"""What may be a field's value, and what is made of all that may be."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.domain.certificate.catalogue import comparable
from workers.engines.language.port import Found
from workers.engines.language.rules.sheet import Cell
from workers.engines.page import Box

_MOST_SURE = 0.98
_DISPUTE = 0.8
_DISPUTED = 0.7
_STROKES = re.compile(r" [IlL1|]{1,3}$")
_UNCOUNTED = 0.9
"""Scans lose strokes of "II" at the end of a name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that one thing speaks for, by `score` from 0 to 1."""

    code: str
    value: str
    as_printed: str
    score: float
    page: int
    box: Box


def candidate(code: str, value: str, cell: Cell, start: int, end: int, score: float) -> Candidate:
    """One that stands in a part of a cell. What was read badly is worth less."""
    if cell.is_read and _STROKES.search(value):
        score *= _UNCOUNTED
    return Candidate(
        code, value, cell.text[start:end], score * _legible(cell), cell.page, cell.cut(start, end)
    )


def best(candidates: Iterable[Candidate]) -> dict[str, Found]:
    """For each code the value that most speaks for; what nearly as much speaks for another is doubtful."""
    by_value: dict[str, dict[str, list[Candidate]]] = {}
    for each in candidates:
        by_value.setdefault(each.code, {}).setdefault(comparable(each.value) or each.value, []).append(each)
    return {code: _found(list(values.values())) for code, values in by_value.items()}


def _found(values: Sequence[list[Candidate]]) -> Found:
    ranked = sorted(values, key=_weight, reverse=True)
    first = max(ranked[0], key=lambda each: each.score)
    confidence = _weight(ranked[0])
    if len(ranked) > 1 and _weight(ranked[1]) >= _DISPUTE * confidence and not _is_part(first, ranked[1][0]):
        confidence *= _DISPUTED
    return Found(
        first.code, first.value, first.as_printed, min(confidence, _MOST_SURE), first.page, first.box
    )


def _weight(same: Sequence[Candidate]) -> float:
    """The best reason counts, a second one a bit: pages repeat what they say, mistakes too."""
    scores = sorted((each.score for each in same), reverse=True)
    return scores[0] + (0.3 * (1 - scores[0]) * scores[1] if len(scores) > 1 else 0.0)


def _is_part(one: Candidate, other: Candidate) -> bool:
    first, second = comparable(one.value), comparable(other.value)
    return bool(first and second) and (first in second or second in first)


def _legible(cell: Cell) -> float:
    return 1.0 if not cell.is_read else 0.5 + 0.5 * max(0.0, min(1.0, cell.confidence))

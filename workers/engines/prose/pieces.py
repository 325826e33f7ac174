"""A sentence in pieces of at most so many words, cut where it hurts least. Words are neither lost nor changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from service.domain.sentences import is_word
from workers.engines.prose.joints import (
    BETWEEN,
    BOUND,
    CLAUSE,
    COMMA,
    OF,
    PREPOSITION,
    RELATIVE,
    STRONG,
    VERBAL,
    Joints,
    joints_of,
    language_of,
)
from workers.engines.prose.words import bare

_PIECE = 3.0
"""What each piece costs: fewer are better."""
_SHORT = {1: 9.0, 2: 4.0, 3: 1.0}
"""What a piece of so few words costs besides."""
_VERSE = -2.0
_STRONG_MARKS = frozenset(".!?…;:")
_OPENING = frozenset("«“([{—–„-")
_CLOSING = "»”\"')]}"
_AFTER_CE = frozenset(("qui", "que", "qu", "dont"))
_LOOK_FOR_LANGUAGE = 60


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word with the marks around it, and what it costs to cut before it."""

    start: int
    end: int
    words: int
    cost: float


def pieces_of(text: str, most: int, breaks: Collection[int] = ()) -> list[tuple[int, int]]:
    """Start and end of each piece of a sentence: at most so many words each, all its characters but spaces.

    `breaks` are offsets at which lines of verse end.
    """
    units = _units(text, breaks)
    if sum(unit.words for unit in units) <= most:
        return [(units[0].start, units[-1].end)] if units else []
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(units) + 1):
        found, words = (float("inf"), end - 1), 0
        for start in range(end - 1, -1, -1):
            words += units[start].words
            if words > most:
                break
            cut = units[start].cost if start else 0.0
            cost = best[start][0] + cut + _PIECE + _SHORT.get(max(1, words), 0.0)
            if cost < found[0]:
                found = (cost, start)
        best.append(found)
    pieces, end = list[tuple[int, int]](), len(units)
    while end:
        start = best[end][1]
        pieces.append((units[start].start, units[end - 1].end))
        end = start
    return pieces[::-1]


def in_pieces(text: str, most: int, breaks: Collection[int] = ()) -> tuple[str, ...]:
    """The pieces themselves."""
    return tuple(text[start:end] for start, end in pieces_of(text, most, breaks))


def _units(text: str, breaks: Collection[int]) -> list[_Unit]:
    tokens, at = list[tuple[int, int]](), 0
    for token in text.split(" "):
        if token:
            tokens.append((at, at + len(token)))
        at += len(token) + 1
    grouped = _grouped(text, tokens)
    words = [text[start:end] for start, end in grouped]
    joints = joints_of(language_of(words[:_LOOK_FOR_LANGUAGE]))
    units = list[_Unit]()
    for index, (start, end) in enumerate(grouped):
        cost = _cost(words, index, joints) if index else 0.0
        if start - 1 in breaks:
            cost = min(cost, _VERSE)
        units.append(_Unit(start, end, sum(map(is_word, words[index].split())), cost))
    return units


def _grouped(text: str, tokens: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Words with the lone marks that belong to them: opening ones to the next, all others to the one before."""
    grouped, opening = list[tuple[int, int]](), -1
    for start, end in tokens:
        token = text[start:end]
        if is_word(token):
            grouped.append((start if opening < 0 else opening, end))
            opening = -1
        elif opening >= 0:
            continue
        elif grouped and not all(character in _OPENING for character in token):
            grouped[-1] = (grouped[-1][0], end)
        else:
            opening = start
    if opening >= 0:
        end = tokens[-1][1]
        grouped[-1:] = [(grouped[-1][0], end)] if grouped else [(opening, end)]
    return grouped


def _cost(words: Sequence[str], index: int, joints: Joints) -> float:
    """What cutting between the word before and this one costs."""
    before, word = words[index - 1].rstrip(_CLOSING + " "), words[index]
    if before[-1:] in _STRONG_MARKS and not _is_abbreviated(before):
        return STRONG
    if before.endswith(",") or words[index - 1].endswith(("»", "”", ")")) or word[0] in _OPENING:
        return COMMA
    if before.endswith(("'", "’")):
        return BOUND * 2
    if bare(before) in joints.bound:
        return BOUND
    following = words[index + 1] if index + 1 < len(words) else ""
    return _cost_before(bare(word), bare(following), joints)


def _cost_before(word: str, following: str, joints: Joints) -> float:
    """What cutting before a word costs that nothing binds to the one before."""
    if word in joints.clinging and word not in joints.clauses:
        return BETWEEN * 2
    if word == "ce" and following.partition("'")[0] in _AFTER_CE:
        return RELATIVE
    head = word.partition("'")[0] + "'" if "'" in word else word
    for beginning, cost in (
        (joints.relatives, RELATIVE),
        (joints.clauses, CLAUSE),
        (joints.prepositions, PREPOSITION),
        (joints.verbal, VERBAL),
        (joints.complements, OF),
    ):
        if word in beginning or head in beginning:
            return cost
    return BETWEEN


def _is_abbreviated(before: str) -> bool:
    """Whether a full stop within a sentence is that of an abbreviation."""
    return before.endswith(".") and not before.endswith("..")

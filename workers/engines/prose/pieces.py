"""A sentence in pieces of at most so many words, cut where it hurts least. Words are neither lost nor changed."""

from collections.abc import Collection, Sequence

from service.domain.sentences import how_many, is_word
from workers.engines.prose.bonds import costs_of
from workers.engines.prose.joints import language_of
from workers.engines.prose.seen import OPENING, seen

_PIECE = 3.0
"""What each piece costs: fewer are better."""
_SHORT = (9.0, 9.0, 4.0, 1.0)
"""What a piece of no words, one, two and three costs besides."""
_FEW = len(_SHORT)
_VERSE = -2.0
_LOOK_FOR_LANGUAGE = 60


def pieces_of(text: str, most: int, breaks: Collection[int] = ()) -> list[tuple[int, int]]:
    """Start and end of each piece of a sentence: at most so many words each, all its characters but spaces.

    `breaks` are offsets at which lines of verse end.
    """
    tokens = _tokens(text)
    if not tokens:
        return []
    if how_many(text) <= most:
        return [(tokens[0][0], tokens[-1][1])]
    units = _grouped(text, tokens)
    starts = _cheapest(*_counted(text, units, breaks), most)
    ends = [*starts[1:], len(units)]
    return [(units[start][0], units[end - 1][1]) for start, end in zip(starts, ends, strict=True)]


def _cheapest(counts: Sequence[int], costs: Sequence[float], most: int) -> list[int]:
    """Where the pieces begin that cost the least together, of words that count so many, with what a cut before each
    of them costs."""
    best, begun = [0.0], [0]
    for end in range(1, len(counts) + 1):
        least, since, words = float("inf"), end - 1, 0
        for start in range(end - 1, -1, -1):
            words += counts[start]
            if words > most:
                break
            cost = best[start] + costs[start] + _PIECE
            if words < _FEW:
                cost += _SHORT[words]
            if cost < least:
                least, since = cost, start
        best.append(least)
        begun.append(since)
    starts, end = list[int](), len(counts)
    while end:
        end = begun[end]
        starts.append(end)
    return starts[::-1]


def in_pieces(text: str, most: int, breaks: Collection[int] = ()) -> tuple[str, ...]:
    """The pieces themselves."""
    return tuple(text[start:end] for start, end in pieces_of(text, most, breaks))


def _tokens(text: str) -> list[tuple[int, int]]:
    tokens, at = list[tuple[int, int]](), 0
    for token in text.split(" "):
        if token:
            tokens.append((at, at + len(token)))
        at += len(token) + 1
    return tokens


def _counted(
    text: str, units: Sequence[tuple[int, int]], breaks: Collection[int]
) -> tuple[list[int], list[float]]:
    """As how many words each unit counts, and what cutting before it costs."""
    written = [text[start:end] for start, end in units]
    language = language_of(written[:_LOOK_FOR_LANGUAGE])
    words = [seen(each, language) for each in written]
    costs = costs_of(words, language)
    if breaks:
        for at, (start, _) in enumerate(units):
            if at and start - 1 in breaks:
                costs[at] = min(costs[at], _VERSE)
    return [word.words for word in words], costs


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
        elif grouped and not all(character in OPENING for character in token):
            grouped[-1] = (grouped[-1][0], end)
        else:
            opening = start
    if opening >= 0:
        end = tokens[-1][1]
        grouped[-1:] = [(grouped[-1][0], end)] if grouped else [(opening, end)]
    return grouped

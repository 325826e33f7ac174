"""Sentences that an engine is asked for together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

_MOST_SENTENCES = 40
_MOST_CHARACTERS = 6_000
_ENDS_AFTER_ONE_IN = 24


@dataclass(frozen=True, slots=True)
class Portion:
    """Sentences, and the index of each among all of its chunk."""

    places: tuple[int, ...]
    texts: tuple[str, ...]


def portions_of(texts: Sequence[str], places: Sequence[int]) -> Iterator[Portion]:
    """The texts at these places, in portions that an engine can answer for.

    Some sentences end their portion wherever they stand. So where a book changes a little, since a page could be read
    after all, most portions are as they were, and what was answered for them still holds.
    """
    begun, characters = list[int](), 0
    for place in places:
        length = len(texts[place])
        if begun and characters + length > _MOST_CHARACTERS:
            yield _portion(texts, begun)
            begun, characters = [], 0
        begun.append(place)
        characters += length
        if len(begun) == _MOST_SENTENCES or crc32(texts[place].encode()) % _ENDS_AFTER_ONE_IN == 0:
            yield _portion(texts, begun)
            begun, characters = [], 0
    if begun:
        yield _portion(texts, begun)


def _portion(texts: Sequence[str], places: Sequence[int]) -> Portion:
    return Portion(tuple(places), tuple(texts[place] for place in places))

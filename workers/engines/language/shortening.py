"""Short sentences that a model proposes, held against the sentence that they are to say: what does not is not taken."""

import re
import unicodedata
from collections.abc import Sequence

from service.domain.sentences import how_many
from workers.engines.prose.words import bare

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_MOST_TIMES_LONGER = 2
_WORDS_MORE = 6
_LONG_WORD = 5
_STEM = 4
_KEPT_SHARE = 0.4
"""So much of a sentence's long words must come again, by how they begin: less says something else."""


def numbered(sentences: Sequence[str]) -> str:
    """One sentence a line, `number|text`, numbered from 1; nothing within one looks like the end of it."""
    return "\n".join(f"{number}|{shown(each)}" for number, each in enumerate(sentences, start=1))


def shown(text: str) -> str:
    """A text on one line, without characters that nobody sees."""
    return " ".join(_CONTROL.sub(" ", text).split())


def taken(sentence: str, short: Sequence[str], most_words: int) -> tuple[str, ...] | None:
    """The short sentences as they may be kept; None where one is too long or they do not say what the sentence says."""
    pieces = tuple(cleaned for each in short if how_many(cleaned := shown(each)))
    if not pieces or any(how_many(piece) > most_words for piece in pieces):
        return None
    if sum(map(how_many, pieces)) > how_many(sentence) * _MOST_TIMES_LONGER + _WORDS_MORE:
        return None
    meant, said = _stems(sentence), _stems(" ".join(pieces))
    return pieces if len(meant & said) >= _KEPT_SHARE * len(meant) else None


def _stems(text: str) -> set[str]:
    words = (bare(word).rpartition("'")[2] for word in text.split())
    return {_plain(word)[:_STEM] for word in words if len(word) >= _LONG_WORD}


def _plain(word: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", word) if not unicodedata.combining(each))

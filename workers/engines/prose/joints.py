"""What it costs to cut a sentence before or after a word, and which language's words it is of."""

from functools import lru_cache

from workers.engines.prose.languages.english import ENGLISH
from workers.engines.prose.languages.french import FRENCH
from workers.engines.prose.languages.tongue import Language, Tongue
from workers.engines.prose.languages.vietnamese import VIETNAMESE
from workers.engines.prose.words import bare

STRONG, COMMA, CLAUSE, RELATIVE, PREPOSITION, VERBAL, ARTICLE, OF = 0.0, 1.0, 2.0, 2.5, 5.0, 6.0, 7.0, 8.0
"""What cutting costs behind a strong mark, behind a comma, before a clause, before a relative one, before a group with
a preposition, before a verb with its small words, before a thing with its article, before a complement of a noun."""
BETWEEN, LOOSE, LEANING, BOUND, WHOLE = 10.0, 15.0, 20.0, 30.0, 60.0
"""What cutting costs between other words, between words that would rather stay together, before what the word behind
belongs to, between words that need each other, and inside of what is one word to a reader. A cut that is dearer is
made only where all others would make a piece too long: two cheap cuts are better than one of these."""

REMEMBERED = 1 << 14
"""So many words are looked at once only."""

_TONGUES: dict[Language, Tongue] = {"fr": FRENCH, "en": ENGLISH, "vi": VIETNAMESE}
_DIGITS: dict[Language, int] = {language: 10 * at for at, language in enumerate(_TONGUES)}
_MOST = (1 << 10) - 1


def tongue_of(language: Language) -> Tongue:
    """The words of a language."""
    return _TONGUES[language]


def language_of(words: list[str]) -> Language:
    """The language that most of these words are common in; French where none is. They are at most a thousand."""
    found = sum(map(_common, words))
    scores: list[tuple[int, bool, Language]] = [
        (found >> at & _MOST, language == "fr", language) for language, at in _DIGITS.items()
    ]
    return max(scores)[2]


@lru_cache(REMEMBERED)
def _common(word: str) -> int:
    """One for each language in which it is common, each in ten binary digits of its own: they are added at once."""
    plain = bare(word)
    heads: dict[Language, str] = {"fr": plain.partition("'")[0]}
    return sum(
        1 << _DIGITS[language]
        for language, tongue in _TONGUES.items()
        if heads.get(language, plain) in tongue.common
    )

"""A word as the rules of cutting see it. Books say the same words again and again, so each is looked at once."""

import re
from dataclasses import dataclass
from functools import lru_cache

from service.domain.sentences import is_word
from workers.engines.prose.joints import (
    ARTICLE,
    BETWEEN,
    CLAUSE,
    COMMA,
    LEANING,
    LOOSE,
    OF,
    PREPOSITION,
    RELATIVE,
    REMEMBERED,
    STRONG,
    VERBAL,
    WHOLE,
    tongue_of,
)
from workers.engines.prose.languages.tongue import Language, Tongue
from workers.engines.prose.phrases import MARK, atoms_of
from workers.engines.prose.words import bare

BINDS, LEANS, NEGATION, NEGATOR, AUXILIARY, AMID, MODAL, PRONOUN, INFINITIVE = (1 << at for at in range(9))
NAME, TITLE, PARTICLE, BARE, NUMBER, DIGITS, COUNTED, MONTH, AND = (1 << at for at in range(9, 18))
"""What a word is, among others: several of them together are a number."""

NONE = -1.0
_STRONG_MARKS = frozenset(".!?…;:")
OPENING = frozenset("«“([{—–„-")
_CLOSING = "»”\"')]}"
_ROMAN = re.compile(r"[IVXLCDM]+\.?$")
_AROUND = '«»“”"()[]—–„-….,;:!? \u00a0\u202f'
_APOSTROPHES = re.compile("['’]")
_SHORTEST = 3
_YEAR = 4
_AND = ("et", "and")


@dataclass(frozen=True, slots=True)
class Seen:
    """A word with the marks around it. `atoms` are what phrases know it by; `words` says as how many it counts;
    `behind` is what cutting behind its marks costs, NONE where it has none; `before` what cutting before it does,
    where nothing binds it to the word before; `roles` are what it is; `opens` says that a mark stands before it."""

    atoms: tuple[str, ...]
    words: int
    behind: float
    before: float
    roles: int
    opens: bool


@lru_cache(REMEMBERED)
def seen(text: str, language: Language) -> Seen:
    """A word of a sentence in this language."""
    tongue, plain = tongue_of(language), bare(text)
    atoms, behind, opens = atoms_of(plain, tongue), _behind(text), text[0] in OPENING
    roles = _roles(text, plain, atoms, tongue)
    if opens:
        atoms = (MARK, *atoms)
    if behind in (STRONG, COMMA):
        atoms = (*atoms, MARK)
    return Seen(atoms, sum(map(is_word, text.split())), behind, _before(plain, tongue), roles, opens)


def _behind(text: str) -> float:
    stripped = text.rstrip(_CLOSING + " ")
    if stripped[-1:] in _STRONG_MARKS and (not stripped.endswith(".") or stripped.endswith("..")):
        return STRONG  # a lone full stop within a sentence is that of an abbreviation
    if stripped.endswith(",") or text.endswith(("»", "”", ")")):
        return COMMA
    return WHOLE if stripped.endswith(("'", "’")) else NONE


def _before(plain: str, tongue: Tongue) -> float:
    if plain in tongue.clinging and plain not in tongue.clauses:
        return LEANING
    head, apostrophe, tail = plain.partition("'")
    head += apostrophe
    if tail and head in tongue.bare and tail not in tongue.small and not _is_infinitive(tail, tongue):
        return LOOSE  # `d'eau`
    for beginning, cost in (
        (tongue.relatives, RELATIVE),
        (tongue.clauses, CLAUSE),
        (tongue.prepositions, PREPOSITION),
        (tongue.verbal, VERBAL),
        (tongue.articles, ARTICLE),
        (tongue.complements, OF),
    ):
        if plain in beginning or head in beginning:
            return cost
    return BETWEEN


def _roles(text: str, plain: str, atoms: tuple[str, ...], tongue: Tongue) -> int:
    head, tail = atoms[0], plain.rpartition("'")[2]
    stem = tail.partition("-")[0]  # `avait-elle`
    roles = _role(BINDS, plain in tongue.bound or tail in tongue.bound)
    roles |= _role(LEANS, tail in tongue.leaning)
    roles |= _role(NEGATION, head in tongue.negations) | _role(NEGATOR, atoms[-1] in tongue.negators)
    roles |= _role(AUXILIARY, stem in tongue.auxiliaries) | _role(MODAL, stem in tongue.modals)
    roles |= _role(AMID, plain in tongue.amid or (bool(tongue.infinitives) and tail.endswith("ment")))
    roles |= _role(PRONOUN, plain in tongue.pronouns)
    roles |= _role(INFINITIVE, _is_infinitive(tail, tongue)) | _role(BARE, plain in tongue.bare)
    return roles | _names_and_numbers(text, plain, tail, tongue)


def _is_infinitive(tail: str, tongue: Tongue) -> bool:
    return len(tail) > _SHORTEST and bool(tongue.infinitives) and tail.endswith(tongue.infinitives)


def _names_and_numbers(text: str, plain: str, tail: str, tongue: Tongue) -> int:
    letters = text.strip(_AROUND)
    if letters[:1].islower() and "'" in plain:
        letters = _APOSTROPHES.split(letters, 1)[1]  # `d'Artagnan`
    is_name = letters[:1].isupper() and plain not in tongue.small and tail not in tongue.small
    is_digits = letters[:1].isdigit()
    is_year = is_digits and len(plain) == _YEAR
    roles = _role(NAME, is_name) | _role(TITLE, tail in tongue.titles)
    roles |= _role(PARTICLE, plain in tongue.particles or (is_name and plain.startswith("d'")))
    roles |= _role(NUMBER, plain in tongue.numbers or (is_digits and not is_year)) | _role(AND, plain in _AND)
    roles |= _role(DIGITS, is_digits or bool(_ROMAN.match(letters)))
    return roles | _role(COUNTED, plain in tongue.counted) | _role(MONTH, tail in tongue.months)


def _role(role: int, is_so: object) -> int:
    return role if is_so else 0

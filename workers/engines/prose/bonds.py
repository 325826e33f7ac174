"""What holds words of a sentence together beyond a word and its neighbour: phrases, verbs, names and numbers."""

from collections.abc import Sequence
from itertools import chain

from workers.engines.prose.joints import (
    BETWEEN,
    BOUND,
    CLAUSE,
    COMMA,
    LEANING,
    LOOSE,
    OF,
    PREPOSITION,
    STRONG,
    WHOLE,
)
from workers.engines.prose.languages.tongue import Language
from workers.engines.prose.phrases import phrases_in
from workers.engines.prose.seen import (
    AMID,
    AND,
    AUXILIARY,
    BARE,
    BINDS,
    COUNTED,
    DIGITS,
    INFINITIVE,
    LEANS,
    MODAL,
    MONTH,
    NAME,
    NEGATION,
    NEGATOR,
    NUMBER,
    PARTICLE,
    PRONOUN,
    TITLE,
    Seen,
)

_HOLDING = NEGATION | AUXILIARY | MODAL | LEANS | NAME | TITLE | PARTICLE | NUMBER | COUNTED | MONTH
_BEFORE = {"clauses": CLAUSE, "groups": PREPOSITION, "degrees": PREPOSITION, "adverbs": PREPOSITION}
_BEHIND = {"clauses": BOUND, "groups": BOUND, "degrees": LEANING}
_FREE = "adverbs"
_REACH = 5
"""So many words behind `ne` stands what ends it, if it does."""
_PARTICLES = 2
"""So many stand in a name at once: `de la`."""


def costs_of(words: Sequence[Seen], language: Language) -> list[float]:
    """What cutting before each word costs; nothing before the first."""
    costs = [0.0] * len(words)
    for at in range(1, len(words)):
        before, word = words[at - 1], words[at]
        if before.behind == STRONG:
            costs[at] = STRONG
        elif before.behind == COMMA or word.opens:
            costs[at] = COMMA
        elif before.behind > COMMA:
            costs[at] = before.behind
        else:
            costs[at] = BOUND if before.roles & BINDS else word.before
    _phrases(words, costs, language)
    for at in range(len(words) - 1):
        if words[at].roles & _HOLDING:
            _hold(words, costs, at)
    return costs


def _tie(costs: list[float], start: int, end: int, cost: float) -> None:
    """Nothing from behind the first word to before the last is cut cheaper than this, but behind marks."""
    for at in range(start + 1, min(end + 1, len(costs))):
        if COMMA < costs[at] < cost:
            costs[at] = cost


def _free(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """The word before does not bind this one, though it does elsewhere."""
    if at < len(words) and costs[at] == BOUND:
        costs[at] = words[at].before


def _phrases(words: Sequence[Seen], costs: list[float], language: Language) -> None:
    """A phrase is cut nowhere inside; before and behind it, it is what it does that counts, not its words."""
    atoms = list(chain.from_iterable(word.atoms for word in words))
    owners = [at for at, word in enumerate(words) for _ in word.atoms]
    for phrase in phrases_in(atoms, language):
        first, last = owners[phrase.start], owners[phrase.end - 1]
        _tie(costs, first, last, WHOLE)
        begins = phrase.start == 0 or owners[phrase.start - 1] != first
        if begins and phrase.kind in _BEFORE and COMMA < costs[first] <= BETWEEN:
            costs[first] = min(costs[first], _BEFORE[phrase.kind])
        ends = phrase.end == len(atoms) or owners[phrase.end] != last
        if not ends or last + 1 == len(words):
            continue
        behind = last + 1
        if phrase.kind == _FREE:
            _free(words, costs, behind)
        elif phrase.kind == "degrees":
            _lean(words, costs, last)
        elif phrase.kind in _BEHIND:
            _tie(costs, last, behind, BOUND)


def _lean(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """It belongs to what is behind it, unless that begins another part of the sentence."""
    if words[at + 1].before >= BETWEEN:
        _tie(costs, at, at + 1, LEANING)


def _hold(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """What a word holds together with those behind it."""
    roles = words[at].roles
    if roles & NEGATION:
        _negate(words, costs, at)
    if roles & AUXILIARY:
        _compound(words, costs, at)
    if roles & MODAL:
        _modal(words, costs, at)
    if roles & LEANS:
        _lean(words, costs, at)
    if roles & (NAME | TITLE):
        _name(words, costs, at)
    if costs[at] == OF:
        _complement(words, costs, at)
    if roles & (NUMBER | COUNTED | MONTH):
        _number(words, costs, at)


def _negate(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """`ne … pas`, `ne … que`, and the verb behind `ne pas`."""
    for end in range(at + 1, min(at + 1 + _REACH, len(words))):
        if costs[end] <= COMMA:
            return
        if words[end].roles & NEGATOR:
            if words[end].roles & AMID:
                _free(words, costs, end + 1)  # `plus` of `ne … plus` is not that of `plus grand`
            _tie(costs, at, end + (end == at + 1), BOUND)
            return


def _compound(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """`avait toujours dit`; what follows may be another part of the sentence too."""
    end = at + 1
    while end < len(words) and words[end].roles & AMID and costs[end] > COMMA:
        end += 1
    _tie(costs, at, end - 1, BOUND)
    if end < len(words):
        goes_on = words[end].before >= BETWEEN or words[end].roles & AUXILIARY
        if goes_on or end == at + 1:
            _tie(costs, end - 1, end, BOUND if goes_on else LOOSE)


def _modal(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """`voulut le voir`, `ne put s'empêcher`."""
    end = at + 1
    while end < len(words) and words[end].roles & (AMID | PRONOUN) and not words[end].roles & INFINITIVE:
        end += 1
    if end < len(words) and words[end].roles & INFINITIVE:
        _tie(costs, at, end, LEANING)


def _name(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """`Jean Valjean`, `la rue de Rivoli`, `le comte d'Artagnan`."""
    end = at + 1
    while end < len(words) and end - at <= _PARTICLES and words[end].roles & (PARTICLE | NAME) == PARTICLE:
        end += 1
    if end < len(words) and words[end].roles & NAME and all(cost > COMMA for cost in costs[at + 1 : end + 1]):
        _tie(costs, at, end, WHOLE)


def _complement(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """`le port de Brest`, `un signe de tête`: dearer to part than `la rue de la gare`, or `refusa de dire`."""
    near = words[at : at + 1 + _PARTICLES]
    named = next((word for word in near if not word.roles & PARTICLE), near[-1])
    following = words[at + 1]
    is_thing = following.before == BETWEEN and not following.roles & (BINDS | INFINITIVE)
    if named.roles & NAME or (words[at].roles & BARE and is_thing):
        _tie(costs, at - 1, at, LOOSE)


def _number(words: Sequence[Seen], costs: list[float], at: int) -> None:
    """`vingt et un mille francs`, `le 12 mars 1815`, `chapitre II`."""
    roles, behind = words[at].roles, words[at + 1].roles
    if roles & (COUNTED | MONTH):
        if behind & DIGITS:
            _tie(costs, at, at + 1, WHOLE)
    elif behind & (NUMBER | MONTH):
        _tie(costs, at, at + 1, WHOLE)
    elif behind & AND and at + 2 < len(words) and words[at + 2].roles & NUMBER:
        _tie(costs, at, at + 2, WHOLE)
    elif words[at + 1].before >= BETWEEN:
        _tie(costs, at, at + 1, BOUND)

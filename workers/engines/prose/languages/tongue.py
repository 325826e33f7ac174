"""The words of a language by what they do where a sentence may be cut."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["fr", "en", "vi"]
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tongue:
    """`clauses` and `relatives` begin one, `prepositions` begin a group, `complements` what belongs to a noun,
    `verbal` ones what a verb says, `articles` a thing; nothing is cut behind `bound` ones, nor before `clinging` ones.
    `leaning` ones belong to a thing behind them. `common` tell which language a sentence is of.

    What several words say of a verb: `auxiliaries` and `modals` come before it, with `amid` and `pronouns` between;
    `infinitives` are its endings; `negations` begin what `negators` end.
    Names and numbers: `titles` come before names, `particles` stand in them; behind `bare` ones a thing
    has no article; `numbers` count, `counted` are what a
    number follows, `months` are part of dates.
    `linking` stand between a word and itself. `spelt` says under which spelling a small word is known in phrases.
    """

    clauses: frozenset[str]
    relatives: frozenset[str]
    prepositions: frozenset[str]
    complements: frozenset[str]
    verbal: frozenset[str]
    articles: frozenset[str]
    bound: frozenset[str]
    clinging: frozenset[str]
    leaning: frozenset[str]
    common: frozenset[str]
    auxiliaries: frozenset[str] = _NONE
    amid: frozenset[str] = _NONE
    modals: frozenset[str] = _NONE
    pronouns: frozenset[str] = _NONE
    infinitives: tuple[str, ...] = ()
    negations: frozenset[str] = _NONE
    negators: frozenset[str] = _NONE
    titles: frozenset[str] = _NONE
    particles: frozenset[str] = _NONE
    bare: frozenset[str] = _NONE
    numbers: frozenset[str] = _NONE
    counted: frozenset[str] = _NONE
    months: frozenset[str] = _NONE
    linking: frozenset[str] = _NONE
    spelt: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def small(self) -> frozenset[str]:
        """Words that are no names, even with a capital letter."""
        return frozenset().union(
            self.clauses,
            self.relatives,
            self.prepositions,
            self.complements,
            self.verbal,
            self.articles,
            self.bound,
            self.clinging,
            self.common,
        )

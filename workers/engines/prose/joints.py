"""Words that parts of sentences begin or end with, by language, and what it costs to cut before or after them."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from workers.engines.prose.words import bare, set_of

Language: TypeAlias = Literal["fr", "en", "vi"]

STRONG, COMMA, CLAUSE, RELATIVE, PREPOSITION, VERBAL, OF, BETWEEN, BOUND = (
    0.0,
    1.0,
    2.0,
    2.5,
    5.0,
    6.0,
    8.0,
    10.0,
    30.0,
)
"""What cutting costs: behind a strong mark, behind a comma, before a clause, before a relative one, before a group
with a preposition, before a verb with its small words, before a complement of a noun, between other words, and
between words that belong together."""


@dataclass(frozen=True)
class Joints:
    """A language's words: `clauses` and `relatives` begin one, `prepositions` begin a group, `complements` what
    belongs to a noun, `verbal` ones what a verb says; nothing is cut
    behind `bound` ones, nor before `clinging` ones. `common` tell which language a sentence is of."""

    clauses: frozenset[str]
    relatives: frozenset[str]
    prepositions: frozenset[str]
    complements: frozenset[str]
    verbal: frozenset[str]
    bound: frozenset[str]
    clinging: frozenset[str]
    common: frozenset[str]


_OF: dict[Language, Joints] = {
    "fr": Joints(
        clauses=set_of(
            "et mais ou ni car or donc puis quand lorsque lorsqu' puisque puisqu' parce quoique quoiqu' comme si s'il"
            " s'ils tandis pendant afin pourvu dès bien tant alors cependant pourtant sinon soit que qu' jusqu'à"
            " c'est-à-dire"
        ),
        relatives=set_of(
            "qui dont où lequel laquelle lesquels lesquelles auquel auxquels auxquelles duquel desquels desquelles"
        ),
        prepositions=set_of(
            "à dans sur sous avec sans pour par vers chez entre contre depuis devant derrière après avant durant"
            " malgré parmi selon au aux en jusque jusqu' hors outre envers près loin"
        ),
        complements=set_of("de d' du des"),
        verbal=set_of("ne n' se s' il elle on ils elles je j' nous vous tu"),
        bound=set_of(
            "le la les l' un une des du de d' au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre"
            " vos leur leurs je j' tu il elle on nous vous ils elles ne n' se s' me m' te t' y en à et ou mais que qu'"
            " qui dont où si quand comme lorsque puisque dans sur sous avec sans pour par vers chez entre contre très"
            " plus moins trop si aussi tout toute tous toutes quelque quelques chaque plusieurs quel quelle quels"
            " quelles ni car m mm mme mlle mgr dr st parce afin tandis pendant jusqu'à dès depuis deux trois quatre"
            " cinq six sept huit neuf dix vingt cent mille n'y n'en s'en s'y était est sont avait a ont fut"
        ),
        clinging=set_of("pas plus jamais rien point guère là ci que"),
        common=set_of(
            "le la les un une des du de et à il elle on nous vous ils elles je tu ne pas que qui dans sur avec pour par"
            " est était avait plus son sa ses ce cette au aux en se mais où dont leur lui tout comme"
        ),
    ),
    "en": Joints(
        clauses=set_of(
            "and but or nor so yet because since although though while when whenever if unless until till as that than"
            " whether before after where lest then"
        ),
        relatives=set_of("who whom whose which"),
        prepositions=set_of(
            "in on at by for with from to into onto over under between through across against among toward towards"
            " upon within without about above below behind beside beyond near during like"
        ),
        complements=set_of("of"),
        verbal=set_of(
            "he she it they we you i was were had is are has will would could should may might must can"
        ),
        bound=set_of(
            "the a an my your his her its our their this that these those of in on at by for with from to into and or"
            " but i he she we they who which is was are were be been had has have will would could should may might"
            " must can not no very too so more most as than mr mrs ms dr st if when because while"
        ),
        clinging=set_of("not n't of"),
        common=set_of(
            "the a an and of to in he she it was were had his her that with on at for by as is are not be they we you"
            " from which who but this i have said"
        ),
    ),
    "vi": Joints(
        clauses=set_of(
            "và nhưng mà vì nên nếu thì khi để tuy dù rồi hay hoặc bởi song do cho trong lúc rằng"
        ),
        relatives=set_of("là người nơi"),
        prepositions=set_of(
            "ở trên dưới trong ngoài với từ đến tới cho về bằng qua theo giữa bên cùng vào ra"
        ),
        complements=set_of("của"),
        verbal=set_of("đã đang sẽ không chưa cũng"),
        bound=set_of(
            "một những các cái con chiếc người rất đã đang sẽ không chưa hãy đừng của và ở trong với cho là"
        ),
        clinging=set_of("này kia ấy đó nọ lắm quá"),
        common=set_of(
            "và của là có không những một các trong cho đã được người với ông bà anh chị tôi nó này đó khi nhưng rất"
            " cũng đến ra vào"
        ),
    ),
}


def language_of(words: list[str]) -> Language:
    """The language that most of these words are common in; French where none is."""
    found = [bare(word) for word in words]
    heads = [word.partition("'")[0] for word in found]
    scores: dict[Language, int] = {
        language: sum(word in joints.common for word in (heads if language == "fr" else found))
        for language, joints in _OF.items()
    }
    return max(scores, key=lambda language: (scores[language], language == "fr"))


def joints_of(language: Language) -> Joints:
    """The words of a language."""
    return _OF[language]

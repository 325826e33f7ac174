"""What belongs together stays together where a long sentence is cut."""

import itertools
from collections import Counter

import pytest

from tests.corpora.phrases import Half, marked
from workers.engines.prose.languages.tongue import Language
from workers.engines.prose.phrases import KINDS, written_phrases
from workers.engines.prose.pieces import pieces_of

_LANGUAGES: tuple[Language, ...] = ("fr", "en", "vi")
_MOST = 8
_AROUND: dict[Language, str] = {
    "fr": "porte bonjour chemise lampe jardin {} verte soupe et tisane pour elle dans la chapelle qui est avec lui",
    "en": "doors hello shirts lamps gardens {} greens soups and teas for the chapel which she had with his",
    "vi": "lúa khoai sắn ngô đậu {} lạc vừng và bầu của nó không có những đã là",
}


def cuts(text: str, most: int) -> list[int]:
    """Offsets of the spaces at which a sentence is cut."""
    return [end for _, end in pieces_of(text, most)[:-1]]


@pytest.mark.parametrize("language", _LANGUAGES)
def test_files_of_phrases_say_of_each_once_what_it_does(language: Language) -> None:
    phrases = list(written_phrases(language))
    assert {kind for _, kind in phrases} <= set(KINDS)
    assert not [text for text, _ in phrases if " " not in text]
    assert not [text for text, count in Counter(text for text, _ in phrases).items() if count > 1]


@pytest.mark.parametrize("language", _LANGUAGES)
def test_no_phrase_is_cut_wherever_it_stands(language: Language) -> None:
    words = _AROUND[language].split()
    at = words.index("{}")
    for text, _ in written_phrases(language):
        for first in range(at):
            before = " ".join(words[first:at])
            sentence = f"{before} {text} {' '.join(words[at + 1 :])}"
            inside = range(len(before) + 1, len(before) + 1 + len(text))
            assert not [cut for cut in cuts(sentence, _MOST) if cut in inside], sentence


def test_a_phrase_that_is_too_long_is_cut() -> None:
    text = "au fur et à mesure que le vent tombait"
    assert all(len(text[start:end].split()) <= 4 for start, end in pieces_of(text, 4))


@pytest.mark.parametrize(
    ("half", "most", "share"), [("known", 8, 0.015), ("apart", 8, 0.05), ("apart", 5, 0.05)]
)
def test_hardly_a_cut_parts_what_belongs_together(half: Half, most: int, share: float) -> None:
    sentences = list(itertools.chain.from_iterable(marked(half, language) for language in _LANGUAGES))
    made = [(cut, each) for each in sentences for cut in cuts(each.text, most)]
    assert len(made) > 100
    assert sum(cut in each.together for cut, each in made) / len(made) <= share


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("Elle a vu la maison où le vieux Jean Valjean dormait alors.", "Jean Valjean"),
        ("Ils ont enfin retrouvé hier soir le frère du comte d'Artagnan, je crois.", "comte d'Artagnan"),
        ("On les a vus marcher hier soir dans la rue de la Paix.", "rue de la Paix"),
        ("Il me faudrait au moins dix jours et trente et un francs.", "trente et un francs"),
        (
            "Je crois bien que le fermier du moulin n'avait presque jamais menti.",
            "n'avait presque jamais menti",
        ),
        ("Le marchand de sable du quartier ne lui disait plus bonjour.", "ne lui disait plus"),
        ("La femme du boulanger de ce quartier voulut aussitôt le voir.", "voulut aussitôt le voir"),
        ("Il relut la lettre de son cousin page après page.", "page après page"),
        ("Les fenêtres de cette grande salle furent ouvertes avant midi.", "furent ouvertes"),
        ("Il lui tendit de la main droite un grand verre d'eau.", "verre d'eau"),
    ],
)
@pytest.mark.parametrize("most", [5, 6, 7])
def test_names_numbers_and_verbs_hold_together(text: str, together: str, most: int) -> None:
    start = text.index(together)
    assert not [cut for cut in cuts(text, most) if start < cut < start + len(together)]

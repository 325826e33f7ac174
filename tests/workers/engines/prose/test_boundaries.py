"""Where sentences end: what abbreviations, quotes and pauses do, in three languages."""

from time import process_time

import pytest

from tests.support.set_lines import page_of
from workers.engines.prose.boundaries import sentences_in
from workers.engines.prose.margins import Margins
from workers.engines.prose.pieces import in_pieces
from workers.engines.prose.sentences import sentences_of


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences_in(text)]


@pytest.mark.parametrize(
    "text",
    [
        "M. Durand vint.|Mme Roux aussi.",
        "Il vit MM. Colin et Roy.|Le Dr. Vial dormait.",
        "On but du vin, du cidre, etc.|Le soir tomba.",
        "Voir p. 12 et t. IV, chap. 3.|Fin.",
        "C'était en 52 av. J.-C. près de la Loire.",
        "J. K. Aubert signa.|Il partit.",
        "— Viens ! dit-il.|Il est tard.",
        "« Viens ! » dit-il.|« Il est tard. »|Elle vint.",
        "Il hésita… puis rit.|Elle… non.",
        "Quoi ? pas un mot ?!|Rien.",
        "Est-ce loin ?|— Assez.|— Allons !",
        "1. Fermer.|2. Ouvrir.",
        "Il pesait 3.5 kg.|Puis 4.",
        "Il vint vers 8h. 30 et repartit à 9h. 15.|Elle resta.",
        "Mr. Hill met Dr. Ames at St. Mary's.|They talked.",
        "“Come!” he said.|“Now.”|She came.",
        '"Come!" John said.|She came.',
        "He paid e.g. Prof. Low.|I left at 5 p.m. and slept.",
        "Ông Tư cười.|“Đi thôi!” ông nói.|Trời đã tối…|Không ai đáp.",
        "Cô ấy ở TP. Huế từ lâu.|Nhà ở đường số 5.",
        "Il dormait.(1)|Elle veillait.*|« Oui. »(12)|Rien.|(1) Puis non (2).|Et 2*3 font 6.|Fin.",
        "Le n° 12 était vide.¹|J.-J. Rousseau y vécut.[2]|« Oui. »³|Puis non.",
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str) -> None:
    assert split(text.replace("|", " ")) == text.split("|")


@pytest.mark.parametrize("text", ["le chat dort, " * 2_000, "le chat dort " * 2_000, "chat" * 6_000])
def test_what_never_ends_is_told_in_parts_that_lose_nothing(text: str) -> None:
    parts = [each.text for each in sentences_of([page_of(1, text)], Margins())]
    assert max(map(len, parts)) <= 4_000 < len(text) / len(parts) * 2
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(each.endswith(",") for each in parts) == ("," in text)


def test_a_text_without_an_end_is_one_sentence_and_none_is_nothing() -> None:
    assert split("Chapitre premier") == ["Chapitre premier"]
    assert split("") == []


@pytest.mark.parametrize(
    "text",
    [
        "." * 200_000 + "x",
        "? " * 100_000,
        "»" * 200_000 + "x",
        "a" * 200_000 + ". B",
        "M. " * 100_000,
        "« Oui. » " * 40_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """Each takes about a second; by the square of its length it would take many minutes."""
    began = process_time()
    page = page_of(1, " ".join(text.split()))
    for sentence in sentences_of([page], Margins()):
        in_pieces(sentence.text, 8)
    assert process_time() - began < 20

"""Where sentences end: what abbreviations, quotes and pauses do, in three languages."""

import pytest

from workers.engines.prose.boundaries import sentences_in


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
        "Mr. Hill met Dr. Ames at St. Mary's.|They talked.",
        "“Come!” he said.|“Now.”|She came.",
        '"Come!" John said.|She came.',
        "He paid e.g. Prof. Low.|I left at 5 p.m. and slept.",
        "Ông Tư cười.|“Đi thôi!” ông nói.|Trời đã tối…|Không ai đáp.",
        "Cô ấy ở TP. Huế từ lâu.|Nhà ở đường số 5.",
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str) -> None:
    assert split(text.replace("|", " ")) == text.split("|")


def test_a_text_without_an_end_is_one_sentence_and_none_is_nothing() -> None:
    assert split("Chapitre premier") == ["Chapitre premier"]
    assert split("") == []

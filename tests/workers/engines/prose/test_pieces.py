"""Long sentences in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.sentences import how_many
from workers.engines.prose.boundaries import sentences_in
from workers.engines.prose.pieces import pieces_of

_KNOWN = """
    le la l'homme qui que qu'il et mais, — « » ! ? … . ; : ( ) dit-il d'abord. M. Étienne 12 3,5 the which và những
    l' aujourd'hui " ’ - --- mot« »mot
    tout à coup peu de d'un n'avait ne pas été jamais voulut le voir petit Jean d'Artagnan rue Mme II mars 1815 vingt
    deux et h. page more of not been going to Hà Nội con đường không biết
"""
_TOKENS = st.sampled_from(_KNOWN.split())
_TEXTS = st.lists(_TOKENS | st.text("aé.!«»—' \u00a0x", min_size=1, max_size=6), max_size=60).map(
    lambda tokens: " ".join(" ".join(tokens).split())
)


@given(_TEXTS, st.integers(1, 50))
def test_whatever_the_text_pieces_are_short_enough_and_hold_all_of_it_in_order(text: str, most: int) -> None:
    sentences = [text[start:end] for start, end in sentences_in(text)]
    assert " ".join(sentences).split() == text.split()
    for sentence in sentences:
        pieces = [sentence[start:end] for start, end in pieces_of(sentence, most)]
        assert " ".join(pieces).split() == sentence.split()
        assert all(how_many(piece) <= most for piece in pieces)


@pytest.mark.parametrize(
    "text",
    [
        "Le train, qui venait de Lyon, | s'arrêta parce que la voie était coupée.",
        "Le vieux gardien ouvrit la porte | et la chambre était vide.",
        "Les riches montèrent à la montagne ; | les pauvres descendirent au cimetière.",
        "« Je n'ai rien vu, monsieur le juge, | dit le témoin, mais j'ai tout entendu. »",
        "She opened the old door slowly, | because the dog was still asleep.",
        "Anh mở cửa nhưng không ai ở đó, | và căn nhà đã tối.",
        "Les pas des deux voyageurs s'éloignaient | peu à peu | sur le chemin couvert de neige.",
        "La petite servante courut jusqu'à l'église | au lieu de prévenir d'abord | le médecin du quartier.",
        "Madame Bertin avait la réputation | de ne jamais prêter d'argent, | même à ses propres neveux.",
        "La comtesse de Brives | ne recevait que le jeudi, | entre deux heures et quatre heures de l'après-midi.",
        "Le bateau quitta le port de Brest | le douze mars 1815 | avec quatre cents hommes à son bord.",
        "Les lettres | qu'elle avait toujours voulu lire étaient parties.",
        "Mr. Harding had never been to London | and did not intend to go there | as long as he lived.",
        "Nguyễn Văn An sinh ra ở Hà Nội | nhưng lớn lên trong một ngôi làng nhỏ | bên bờ sông Hồng.",
    ],
)
def test_sentences_are_cut_where_their_parts_meet(text: str) -> None:
    sentence = text.replace("| ", "")
    assert [sentence[start:end] for start, end in pieces_of(sentence, 8)] == text.split(" | ")


def test_lines_of_verse_are_pieces_of_their_own() -> None:
    first, second = "Le vent a pris ma porte,", "Il l'a menée sur l'eau."
    sentence = f"{first} {second}"
    pieces = [sentence[a:b] for a, b in pieces_of(sentence, 8, breaks=[len(first)])]
    assert pieces == [first, second]

"""What the rules are worth on French sentences that were written by hand."""

import pytest

from service.domain.sentences import how_many
from tests.corpora.sentences import Half, written
from workers.engines.prose.boundaries import sentences_in
from workers.engines.prose.pieces import pieces_of


def _inner_ends(sentences: tuple[str, ...]) -> set[int]:
    """After how many characters, spaces aside, sentences end within their paragraph."""
    ends, at = set[int](), 0
    for sentence in sentences[:-1]:
        at += len("".join(sentence.split()))
        ends.add(at)
    return ends


@pytest.mark.parametrize("half", ["known", "apart"])
def test_sentences_end_where_a_reader_says(half: Half) -> None:
    right = wrong = missed = 0
    for paragraph in written(half):
        text = " ".join(paragraph.sentences)
        found = _inner_ends(tuple(text[start:end] for start, end in sentences_in(text)))
        meant = _inner_ends(paragraph.sentences)
        right, wrong, missed = (
            right + len(found & meant),
            wrong + len(found - meant),
            missed + len(meant - found),
        )
    assert 2 * right / (2 * right + wrong + missed) >= 0.97


@pytest.mark.parametrize("half", ["known", "apart"])
@pytest.mark.parametrize("most", [3, 8, 20])
def test_no_piece_is_too_long_and_no_word_is_lost_or_changed(half: Half, most: int) -> None:
    for paragraph in written(half):
        for sentence in paragraph.sentences:
            pieces = [sentence[start:end] for start, end in pieces_of(sentence, most)]
            assert all(how_many(piece) <= most for piece in pieces)
            assert " ".join(pieces).split() == sentence.split()


def test_three_hundred_were_written_apart() -> None:
    assert sum(len(each.sentences) for each in written("apart")) >= 300

"""Sentences that a model is asked for together."""

from tests.support.novels import novel
from workers.pipelines.sentences.portions import portions_of


def test_all_are_asked_for_once_in_order_and_not_too_many_together() -> None:
    texts = novel(30, seed=1).sentences
    places = [at for at in range(len(texts)) if at % 7]
    portions = list(portions_of(texts, places))
    assert [place for portion in portions for place in portion.places] == places
    assert all(portion.texts == tuple(texts[place] for place in portion.places) for portion in portions)
    assert max(len(portion.texts) for portion in portions) <= 40
    assert max(sum(map(len, portion.texts)) for portion in portions) <= 6000
    assert len(portions) < len(places) / 8


def test_a_page_more_leaves_most_portions_as_they_were() -> None:
    texts = novel(30, seed=1).sentences

    def asked(of: list[str]) -> set[tuple[str, ...]]:
        return {portion.texts for portion in portions_of(of, range(len(of)))}

    without = texts[:200] + texts[215:]
    assert len(asked(texts) - asked(without)) <= 6 < len(asked(texts)) / 3
    assert len(asked(without) - asked(texts)) <= 6

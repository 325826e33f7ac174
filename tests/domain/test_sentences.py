"""Pieces of sentences as people read them, and as they look for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.sentences import findable, findable_all, tidied

TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30), max_size=8
)


@given(TEXTS)
def test_many_are_found_as_each_of_them_is(texts: list[str]) -> None:
    assert findable_all(texts) == [findable(each) for each in texts]


def test_what_no_text_should_hold_does_not_mix_up_the_others() -> None:
    assert findable_all(["Été\x00", "", "l’Œuvre"]) == ["ete", "", "l'oeuvre"]


@pytest.mark.parametrize(
    ("piece", "shown"),
    [
        ("— Vous viendrez ?", "Vous viendrez ?"),
        ("• un chat ;", "un chat ;"),
        ("et pourtant je suis partie », raconta-t-elle.", "et pourtant je suis partie, raconta-t-elle."),
        ("je vous en prie !”, et voilà", "je vous en prie ! et voilà"),
        ("faut partir », dit-il.", "faut partir, dit-il."),
        ("», dit-il.", "dit-il."),
        ("« Quoi ?", "Quoi ?"),
        ("« Il faut partir », dit-il.", "« Il faut partir », dit-il."),
        ('"and I should think,', "and I should think,"),
        ('"Come!" he said, "now."', '"Come!" he said, "now."'),
        ("Il vint, puis , enfin, partit.", "Il vint, puis , enfin, partit."),
        ("— ", "— "),
    ],
)
def test_a_piece_is_shown_without_marks_that_hang_in_the_air(piece: str, shown: str) -> None:
    assert tidied(piece) == shown


@pytest.mark.parametrize("sought", ["ete", "ÉTÉ", "l'ete", "L’ÉTÉ"])
def test_neither_case_nor_accents_nor_apostrophes_hide_what_is_sought(sought: str) -> None:
    assert findable(sought) in findable("Il attendait  l’été.")

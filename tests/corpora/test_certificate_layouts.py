"""Every layout prints all that a certificate says, where it says that it does."""

import unicodedata
from typing import Any

import pytest

from tests.corpora.certificates.apart import LAYOUTS as APART
from tests.corpora.certificates.facts import Facts, facts
from tests.corpora.certificates.known import LAYOUTS as KNOWN
from tests.corpora.certificates.ships import is_imo_number
from tests.corpora.certificates.truth import CODES, Box

LAYOUTS = {**KNOWN, **APART}
KINDS = ("DOC", "COR", "CLC", "SCC")


@pytest.mark.parametrize("bilingual", [False, True])
@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_layout_prints_each_value_where_it_says(name: str, bilingual: bool) -> None:
    for kind in KINDS:
        said = facts(f"{name} {kind}", kind, bilingual=bilingual, pages=2)
        sheet = LAYOUTS[name](said)
        assert sheet.document.page_count == 2
        assert len(sheet.document[0].get_text()) > 400, "too little to pass for a page of text"
        expected = {code for code in CODES if said.printed(code) is not None}
        assert expected - {"abbreviation"} <= set(sheet.places) <= expected, kind
        for code, places in sheet.places.items():
            for place in places:
                page = sheet.document[place.page - 1]
                assert place.as_printed in _text_in(page, place.box), (kind, code)
                assert page.rect.contains(place.box), (kind, code)


def test_vietnamese_comes_back_composed() -> None:
    said = _first_with_a_name_in_vietnamese()
    text = KNOWN[min(KNOWN)](said).document[0].get_text()
    assert unicodedata.is_normalized("NFC", text)
    assert said.ship.name in text and said.authority.city_vi in text


def test_ships_have_valid_numbers_and_companies_none_of_a_ship() -> None:
    ships = [facts(str(seed), "SMC", bilingual=bool(seed % 2), pages=1).ship for seed in range(50)]
    assert all(is_imo_number(ship.imo) for ship in ships)
    assert not any(is_imo_number(ship.company_number) for ship in ships)
    assert is_imo_number("9074729") and not is_imo_number("9074728")


def _first_with_a_name_in_vietnamese() -> Facts:
    made = (facts(str(seed), "SMC", bilingual=True, pages=1) for seed in range(50))
    return next(said for said in made if not said.ship.name.isascii())


def _text_in(page: Any, box: Box) -> str:
    """The words whose middles lie in the box, in the order of the page's text."""
    words = [
        word[4]
        for word in page.get_text("words")
        if box[0] <= (word[0] + word[2]) / 2 <= box[2] and box[1] <= (word[1] + word[3]) / 2 <= box[3]
    ]
    return " ".join(words)

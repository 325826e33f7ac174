"""The box of a part of a line covers it, though pages have boxes of lines alone: by what letters usually take."""

import pytest

from service.domain.certificate.fields import FIELDS
from service.domain.json import JsonObject
from tests.corpora.certificates.facts import facts
from tests.corpora.certificates.known import LAYOUTS
from tests.corpora.certificates.truth import Box
from workers.engines.language.placing import part_of
from workers.engines.language.rules.engine import fields_of
from workers.engines.page import Line, Page
from workers.engines.pdf.mupdf import pymupdf
from workers.engines.pdf.reading import read_text

_COVERED = 0.8
_ENOUGH = 0.95


@pytest.mark.parametrize("font", ["helv", "hebo", "tiro", "tibo"])
@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("Certificate No.: ", "BMA-2024-10783", ""),
        ("This is to certify that the ship ", "OCEAN STAR", ", IMO number 9074729, was surveyed"),
        ("till illicit lilies fill, ", "3 May 2027", " Willow Mill Hill"),
        ("MMMMWWWW GHOST ", "9074729", " @@@@"),
    ],
)
def test_a_part_is_covered_whatever_the_face(font: str, before: str, value: str, after: str) -> None:
    face = pymupdf.Font(font)
    start, wide = (face.text_length(text, 10) for text in (before, value))
    line = Line(before + value + after, (0.0, 0.0, face.text_length(before + value + after, 10), 12.0))
    box = part_of(line, len(before), len(before) + len(value))
    assert _share((start, 0.0, start + wide, 12.0), box) >= _COVERED
    assert box[2] - box[0] < 1.35 * wide, "and not much else"


def test_a_whole_line_is_as_wide_as_it_is_and_one_that_stands_upright_is_not_cut() -> None:
    assert part_of(Line("OCEAN STAR", (10, 20, 90, 32)), 0, 10) == pytest.approx((10, 20, 90, 32))
    assert part_of(Line("OCEAN STAR", (10, 20, 22, 90)), 0, 5) == (10, 20, 22, 90)


def test_characters_of_a_typewriter_are_as_wide() -> None:
    box = part_of(Line("iiii WWWW", (0, 0, 90, 10)), 5, 9, is_even=True)
    assert box == pytest.approx((48.5, 0, 90, 10))


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("bilingual", [False, True], ids=["en", "vi-en"])
def test_boxes_cover_the_values_of_certificates(
    layout: str, bilingual: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = facts(f"boxes/{layout}", "SMC", bilingual=bilingual, pages=1)
    sheet = LAYOUTS[layout](said)
    path = tmp_path_factory.mktemp("boxes") / "made.pdf"
    sheet.document.save(path)
    pages = [_page(read) for read in read_text(str(path), range(1, sheet.document.page_count + 1))]
    shares: list[float] = []
    for code, found in fields_of(pages, FIELDS).items():
        places = [each for each in sheet.places.get(code, ()) if each.page == found.page]
        # Other places of the same value are as good; what is known from the name alone stands with that.
        if found.as_printed in {each.as_printed for each in places}:
            shares.append(max(_share(each.box, found.box) for each in places))
    assert len(shares) > 4
    assert sum(share >= _COVERED for share in shares) >= _ENOUGH * len(shares), shares


def _page(read: JsonObject) -> Page:
    lines = [Line(each["text"], tuple(each["box"]), each["confidence"]) for each in read["lines"]]
    return Page(read["number"], "text", "pymupdf", read["width"], read["height"], lines=lines)


def _share(box: Box, cover: Box) -> float:
    """How much of a box another one covers."""
    wide = min(box[2], cover[2]) - max(box[0], cover[0])
    high = min(box[3], cover[3]) - max(box[1], cover[1])
    return max(0.0, wide) * max(0.0, high) / ((box[2] - box[0]) * (box[3] - box[1]))

"""The certificates are the same every time, spread as the measurements need them, and what their truth says."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import orjson
import pytest

from tests.corpora.certificates import CODES, SEED, Certificate, certificate, certificates
from tests.corpora.certificates.__main__ import main
from tests.corpora.certificates.marks import box_stamp
from tests.corpora.certificates.sheet import Colour, Sheet
from tests.corpora.certificates.table import Row, rows
from workers.engines.pdf.mupdf import pymupdf

ROWS = rows(SEED)
SCAN = next(row for row in ROWS if row.quality == "poor" and row.media == "pdf" and row.pages == 1)


def test_the_table_is_spread() -> None:
    assert [row.number for row in ROWS] == list(range(1, 201))
    assert Counter(row.quality for row in ROWS) == {"digital": 80, "good": 40, "fair": 40, "poor": 40}
    assert 50 <= sum(row.apart for row in ROWS) <= 60
    assert 50 <= sum(row.language == "vi-en" for row in ROWS) <= 60
    assert all(9 <= times <= 11 for times in Counter(row.kind for row in ROWS).values())
    layouts = Counter((row.apart, row.layout) for row in ROWS)
    assert sum(apart for apart, _ in layouts) == 7 and len(layouts) == 27 and min(layouts.values()) >= 7
    for quality in ("digital", "good"):
        assert {row.layout for row in ROWS if row.quality == quality} == {layout for _, layout in layouts}
    scans = [row for row in ROWS if row.quality != "digital"]
    assert {row.media for row in scans} == {"pdf", "jpeg", "png"}
    assert {row.turned for row in scans} == {0, 90, 180, 270}
    assert {row.pages for row in ROWS} == {1, 2, 3, 4}
    assert rows(SEED) == ROWS != rows(SEED + 1)


def test_the_same_seed_gives_the_same_files() -> None:
    for row in (SCAN, _first(quality="digital", language="vi-en")):
        made = certificate(row)
        assert made == certificate(row)
        assert made.truth.fields != certificate(row, SEED + 1).truth.fields


def test_a_scan_says_whether_it_was_stamped_when_it_was_filed(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[tuple[str, ...]] = []

    def counted(sheet: Sheet, x: float, y: float, lines: tuple[str, ...], *, colour: Colour) -> None:
        printed.append(lines)
        box_stamp(sheet, x, y, lines, colour=colour)

    monkeypatch.setattr("tests.corpora.certificates.making.box_stamp", counted)
    some = [row for row in ROWS if row.quality == "poor" and row.pages == 1][:8]
    said: set[bool] = set()
    for row in some:
        printed.clear()
        made = certificate(row)
        assert made.truth.stamped == bool(printed) == made.truth.as_json()["stamped"]
        said.add(made.truth.stamped)
    assert said == {True, False}
    assert not certificate(_first(quality="digital")).truth.stamped


def test_they_come_one_by_one_and_without_those_apart() -> None:
    assert [made.name for made in islice(certificates(), 2)] == [made.name for made in certificates(count=2)]
    assert not any(made.truth.apart for made in certificates(count=3, apart=False))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.quality == "digital"][::8], ids=lambda row: row.layout
)
def test_a_digital_one_says_in_its_text_what_its_truth_says(row: Row) -> None:
    made = certificate(row)
    with pymupdf.open(stream=made.content, filetype="pdf") as document:
        assert document.page_count == row.pages == made.truth.pages
        for code, places in made.truth.places.items():
            for place in places:
                inside = document[place.page - 1].get_text("words", clip=_wider(place.box))
                assert place.as_printed in " ".join(word[4] for word in inside), code
    said = {code for code, value in made.truth.fields.items() if value is not None}
    assert said - {"abbreviation"} <= set(made.truth.places) <= said <= set(CODES)


@pytest.mark.parametrize("media", ["pdf", "jpeg", "png"])
def test_a_scan_opens_and_has_no_text(media: str) -> None:
    row = _first(quality="poor", media=media)
    made = certificate(row)
    with pymupdf.open(stream=made.content, filetype=made.media) as document:
        assert document.page_count == row.pages
        assert not any(page.get_text().strip() for page in document)
        for places in made.truth.places.values():
            assert all(document[place.page - 1].rect.contains(place.box) for place in places)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_there_is_ink_in_the_boxes_of_a_scan(turned: int) -> None:
    upright = replace(SCAN, quality="fair", turned=turned)
    made = certificate(upright)
    with pymupdf.open(stream=made.content, filetype="pdf") as document:
        for code, places in made.truth.places.items():
            for place in places:
                page = document[place.page - 1]
                pixels = page.get_pixmap(dpi=72, colorspace=pymupdf.csGRAY, clip=pymupdf.Rect(place.box))
                dark, paper = min(pixels.samples), sorted(pixels.samples)[-len(pixels.samples) // 4]
                assert paper - dark > 40, code


def test_the_command_writes_the_files_and_their_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["certificates", str(tmp_path), "--count", "2", "--without-apart"])
    main()
    truths = [orjson.loads(line) for line in (tmp_path / "truth.jsonl").read_bytes().splitlines()]
    assert {path.name for path in tmp_path.iterdir()} == {"truth.jsonl", *(truth["name"] for truth in truths)}
    assert len(truths) == 2 and all(tuple(truth["fields"]) == CODES for truth in truths)


def test_what_a_kind_has_not_is_said_to_be_absent() -> None:
    company = _digital(row for row in ROWS if row.kind == "DOC")
    tonnage = _digital(row for row in ROWS if row.kind == "ITC")
    assert company.truth.fields["ship_name"] is company.truth.fields["imo_number"] is None
    assert tonnage.truth.fields["valid_until"] is None and tonnage.truth.fields["ship_name"]


def _digital(some: Iterable[Row]) -> Certificate:
    return certificate(replace(next(iter(some)), quality="digital", media="pdf", turned=0))


def _first(**wanted: str) -> Row:
    return next(row for row in ROWS if all(getattr(row, name) == value for name, value in wanted.items()))


def _wider(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1

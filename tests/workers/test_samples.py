"""The sample documents are what they say, and the same every time."""

import re
from pathlib import Path

import orjson
import pytest

from workers.engines.pdf.child import inspect
from workers.engines.pdf.mupdf import pymupdf
from workers.engines.pdf.reading import read_text
from workers.samples.books import long_text_pdf
from workers.samples.writing import SAMPLES, write_samples


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, written once."""
    made = tmp_path_factory.mktemp("samples")
    write_samples(made)
    return made


def test_the_samples_are_written_with_their_expected_endings(folder: Path) -> None:
    expected = orjson.loads((folder / "expected.json").read_bytes())
    assert {path.name for path in folder.iterdir()} == {
        *(ending["name"] for ending in expected),
        "expected.json",
    }
    assert [ending["name"] for ending in expected if ending["state"] == "failed"] == ["damaged.pdf"]
    for ending in expected:
        if ending["name"].endswith(".pdf") and ending["state"] == "completed":
            seen = next(inspect(str(folder / ending["name"])))
            assert (seen["page_count"], seen["routes"]) == (ending["page_count"], ending["routes"])


def test_the_samples_are_the_same_every_time(folder: Path) -> None:
    for sample in SAMPLES:
        assert sample.make() == (folder / sample.name).read_bytes(), sample.name


def test_the_story_has_60_pages_and_1500_different_sentences(folder: Path) -> None:
    path = folder / "le-phare-des-sablons.pdf"
    pages = list(read_text(str(path), range(1, 61)))
    assert next(inspect(str(path)))["page_count"] == 60
    text = re.sub(r"\s+", " ", " ".join(page["text"] for page in pages))
    sentences = {sentence.strip() for sentence in re.findall(r"[^.?!]+[.?!]", text)}
    assert len(sentences) >= 1500
    assert "# Une lumière de trop" in pages[0]["markdown"]


def test_the_certificate_has_a_text_layer_and_its_scan_has_none(folder: Path) -> None:
    [digital] = read_text(str(folder / "certificate.pdf"), [1])
    [scan] = read_text(str(folder / "certificate-scanned.pdf"), [1])
    assert digital["usable"] and len(digital["text"]) > 400
    assert "| IMO number | 9074729 |" in digital["markdown"]
    assert not scan["usable"] and scan["text"] == ""


def test_a_long_book_is_full_of_text() -> None:
    with pymupdf.open(stream=long_text_pdf(20), filetype="pdf") as book:
        assert book.page_count == 20
        assert sum(len(page.get_text()) for page in book) > 20 * 1500

"""Tesseract, the real program; skipped loudly where it is missing."""

import os
from pathlib import Path
from typing import Literal

import pytest

from tests.support.programs import tesseract
from tests.support.reading import page_of, read_all, read_scan
from tests.support.scans import ENGLISH, FRENCH, VIETNAMESE, columns, paragraphs, read_share, scan
from workers.engines.failures import EngineFailed
from workers.engines.ocr.port import OcrRequest, PageToRead, Pixels
from workers.engines.ocr.tesseract import Tesseract

pytestmark = pytest.mark.anyio

_SHORT = ENGLISH.split("When the last")[0]


@pytest.fixture
def engine() -> Tesseract:
    tesseract()
    return Tesseract()


def noise(side: int) -> PageToRead:
    """A page of so many pixels square that is full of specks."""
    specks = os.urandom(1 << 20) * (side * side // (1 << 20) + 1)
    return PageToRead(1, 600, 600, pixels=Pixels(specks[: side * side], side, side))


def _program(folder: Path, body: str) -> str:
    """A program in the place of Tesseract, for what the real one does not do on request."""
    path = folder / "tesseract"
    path.write_text(f'#!/bin/sh\nif [ "$1" = --list-langs ]; then echo List; echo eng; exit; fi\n{body}\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (FRENCH, "fr"), (VIETNAMESE, "vi")])
async def test_reads_every_word_of_a_clean_page(engine: Tesseract, text: str, language: str) -> None:
    """English, French and Vietnamese, with their diacritics."""
    page = scan(paragraphs(text))
    read = await read_scan(engine, page, language)
    assert read_share(page.words, read.text) >= 0.99
    assert (read.number, read.route, read.engine) == (1, "ocr", "tesseract")


@pytest.mark.parametrize("tilt", [-3.0, -1.5, 2.0])
async def test_reads_a_tilted_worn_page(engine: Tesseract, tilt: float) -> None:
    """The page is straightened first; its boxes lie in the page as it was."""
    page = scan(paragraphs(_SHORT)).worn(tilt=tilt, blur=0.8, noise=16)
    read = await read_scan(engine, page, "en")
    assert read_share(page.words, read.text) >= 0.99
    first = read.lines[0].box
    # Half the page's width, leaning by the tilt, is how far the line's ends are apart in height.
    assert first[3] - first[1] >= abs(tilt) * 0.0175 * (first[2] - first[0])


@pytest.mark.parametrize("degrees", [90, 180])
async def test_reads_a_page_laid_wrongly_on_the_glass(engine: Tesseract, degrees: Literal[90, 180]) -> None:
    """Text that runs down the page or upside down is read in its own order."""
    page = scan(paragraphs(ENGLISH)).turned(degrees)
    assert read_share(page.words, (await read_scan(engine, page, "en")).text) >= 0.99


async def test_reads_columns_one_after_the_other(engine: Tesseract) -> None:
    """Title, left column, right column, in two languages; the title is a heading in Markdown."""
    page = columns(ENGLISH, FRENCH, title="Trials at Sea")
    read = await read_scan(engine, page, "en", "fr")
    assert read_share(page.words, read.text) >= 0.99
    assert read.markdown.startswith("## Trials at Sea\n\nThe harbour master")


async def test_boxes_are_points_and_confidence_is_a_share(engine: Tesseract) -> None:
    """A line's box lies where the text was drawn, in points, whatever the resolution."""
    (line,) = (await read_scan(engine, scan("<p>Bill of lading</p>", dpi=150), "en")).lines
    x0, y0, x1, y1 = line.box
    assert 50 <= x0 <= 60
    assert 100 <= x1 <= 160
    assert 6 <= y1 - y0 <= 16
    assert 0.8 <= line.confidence <= 1


async def test_a_page_without_text_is_an_empty_page(engine: Tesseract) -> None:
    """Blank paper with grain on it gives no lines, and is no failure."""
    read = await read_scan(engine, scan("").worn(noise=20), "en")
    assert (read.text, read.lines) == ("", [])


async def test_names_the_package_of_a_missing_language(engine: Tesseract) -> None:
    """What to install is said, not only what is missing."""
    with pytest.raises(EngineFailed) as failed:
        await read_scan(engine, scan("<p>x</p>"), "en", "zh")
    assert (failed.value.code, failed.value.kind) == ("ocr_language_missing", "usage")
    assert failed.value.params["packages"] == "tesseract-ocr-chi-sim"


async def test_knows_what_it_can_read(engine: Tesseract) -> None:
    """The languages are those whose data is installed."""
    assert {"en", "fr", "vi"} <= engine.languages
    assert await engine.check() is None


async def test_says_how_to_install_it_where_it_is_missing() -> None:
    """The check is for an operator; reading fails by name; no language is claimed."""
    engine = Tesseract(program="no-such-tesseract")
    assert "tesseract-ocr" in (await engine.check() or "")
    assert engine.languages == frozenset()
    with pytest.raises(EngineFailed) as failed:
        await read_scan(engine, scan("<p>x</p>"), "en")
    assert (failed.value.code, failed.value.kind) == ("ocr_unavailable", "fatal")


async def test_never_hands_over_bytes_that_are_no_image(engine: Tesseract) -> None:
    """Tesseract would take them for a list of files to open."""
    page = PageToRead(1, 100, 100, pixels=Pixels(b"/etc/hostname\n", 50, 50))
    with pytest.raises(EngineFailed) as failed:
        await read_all(engine, OcrRequest((page,), languages=("en",)))
    assert failed.value.code == "ocr_image_unreadable"


async def test_a_page_that_needs_more_memory_than_is_allowed_fails_by_name(engine: Tesseract) -> None:
    """A hostile image costs its page, at once and for good, and the worker nothing."""
    assert engine.languages
    small = Tesseract(memory_bytes=200 << 20)
    with pytest.raises(EngineFailed) as failed:
        await read_all(small, OcrRequest((noise(8000),), languages=("en",)))
    assert (failed.value.code, failed.value.kind) == ("page_out_of_memory", "usage")


async def test_a_page_that_computes_too_long_fails_by_name(engine: Tesseract) -> None:
    """The computing time counts, whatever the clock says."""
    assert engine.languages
    short = Tesseract(cpu_seconds=0)
    with pytest.raises(EngineFailed) as failed:
        await read_all(short, OcrRequest((noise(3000),), languages=("en",)))
    assert (failed.value.code, failed.value.kind) == ("ocr_timed_out", "transient")


async def test_a_page_that_takes_too_long_fails_by_name(tmp_path: Path) -> None:
    """The limit is a page's own."""
    engine = Tesseract(page_seconds=0.2, program=_program(tmp_path, "sleep 600"))
    with pytest.raises(EngineFailed) as failed:
        await read_scan(engine, scan("<p>x</p>"), "en")
    assert (failed.value.code, failed.value.kind) == ("ocr_timed_out", "transient")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("echo no memory >&2; exit 3", "ocr_crashed"),
        ("kill -SEGV $$", "ocr_crashed"),
        ("seq 9", "ocr_nonsense"),
    ],
)
async def test_a_program_that_fails_is_a_failure_of_the_page(tmp_path: Path, body: str, code: str) -> None:
    """A bad end and a bad table are told apart; both may be tried again."""
    engine = Tesseract(program=_program(tmp_path, body))
    with pytest.raises(EngineFailed) as failed:
        await read_all(engine, OcrRequest((page_of(scan("<p>x</p>")),), languages=("en",)))
    assert (failed.value.code, failed.value.kind) == (code, "transient")

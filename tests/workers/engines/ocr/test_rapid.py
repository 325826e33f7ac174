"""RapidOCR: real models in a real child process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal, cast

import pytest

from service.domain.json import JsonObject
from tests.support.own_children import own_children
from tests.support.reading import page_of, read_all, read_scan
from tests.support.scans import ENGLISH, FRENCH, VIETNAMESE, columns, paragraphs, read_share, scan
from tests.support.waiting import until
from workers.engines.failures import EngineFailed
from workers.engines.ocr.port import OcrRequest, PageToRead, Pixels
from workers.engines.ocr.rapid import RapidOcr
from workers.warm import Limits, WarmChild

pytestmark = pytest.mark.anyio

_CARD = (420.0, 300.0)  # points; finding lines costs by the area
_SHORT = ENGLISH.split("When the last")[0]


@pytest.fixture(scope="module")
async def engine() -> AsyncIterator[RapidOcr]:
    engine = RapidOcr(children=1, threads=2)
    yield engine
    await engine.close()


def _children() -> set[int]:
    return own_children("workers.children.warm")


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "webp"])
async def test_reads_every_word_of_a_clean_english_page_of_any_image_kind(
    engine: RapidOcr, kind: Literal["png", "jpeg", "tiff", "webp"]
) -> None:
    """A sharp page ends with at least 99 % of its words, in order."""
    page = scan(paragraphs(_SHORT), size=_CARD)
    read = await read_scan(engine, page.through(kind), "en")
    assert read_share(page.words, read.text) >= 0.99
    assert (read.number, read.route, read.engine) == (1, "ocr", "rapidocr")


async def test_reads_a_worn_french_page_with_its_accents(engine: RapidOcr) -> None:
    """Tilt, blur and grain cost at most a word in fifty."""
    page = scan(paragraphs(FRENCH)).worn(tilt=1.5, blur=0.8, noise=16).through("jpeg", quality=60)
    read = await read_scan(engine, page, "fr")
    assert read_share(page.words, read.text) >= 0.98


async def test_reads_a_tilted_page_row_by_row(engine: RapidOcr) -> None:
    """Three degrees of tilt move the end of a line past the start of the next: the order holds all the same."""
    page = scan(paragraphs(ENGLISH)).worn(tilt=-3)
    read = await read_scan(engine, page, "en")
    assert read_share(page.words, read.text) >= 0.99


@pytest.mark.parametrize("degrees", [90, 180, 270])
async def test_reads_a_page_laid_wrongly_on_the_glass(
    engine: RapidOcr, degrees: Literal[90, 180, 270]
) -> None:
    """Text that runs down, up or upside down is read in its own order, with a wrong letter here and there; boxes
    stay in the page as shown."""
    page = scan(paragraphs(_SHORT), size=_CARD).turned(degrees)
    read = await read_scan(engine, page, "en")
    assert read_share(page.words, read.text) >= 0.95
    for line in read.lines:
        x0, y0, x1, y1 = line.box
        assert 0 <= x0 < x1 <= page.width
        assert 0 <= y0 < y1 <= page.height
        assert (y1 - y0 > x1 - x0) == (degrees != 180)


async def test_reads_columns_one_after_the_other(engine: RapidOcr) -> None:
    """Title, left column, right column; the title is a heading in Markdown."""
    page = columns(ENGLISH, FRENCH, title="Trials at Sea")
    read = await read_scan(engine, page, "en", "fr")
    assert read_share(page.words, read.text) >= 0.99
    assert read.markdown.startswith("## Trials at Sea\n\nThe harbour master")


async def test_boxes_are_points_and_fit_the_text(engine: RapidOcr) -> None:
    """A line's box lies where the text was drawn, in points, whatever the resolution."""
    page = scan("<p>Bill of lading</p>", dpi=150)
    (line,) = (await read_scan(engine, page, "en")).lines
    assert line.text == "Bill of lading"
    x0, y0, x1, y1 = line.box
    assert 50 <= x0 <= 60
    assert 100 <= x1 <= 160
    assert 8 <= y1 - y0 <= 24
    assert 0.8 <= line.confidence <= 1


@pytest.mark.parametrize("text", ["Page 7", "IMO 9074729"])
async def test_finds_a_word_alone_on_a_sheet(engine: RapidOcr, text: str) -> None:
    """A cover with two words on it is not an empty page."""
    assert (await read_scan(engine, scan(f"<p>{text}</p>"), "en")).text == text


async def test_reads_vietnamese_without_its_diacritics(engine: RapidOcr) -> None:
    """The known weakness: it does not claim the language, and misses words."""
    page = scan(paragraphs(VIETNAMESE))
    read = await read_scan(engine, page, "vi")
    assert "vi" not in engine.languages
    assert read_share(page.words, read.text) < 0.9


async def test_a_page_without_text_is_an_empty_page(engine: RapidOcr) -> None:
    """Blank paper with grain on it gives no lines, and is no failure."""
    page = scan("").worn(noise=20)
    read = await read_scan(engine, page)
    assert (read.text, read.markdown, read.lines) == ("", "", [])


async def test_refuses_samples_that_do_not_fit_their_size(engine: RapidOcr) -> None:
    """A usage failure, and the child lives on."""
    page = PageToRead(1, 100, 100, pixels=Pixels(b"short", 50, 50))
    before = _children()
    with pytest.raises(EngineFailed) as failed:
        await read_all(engine, OcrRequest((page,)))
    assert (failed.value.code, failed.value.kind) == ("ocr_image_unreadable", "usage")
    assert _children() == before


async def test_cancelling_kills_the_child_and_the_next_page_is_read() -> None:
    """Nothing goes on reading for nobody; a new child takes over."""
    engine = RapidOcr(children=1, threads=1)
    others = _children()
    page = page_of(scan(paragraphs(_SHORT)))
    reading = asyncio.create_task(read_all(engine, OcrRequest((page,))))
    try:
        await until(lambda: bool(_children() - others), "a child that reads")
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert _children() == others
        assert (await read_all(engine, OcrRequest((page,))))[0].text
    finally:
        await engine.close()
    assert _children() == others


async def test_a_page_that_takes_too_long_fails_by_name() -> None:
    """The time limit is a page's own, and names itself."""
    engine = RapidOcr(children=1, threads=1, page_seconds=0.05)
    try:
        with pytest.raises(EngineFailed) as failed:
            await read_scan(engine, scan(paragraphs(ENGLISH)))
    finally:
        await engine.close()
    assert (failed.value.code, failed.value.kind) == ("ocr_timed_out", "transient")


async def test_needs_no_network() -> None:
    """Models come from the wheel: with every connection refused it reads as well."""
    child = WarmChild("tests.support.offline_ocr:serve", {"threads": 1}, Limits(memory_bytes=2 << 30))
    page = scan("<p>Bill of lading</p>")
    call: JsonObject = {
        "width": page.image.width,
        "height": page.image.height,
        "channels": 1,
        "page_side": 842,
    }
    try:
        answer = await child.request(call, page.image.tobytes())
    finally:
        await child.close()
    assert answer["connection"] == "refused"
    assert cast(str, answer["lines"][0][0]) == "Bill of lading"


async def test_is_available_here(engine: RapidOcr) -> None:
    """The check finds modules and models."""
    assert await engine.check() is None

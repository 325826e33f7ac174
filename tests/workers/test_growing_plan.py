"""Pages whose text layer turns out to be junk are read by OCR: the plan grows on the way, the bar never goes back."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pymupdf
import pytest

from service.domain.json import JsonObject
from tests.support.house import House, open_house, percents
from tests.support.pdf_files import junk_layer_pdf, text_pdf, words
from tests.support.scans import read_share

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(
        sqlite_url, redis_url, tmp_path / "data", ocr_engine="rapidocr", drain_seconds=0.6
    ) as opened:
        yield opened


def joined(*parts: bytes) -> bytes:
    whole = pymupdf.open()
    for part in parts:
        whole.insert_pdf(pymupdf.open(stream=part, filetype="pdf"))
    return whole.tobytes()


async def ended(house: House, content: bytes) -> JsonObject:
    """The snapshot of the document once it is completed."""
    async with house.worker(workers=1):
        job_id = (await house.accept("a.pdf", "pdf", content)).job_id
        await house.state(job_id, "completed", seconds=120)
    value = (await house.snapshot(job_id)).value
    assert (value["outcome"], value["warnings"]) == ("success", {})
    return value


async def check_bar(house: House, value: JsonObject, *, ocr_begins_below: float) -> None:
    shown = await percents(house, value["id"])
    assert shown == sorted(shown), "it never goes back"
    assert (shown[-1], max(shown[:-1]) < 100) == (100, True), "100 is said once, at the end"
    assert len([each for each in shown if each > ocr_begins_below]) > 5, (
        "OCR, which takes nearly all, moves it"
    )


async def page_texts(house: House, value: JsonObject) -> dict[int, tuple[str, str]]:
    model = orjson.loads(await house.artifact(value["id"], "pages.json"))
    return {page["number"]: (page["engine"], page["text"]) for page in model["pages"]}


async def test_a_short_document_grows_within_its_only_step(house: House) -> None:
    texts = [words(40, seed) for seed in range(3)]
    content = joined(text_pdf(texts[0]), junk_layer_pdf(*texts[1:]))
    value = await ended(house, content)
    assert value["pages"] == {"1": "td", "2": "od", "3": "od"}
    assert {name: value["counters"][f"pages_{name}"] for name in ("total", "done")} == {"total": 3, "done": 3}
    read = await page_texts(house, value)
    assert [read[number][0] for number in (1, 2, 3)] == ["pymupdf", "rapidocr", "rapidocr"]
    for number, text in enumerate(texts, start=1):
        assert read_share(text.split(), read[number][1]) >= 0.95
    assert not any("\ue000" <= each <= "\uf8ff" for _, text in read.values() for each in text)
    await check_bar(house, value, ocr_begins_below=60)


async def test_a_long_document_grows_by_steps_while_others_go_on(house: House) -> None:
    """Too long for one step: the junk pages become steps of the phase that is under way."""
    texts = [words(40, seed) for seed in range(300)]
    junk = words(40, seed=1000)
    content = joined(text_pdf(*texts[:150]), junk_layer_pdf(junk), text_pdf(*texts[150:]))
    value = await ended(house, content)
    assert value["pages"]["151"] == "od"
    assert set(value["pages"].values()) == {"td", "od"}
    assert value["counters"]["steps_done"] == value["counters"]["steps_total"]
    read = await page_texts(house, value)
    assert sorted(read) == list(range(1, 302))
    assert read_share(junk.split(), read[151][1]) >= 0.95
    assert read[301][1].split() == texts[-1].split()
    await check_bar(house, value, ocr_begins_below=30)

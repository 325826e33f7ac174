"""Pipeline `text` with real documents and real children; only OCR is played, since it has tests of its own."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from sqlalchemy import select

from service.adapters.tables import JobRow, StepRow
from service.domain.costs import Costs
from service.settings import load_settings
from tests.support.documents import document
from tests.support.house import House, open_house
from tests.support.pdf_files import empty_pdf, mixed_pdf, scanned_pdf, text_pdf, words
from tests.support.scans import read_share, scan
from tests.support.small_worker import run_until_left
from tests.support.waiting import until
from workers.engines.failures import EngineFailed
from workers.engines.ocr.choice import OcrEngines
from workers.engines.ocr.port import OcrRequest
from workers.engines.page import Line, Page
from workers.engines.toolbox import Toolbox
from workers.main import WorkerProcess, toolbox

pytestmark = pytest.mark.anyio


@dataclass
class PlayedOcr:
    """Reads the words "page" and its number off every page, but for those that it is told to refuse."""

    name: str = "played"
    accepts: str = "pixels"
    pages_per_call: int = 2
    languages: frozenset[str] = frozenset({"en"})
    refused: set[int] = field(default_factory=set[int])
    requests: list[list[int]] = field(default_factory=list[list[int]])

    def choose(self, _languages: object = (), _asked: object = "auto") -> "PlayedOcr":
        return self

    async def states(self) -> dict[str, Any]:
        return {}

    async def read(self, request: OcrRequest) -> AsyncGenerator[Page, None]:
        self.requests.append([page.number for page in request.pages])
        for page in request.pages:
            assert page.pixels is not None and len(page.pixels.samples) > 1000
            if page.number in self.refused:
                raise EngineFailed("ocr_refused", {"engine": "Played"}, kind="usage")
            text = f"page {page.number}"
            lines = [Line(text, (10.0, 10.0, 60.0, 20.0), 0.9)]
            yield Page(page.number, "ocr", "played", page.width, page.height, 0, text, text, lines)


@pytest.fixture(scope="module")
async def tools(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Toolbox]:
    """One template of children for the module: loading the parsers takes a second."""
    settings = load_settings(data_dir=tmp_path_factory.mktemp("tools"))
    async with toolbox(settings) as opened:
        await opened.sandbox.start()
        yield opened


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


@asynccontextmanager
async def worker(
    house: House, tools: Toolbox, ocr: PlayedOcr | None = None, **changes: Any
) -> AsyncGenerator[PlayedOcr]:
    played = ocr or PlayedOcr()
    settings = house.settings.model_copy(update=changes)
    process = WorkerProcess(settings, house.a, replace(tools, ocr=cast("OcrEngines", played), costs=Costs()))
    async with run_until_left(process):
        yield played


async def give(house: House, content: bytes, kind: str = "pdf", **options: Any) -> str:
    return (await house.accept(f"a.{kind}", kind, content, options=options)).job_id


async def results(house: House, job_id: str) -> tuple[str, str, dict[str, Any]]:
    """text.txt, document.md and pages.json."""
    return (
        (await house.artifact(job_id, "text.txt")).decode(),
        (await house.artifact(job_id, "document.md")).decode(),
        orjson.loads(await house.artifact(job_id, "pages.json")),
    )


async def failed(house: House, job_id: str) -> str:
    """The code of the job's failure, which says what to do."""
    await house.state(job_id, "failed")
    error = (await house.snapshot(job_id)).value["error"]
    assert error["text"] and error["advice"] and error["support_id"]
    return error["code"]


async def test_a_text_document_becomes_text_markdown_and_a_model_of_its_pages(
    house: House, tools: Toolbox
) -> None:
    texts = [words(60, seed) for seed in range(3)]
    async with worker(house, tools):
        job_id = await give(house, text_pdf(*texts))
        job = await house.state(job_id, "completed")
    assert (job.page_count, job.outcome) == (3, "success")
    text, markdown, model = await results(house, job_id)
    known = " ".join(texts).split()
    assert read_share(known, text) == read_share(known, markdown) == 1.0
    size = len(text_pdf(*texts))
    assert model["document"] | {"size": size} == {"name": "a.pdf", "kind": "pdf", "size": size, "pages": 3}
    assert [page["number"] for page in model["pages"]] == [1, 2, 3]
    page = model["pages"][0]
    assert (page["route"], page["engine"], page["width"], page["rotation"]) == ("text", "pymupdf", 595.0, 0)
    assert "markdown" not in page
    for line in page["lines"]:
        x0, y0, x1, y1 = line["box"]
        assert 0 <= x0 < x1 <= page["width"] and 0 <= y0 < y1 <= page["height"] and line["confidence"] == 1.0
    value = (await house.snapshot(job_id)).value
    assert value["pages"] == {"1": "td", "2": "td", "3": "td"}
    assert value["counters"]["pages_done"] == value["counters"]["pages_total"] == 3
    assert value["artifacts"].keys() == {"text.txt", "document.md", "pages.json"}
    assert value["artifacts"]["text.txt"]["size"] == len(text.encode())


async def test_a_long_document_is_read_in_ranges_side_by_side_and_put_together_in_order(
    house: House, tools: Toolbox
) -> None:
    async with worker(house, tools, slots=2):
        job_id = await give(house, text_pdf(*(f"number {number} of many" for number in range(1, 401))))
        await house.state(job_id, "completed")
    text, _, model = await results(house, job_id)
    assert [int(word) for word in text.split() if word.isdigit()] == list(range(1, 401))
    assert len(model["pages"]) == 400
    async with house.a.db.reading() as session:
        phases = list(await session.scalars(select(StepRow.phase).where(StepRow.job_id == job_id)))
    assert phases.count(1) >= 2
    pages = (await house.snapshot(job_id)).value["pages"]
    assert len(pages) == 400 and set(pages.values()) == {"td"}


async def test_only_pages_without_usable_text_go_to_ocr(house: House, tools: Toolbox) -> None:
    async with worker(house, tools) as ocr:
        job_id = await give(house, mixed_pdf())
        await house.state(job_id, "completed")
    assert ocr.requests == [[2]]
    text, _, model = await results(house, job_id)
    assert text.index(words(80)[:20]) < text.index("page 2") < text.rindex(words(80, seed=2)[:20])
    assert [page["route"] for page in model["pages"]] == ["text", "ocr", "text", "text"]
    pages = (await house.snapshot(job_id)).value["pages"]
    assert pages == {"1": "td", "2": "od", "3": "td", "4": "td"}


@pytest.mark.parametrize(("option", "requests"), [("always", [[1, 2], [3]]), ("never", []), ("auto", [[3]])])
async def test_a_person_may_choose_ocr_for_all_pages_or_none(
    house: House, tools: Toolbox, option: str, requests: list[list[int]]
) -> None:
    from workers.engines.pdf.mupdf import pymupdf

    made = pymupdf.open(stream=text_pdf(words(50), words(50)), filetype="pdf")
    made.insert_pdf(pymupdf.open(stream=scanned_pdf(words(50), dpi=72), filetype="pdf"))
    async with worker(house, tools) as ocr:
        job_id = await give(house, made.tobytes(), ocr=option)
        await house.state(job_id, "completed")
    assert ocr.requests == requests


async def test_an_image_that_is_cut_off_fails_and_says_so(house: House, tools: Toolbox) -> None:
    """It looked like a page without text: what is missing of a JPEG is drawn in grey."""
    content = scan("<p>only the upper half of this is left</p>").encoded("jpeg")
    async with worker(house, tools) as ocr:
        assert await failed(house, await give(house, content[: len(content) // 2], "jpeg")) == "broken_image"
    assert ocr.requests == []


async def test_a_page_range_leaves_the_other_pages_out(house: House, tools: Toolbox) -> None:
    content = text_pdf("first", "second", "third", "fourth")
    async with worker(house, tools):
        job_id = await give(house, content, pages="2-3, 9-")
        await house.state(job_id, "completed")
        assert await failed(house, await give(house, content, pages="7")) == "page_range_empty"
    assert (await results(house, job_id))[0].split() == ["second", "third"]
    value = (await house.snapshot(job_id)).value
    assert value["pages"] == {"1": "sd", "2": "td", "3": "td", "4": "sd"}
    counters = value["counters"]
    assert (value["page_count"], counters["pages_total"], counters["pages_done"]) == (4, 2, 2)


async def test_a_wiped_redis_forgets_no_page_that_is_left_out(house: House, tools: Toolbox) -> None:
    content = scanned_pdf("first", "second", "third")
    async with worker(house, tools, refusing := PlayedOcr(refused={2})):
        job_id = await give(house, content, pages="1-2", ocr="always")
        await house.state(job_id, "completed")
        refusing.refused.clear()
        await house.a.redis.flushall()
        await house.a.commands.retry(job_id, house.actor)
        await house.state(job_id, "completed")
    value = (await house.snapshot(job_id)).value
    assert value["pages"] == {"1": "od", "2": "od", "3": "sd"}
    counters = value["counters"]
    assert (counters["pages_total"], counters["pages_done"], counters.get("pages_failed", 0)) == (2, 2, 0)


async def test_a_protected_document_asks_until_the_password_opens_it(house: House, tools: Toolbox) -> None:
    secret = "correct horse"
    async with worker(house, tools):
        job_id = await give(house, text_pdf("treasure", password=secret))
        for code, password in (
            ("password_required", "wrong"),
            ("password_wrong", "still"),
            ("password_wrong", secret),
        ):

            async def asks(code: str = code) -> JobRow | None:
                job = await house.job(job_id)
                return job if job.question is not None and job.question["code"] == code else None

            job = await until(asks, f"it asks {code}")
            assert job is not None and job.question is not None
            assert job.question["fields"] == [{"name": "password", "kind": "secret"}]
            given = {"password": password}
            await house.a.commands.answer(job_id, job.question["id"], given, house.actor)
        job = await house.state(job_id, "completed")
    assert "treasure" in (await results(house, job_id))[0]
    assert job.secret is None
    assert secret.encode() not in orjson.dumps((await house.snapshot(job_id)).value)


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (empty_pdf(), "pdf", "no_pages"),
        (b"%PDF-1.7\nthis is all that was saved", "pdf", "broken_document"),
        (b"\x89PNG\r\n\x1a\nand then nothing", "png", "broken_image"),
        (b"PK\x03\x04 no archive", "docx", "broken_document"),
    ],
)
async def test_what_cannot_be_read_fails_and_says_what_to_do(
    house: House, tools: Toolbox, content: bytes, kind: str, code: str
) -> None:
    async with worker(house, tools):
        assert await failed(house, await give(house, content, kind)) == code


async def test_failed_pages_are_warnings_and_a_retry_reads_only_them(house: House, tools: Toolbox) -> None:
    played = PlayedOcr(refused={2, 3})
    async with worker(house, tools, played) as ocr:
        job_id = await give(house, scanned_pdf("a", "b", "c", "d", dpi=72))
        job = await house.state(job_id, "completed")
        assert (job.outcome, sorted(job.warnings)) == ("warnings", ["page-2", "page-3"])
        value = (await house.snapshot(job_id)).value
        assert value["pages"] == {"1": "od", "2": "of", "3": "of", "4": "od"}
        assert value["warnings"]["page-2"]["params"]["page"] == 2
        assert (await results(house, job_id))[0].split() == ["page", "1", "page", "4"]
        ocr.refused.clear()
        ocr.requests.clear()
        await house.a.commands.retry(job_id, house.actor)

        async def second() -> bool:
            return (await house.snapshot(job_id)).value.get("outcome") == "success"

        await until(second, "the second run is a success")
    assert sorted(number for request in ocr.requests for number in request) == [2, 3]
    assert (await results(house, job_id))[0].split() == ["page", "1", "page", "2", "page", "3", "page", "4"]
    value = (await house.snapshot(job_id)).value
    assert (value["warnings"], set(value["pages"].values())) == ({}, {"od"})


async def test_when_every_page_fails_the_document_does(house: House, tools: Toolbox) -> None:
    async with worker(house, tools, PlayedOcr(refused={1, 2})):
        assert await failed(house, await give(house, scanned_pdf("a", "b", dpi=72))) == "all_pages_failed"


@pytest.mark.parametrize("kind", ["txt", "md", "csv", "html", "epub", "docx", "pptx", "xlsx"])
async def test_flowing_documents_are_read_with_all_their_words(
    house: House, tools: Toolbox, kind: str
) -> None:
    content, known = document(kind)
    async with worker(house, tools) as ocr:
        job_id = await give(house, content, kind)
        job = await house.state(job_id, "completed")
    text, markdown, model = await results(house, job_id)
    assert read_share(known, text) >= 0.99
    assert markdown.strip()
    assert len(model["pages"]) == job.page_count and job.page_count
    assert {page["route"] for page in model["pages"]} == {"text"} and not ocr.requests

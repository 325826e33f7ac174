"""Scans through a whole worker whose OCR is Document AI: the real client, and a service that behaves as it likes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import orjson
import pytest
from google.cloud import documentai_v1 as documentai

import workers.failures
from service.domain import breaker
from service.domain.json import JsonObject
from tests.support.documentai_simulator import (
    DocumentAiSimulator,
    answer_changed,
    answer_well,
    refuse,
    stall,
)
from tests.support.documentai_truth import known_pages
from tests.support.house import House, open_house, percents
from tests.support.pdf_files import mixed_pdf, scanned_pdf
from tests.support.waiting import until
from workers.engines.ocr import choice
from workers.engines.ocr.documentai import DocumentAi, DocumentAiPlace
from workers.engines.persistence import Persistence

pytestmark = pytest.mark.anyio

WORDS = (["Bill of lading"], ["Bergen, 4 May"], ["Signed by the master"])
QUOTA = refuse(grpc.StatusCode.RESOURCE_EXHAUSTED)
AWAY = refuse(grpc.StatusCode.UNAVAILABLE)
TRIES = 2
"""How often the engine asks before the step has failed for now."""


class HastyDocumentAi(DocumentAi):
    """As it is, but for the length of its waits."""

    def __init__(self, place: DocumentAiPlace, persistence: Persistence) -> None:
        del persistence
        super().__init__(place, Persistence(tries=TRIES, first_wait_seconds=0.01, longest_wait_seconds=0.02))


@pytest.fixture
async def simulator() -> AsyncIterator[DocumentAiSimulator]:
    async with DocumentAiSimulator(known_pages(*([lines] for lines in WORDS))) as simulator:
        yield simulator


@pytest.fixture
async def house(
    sqlite_url: str,
    redis_url: str,
    tmp_path: Path,
    simulator: DocumentAiSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """With Document AI configured as an operator would, and short waits between tries."""
    monkeypatch.setattr(choice, "DocumentAi", HastyDocumentAi)
    monkeypatch.setattr(workers.failures, "_FIRST_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(breaker, "FIRST_WAIT_SECONDS", 0.05)
    settings: dict[str, Any] = {
        "ocr_engine": "documentai",
        "documentai_project": "harbour",
        "documentai_processor": "reader",
        "documentai_endpoint": simulator.endpoint,
        "drain_seconds": 0.6,
    }
    async with open_house(sqlite_url, redis_url, tmp_path / "data", **settings) as opened:
        yield opened


async def ended(house: House, state: str, content: bytes | None = None) -> JsonObject:
    """The snapshot of a document of three scanned pages, or of this one, once it has come to this end."""
    async with house.worker():
        content = content or scanned_pdf("first", "second", "third", dpi=50)
        job_id = (await house.accept("scan.pdf", "pdf", content)).job_id
        await house.state(job_id, state)
    return (await house.snapshot(job_id)).value


async def pages_of(house: House, value: JsonObject) -> list[tuple[int, str, str]]:
    """Number, engine and text of the pages in the results."""
    model = orjson.loads(await house.artifact(value["id"], "pages.json"))
    return [(page["number"], page["engine"], page["text"]) for page in model["pages"]]


def retries(value: JsonObject) -> int:
    return sum(line["code"] == "step_retried" for line in value["log"].values())


READ = [(number, "documentai", line) for number, (line,) in enumerate(WORDS, start=1)]


async def test_a_scan_is_read_with_one_request(house: House, simulator: DocumentAiSimulator) -> None:
    value = await ended(house, "completed")
    assert (value["outcome"], value["warnings"]) == ("success", {})
    assert value["pages"] == {"1": "od", "2": "od", "3": "od"}
    assert await pages_of(house, value) == READ
    assert len(simulator.requests) == 1
    assert (await house.artifact(value["id"], "text.txt")).decode().split("\n\n") == [
        *(line for (line,) in WORDS),
        "",
    ]


async def test_pages_with_text_are_not_sent(house: House, simulator: DocumentAiSimulator) -> None:
    value = await ended(house, "completed", mixed_pdf())
    sent = "".join(value["pages"][str(number)][0] for number in range(1, len(value["pages"]) + 1))
    assert {"t", "o"} <= set(sent)
    assert sum(documentai_pages(each) for each in simulator.requests) == sent.count("o")


def documentai_pages(request: documentai.ProcessRequest) -> int:
    import pymupdf

    with pymupdf.open(stream=request.raw_document.content, filetype="pdf") as sent:
        return int(sent.page_count)


@pytest.mark.parametrize("trouble", [QUOTA, AWAY], ids=["over its quota", "not there"])
async def test_what_passes_costs_time_and_nothing_else(
    house: House, simulator: DocumentAiSimulator, trouble: Any
) -> None:
    """It lasts for longer than the engine's own tries: the step waits for the engine, and nothing has failed."""
    simulator.next(*[trouble] * (2 * TRIES + 1))
    value = await ended(house, "completed")
    assert (value["outcome"], value["warnings"], value.get("error")) == ("success", {}, None)
    assert await pages_of(house, value) == READ
    assert len(simulator.requests) == 2 * TRIES + 2
    assert (retries(value), value["attempt"]) == (0, 0)
    assert [line["code"] for line in value["log"].values()].count("engine_away") == 1
    assert value.get("waits_for") is None
    shown = await percents(house, value["id"])
    assert shown == sorted(shown)
    assert shown[-1] == 100


def _one_page_too_many(document: documentai.Document) -> None:
    document.pages.append(document.pages[0])


async def test_nonsense_is_asked_for_again_and_becomes_no_page(
    house: House, simulator: DocumentAiSimulator
) -> None:
    simulator.next(answer_changed(_one_page_too_many), answer_well)
    value = await ended(house, "completed")
    assert await pages_of(house, value) == READ
    assert retries(value) == 1


async def test_nonsense_that_stays_fails_every_page_and_so_the_job(
    house: House, simulator: DocumentAiSimulator
) -> None:
    """At the last try each page is asked for alone, so that one that makes nonsense would not cost the others."""
    alone = len(WORDS)
    simulator.next(*[answer_changed(_one_page_too_many)] * (workers.failures.MOST_TRIES + alone))
    value = await ended(house, "failed")
    assert value["error"]["code"] == "all_pages_failed"
    assert len(simulator.requests) == workers.failures.MOST_TRIES + alone
    assert value["artifacts"] == {}


async def test_a_page_that_is_refused_is_named_and_the_others_are_read(
    house: House, simulator: DocumentAiSimulator
) -> None:
    """The group is refused as a whole, so each page is asked for by itself; a retry asks for the one alone."""
    refused = refuse(grpc.StatusCode.INVALID_ARGUMENT)
    simulator.next(refused, answer_well, refused, answer_well)
    value = await ended(house, "completed")
    assert value["outcome"] == "warnings"
    assert {key: each["code"] for key, each in value["warnings"].items()} == {"page-2": "ocr_refused"}
    assert value["pages"] == {"1": "od", "2": "of", "3": "od"}
    assert [number for number, _, _ in await pages_of(house, value)] == [1, 3]
    before = len(simulator.requests)
    async with house.worker():
        await house.a.commands.retry(value["id"], house.actor)
        await house.state(value["id"], "completed")
    again = (await house.snapshot(value["id"])).value
    assert (again["outcome"], again["warnings"], len(simulator.requests)) == ("success", {}, before + 1)
    assert [number for number, _, _ in await pages_of(house, value)] == [1, 2, 3]


async def test_a_service_that_denies_us_fails_the_job_at_once(
    house: House, simulator: DocumentAiSimulator
) -> None:
    simulator.next(refuse(grpc.StatusCode.PERMISSION_DENIED, "the key of project harbour"))
    value = await ended(house, "failed")
    assert (value["error"]["code"], len(simulator.requests)) == ("ocr_denied", 1)
    assert "harbour" not in orjson.dumps(value).decode()


@pytest.mark.parametrize("pages", [1, 3], ids=["a short job", "a longer one"])
async def test_a_cancel_abandons_what_is_under_way_there_and_says_so(
    house: House, simulator: DocumentAiSimulator, pages: int
) -> None:
    """The request is given up at once, and its answer awaited by nobody; the log names who was still being asked."""
    simulator.next(stall)
    async with house.worker() as worker:
        content = scanned_pdf(*["words"] * pages, dpi=50)
        job_id = (await house.accept("scan.pdf", "pdf", content)).job_id
        await until(lambda: simulator.under_way == 1, "it is asked")
        await house.a.commands.cancel(job_id, house.actor)
        await until(lambda: simulator.given_up == 1, "the request is given up", seconds=5)
        await until(lambda: not worker.running.all(), "nothing runs")
    value = (await house.snapshot(job_id)).value
    last = [value["log"][number] for number in sorted(value["log"], key=int)][-2:]
    assert [line["code"] for line in last] == ["remote_abandoned", "cancelled"]
    assert last[0]["text"] == "Google Document AI was still being asked; its answer is left unread"
    assert (value["state"], value["cancelled_by"], value["artifacts"]) == ("cancelled", "Ada", {})
    assert len(simulator.requests) == 1

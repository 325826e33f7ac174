"""Document AI goes away in the midst of documents: text is read on, scans wait, and all end by themselves."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
import pytest
from sqlalchemy import select

from service.adapters.records.workers import workers_value
from service.adapters.tables import StepRow
from service.domain import breaker
from tests.support.documentai_simulator import (
    DocumentAiSimulator,
    Request,
    Response,
    answer_well,
    refuse,
    stall,
)
from tests.support.house import House, open_house
from tests.support.pdf_files import mixed_pdf, scanned_pdf, text_pdf
from tests.support.ports import free_port
from tests.support.waiting import until
from workers.engines.persistence import Persistence
from workers.pipelines import reading

pytestmark = pytest.mark.anyio
ONE_TRY = Persistence(call_seconds=0.5, tries=1)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are tenths of seconds, and one try is enough."""
    monkeypatch.setattr(breaker, "FIRST_WAIT_SECONDS", 0.3)
    monkeypatch.setattr(breaker, "LONGEST_WAIT_SECONDS", 0.6)
    monkeypatch.setattr(Persistence, "within", lambda _seconds: ONE_TRY)


@pytest.fixture
async def simulator() -> AsyncIterator[DocumentAiSimulator]:
    async with DocumentAiSimulator() as made:
        yield made


@asynccontextmanager
async def a_house(
    database_url: str, redis_url: str, folder: Path, endpoint: str
) -> AsyncGenerator[House, None]:
    settings: dict[str, Any] = {
        "documentai_project": "harbour",
        "documentai_processor": "reader",
        "documentai_endpoint": endpoint,
        "drain_seconds": 0.6,
    }
    async with open_house(database_url, redis_url, folder / "data", **settings) as house:
        yield house


@pytest.fixture
async def house(
    database_url: str, redis_url: str, tmp_path: Path, simulator: DocumentAiSimulator
) -> AsyncIterator[House]:
    async with a_house(database_url, redis_url, tmp_path, simulator.endpoint) as opened:
        yield opened


async def steps(house: House, *jobs: str) -> list[StepRow]:
    async with house.a.db.reading() as session:
        found = await session.scalars(
            select(StepRow).where(StepRow.job_id.in_(jobs)).order_by(StepRow.job_id, StepRow.number)
        )
        return list(found)


async def scans(house: House, count: int) -> list[str]:
    made = [scanned_pdf(f"number {number} of some", dpi=72) for number in range(count)]
    return [(await house.accept(f"{n}.pdf", "pdf", each)).job_id for n, each in enumerate(made)]


async def waits(house: House, job_id: str) -> bool:
    shown = (await house.snapshot(job_id)).value.get("waits_for") or {}
    return shown.get("code") == "engine_unavailable"


async def test_scans_wait_while_it_is_away_and_go_on_by_themselves(
    house: House, simulator: DocumentAiSimulator
) -> None:
    simulator.next(*[refuse(grpc.StatusCode.UNAVAILABLE)] * 6)
    async with house.worker(slots=2):
        jobs = await scans(house, 4)
        text = (await house.accept("text.pdf", "pdf", text_pdf("only words"))).job_id
        await until(lambda: waits(house, jobs[0]), "the card says what it waits for")
        await house.state(text, "completed")
        async with house.a.db.reading() as session:
            engine = (await workers_value(session))["engines"].get("documentai")
        assert (
            engine is not None and engine["state"] == "unavailable" and engine["next_try"] >= engine["since"]
        )
        for job_id in jobs:
            await house.state(job_id, "completed")
            assert (await house.snapshot(job_id)).value.get("waits_for") is None
    for step in await steps(house, *jobs):
        assert (step.state, step.failures, step.error) == ("done", 0, None)
    assert simulator.most_under_way <= 2
    assert len(simulator.requests) == 6 + len(jobs), "one asks at a time, and nothing is asked twice"


async def test_the_text_of_a_mixed_document_is_read_meanwhile(
    house: House, simulator: DocumentAiSimulator
) -> None:
    simulator.next(*[refuse(grpc.StatusCode.RESOURCE_EXHAUSTED)] * 3)
    async with house.worker():
        job_id = (await house.accept("mixed.pdf", "pdf", mixed_pdf())).job_id

        async def text_is_read() -> bool:
            value = (await house.snapshot(job_id)).value
            pages = value.get("pages") or {}
            return await waits(house, job_id) and [pages.get(n) for n in "134"] == ["td"] * 3

        await until(text_is_read, "the pages with text are read while the scan waits")
        job = await house.state(job_id, "completed")
    assert job.outcome == "success" and job.attempt == 0
    lines = (await house.snapshot(job_id)).value["log"].values()
    assert [each["code"] for each in lines].count("engine_away") == 1


async def test_a_quota_is_left_alone_for_as_long_as_it_asks(
    house: House, simulator: DocumentAiSimulator
) -> None:
    simulator.next(refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after=1.5))
    async with house.worker():
        (job_id,) = await scans(house, 1)
        await until(lambda: waits(house, job_id), "it waits")
        (waiting,) = [each for each in await steps(house, job_id) if each.engine]
        assert waiting.started_at is not None and waiting.run_at - waiting.started_at > 1.5
        await house.state(job_id, "completed")


async def test_nobody_listens_and_a_person_cancels(database_url: str, redis_url: str, tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    async with a_house(database_url, redis_url, tmp_path, nowhere) as house, house.worker():
        (job_id,) = await scans(house, 1)
        await until(lambda: waits(house, job_id), "it waits")
        await house.a.commands.cancel(job_id, house.actor)
        assert (await house.state(job_id, "cancelled")).waits is None


async def test_a_page_that_it_never_answers_costs_that_page_and_nobody_else(
    house: House, simulator: DocumentAiSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be told from an engine that hangs, but for the fact that others are answered."""
    monkeypatch.setattr(reading, "DOUBTS_BEFORE_SINGLE_PAGES", 2)
    monkeypatch.setattr("tests.workers.test_engine_away.ONE_TRY", replace(ONE_TRY, call_seconds=1.5))

    async def hang_over_the_bad_page(each: DocumentAiSimulator, request: Request, context: Any) -> Response:
        behaviour = stall if b"/Rotate 90" in request.raw_document.content else answer_well
        return await behaviour(each, request, context)

    simulator.next(*[hang_over_the_bad_page] * 200)
    from workers.engines.pdf.mupdf import pymupdf

    made = pymupdf.open(stream=scanned_pdf("one", "two", "three", dpi=72), filetype="pdf")
    made[1].set_rotation(90)
    async with house.worker(slots=2):
        bad = (await house.accept("bad.pdf", "pdf", made.tobytes())).job_id
        good = await scans(house, 3)
        for job_id in good:
            assert (await house.state(job_id, "completed")).outcome == "success"
        job = await house.state(bad, "completed")
    assert sorted(job.warnings) == ["page-2"]
    assert job.warnings["page-2"]["code"] == "ocr_timed_out"

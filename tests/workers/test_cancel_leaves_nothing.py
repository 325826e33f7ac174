"""What a cancel leaves behind: who did it and when, what was done before, and nothing half done."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.adapters.local_writer import LocalWriter
from service.adapters.storage import losses, orphans
from service.adapters.tables import ArtifactRow, StepRow
from tests.benchmarks.measuring import cpu_seconds
from tests.support.headway_process import descendants
from tests.support.house import House, open_house
from tests.support.pdf_files import pages_alike, scanned_pdf, words
from tests.support.waiting import until
from workers.main import WorkerProcess

pytestmark = pytest.mark.anyio

OF_THE_RUNTIME = {".ses"}
"""What the OCR engine's runtime keeps there, one small file for all of its processes."""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of the worker and all of its children."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path, temporary: Path) -> AsyncIterator[House]:
    assert temporary.is_dir()
    async with open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened:
        yield opened


@pytest.mark.parametrize("route", ["text", "ocr"])
async def test_cancelled_while_pages_are_read(house: House, temporary: Path, route: str) -> None:
    """By the text layer, and by a real OCR engine: its child is killed in the midst of a page."""
    content = pages_alike(1500) if route == "text" else scanned_pdf(*[words(300)] * 3, dpi=150)
    options = {"ocr": "never"} if route == "text" else {"ocr": "always"}
    before = set(descendants(os.getpid()))
    async with house.worker() as worker:
        job_id = (await house.accept("a.pdf", "pdf", content, options=options)).job_id
        wanted = {"td"} if route == "text" else {"od", "or"}
        await until(lambda: _some_pages(house, job_id, wanted), f"pages are {wanted}")
        engines = _children(before, "workers.children.warm")
        if route == "ocr":
            (engine,) = engines
            used = cpu_seconds(engine)
            await until(lambda: cpu_seconds(engine) > used + 0.1, "it computes, on the next page")
        await house.a.commands.cancel(job_id, house.actor)
        await _is_clean(house, worker, job_id, temporary)
        assert not engines & set(descendants(os.getpid())), "the engine's child is dead"
        assert (await house.snapshot(job_id)).value["pages"], "what had been read is still told"


async def test_cancelled_while_results_are_written(
    house: House, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three results are on the disk already: they go again."""
    commit, held, placed = LocalWriter.commit, asyncio.Event(), list[str]()

    async def slow(writer: LocalWriter) -> int:
        if writer.target.name.endswith(".2"):
            held.set()
            await asyncio.Event().wait()
        size = await commit(writer)
        placed.append("/".join(writer.target.parts[-3:]))
        return size

    monkeypatch.setattr(LocalWriter, "commit", slow)
    async with house.worker() as worker:
        job_id = (await house.accept("a.pdf", "pdf", pages_alike(30))).job_id
        await asyncio.wait_for(held.wait(), 30)
        await until(lambda: sum(key[-2:] in (".0", ".1") for key in placed) == 2, "two results are there")
        await house.a.commands.cancel(job_id, house.actor)
        await _is_clean(house, worker, job_id, temporary)
    for key in placed:
        if key[-2:] in (".0", ".1"):
            assert await house.a.blobs.size(key) is None


async def test_what_was_recorded_is_kept_for_a_retry(house: House, temporary: Path) -> None:
    """Done steps keep their output, and do not run again."""
    async with house.worker() as worker:
        job_id = (await house.accept("a.pdf", "pdf", pages_alike(2500), options={"ocr": "never"})).job_id
        await until(lambda: _outputs(house, job_id), "a step of pages is done")
        await house.a.commands.cancel(job_id, house.actor)
        done = await _outputs(house, job_id)
        await _is_clean(house, worker, job_id, temporary)
        await house.a.commands.retry(job_id, house.actor)
        await house.state(job_id, "completed")
    again = await _outputs(house, job_id)
    assert done.items() <= again.items()
    assert (await house.job(job_id)).run == 2
    assert len((await house.snapshot(job_id)).value["pages"]) == 2500


async def _is_clean(house: House, worker: WorkerProcess, job_id: str, temporary: Path) -> None:
    """Once nothing runs: no file without a row, no row without its file, no result, and who and when."""
    await until(lambda: not worker.running.all(), "nothing runs any more")
    assert {each.name for each in temporary.iterdir()} <= OF_THE_RUNTIME
    assert list((house.settings.data_dir / "blobs" / "tmp").iterdir()) == []
    assert [key async for keys in orphans(house.a.db, house.a.blobs, -60) for key in keys] == []
    assert [each async for each in losses(house.a.db, house.a.blobs, sums=True)] == []
    job, value = await house.job(job_id), (await house.snapshot(job_id)).value
    assert (job.state, job.cancelled_by, value["artifacts"]) == ("cancelled", "Ada", {})
    assert job.ended_at is not None
    last = list(value["log"].values())[-1]
    assert (last["code"], last["by"], last["at"]) == ("cancelled", "Ada", round(job.ended_at, 3))
    async with house.a.db.reading() as session:
        artifacts = select(func.count()).select_from(ArtifactRow).where(ArtifactRow.job_id == job_id)
        assert await session.scalar(artifacts) == 0
        steps = (await session.scalars(select(StepRow).where(StepRow.job_id == job_id))).all()
    assert {each.state for each in steps} <= {"done", "cancelled"}
    assert not any(each.worker or each.lease_until for each in steps if each.state == "cancelled")


async def _some_pages(house: House, job_id: str, codes: set[str]) -> bool:
    return codes <= set(((await house.snapshot(job_id)).value.get("pages") or {}).values())


async def _outputs(house: House, job_id: str) -> dict[str, str]:
    async with house.a.db.reading() as session:
        found = await session.execute(
            select(StepRow.id, StepRow.output_blob).where(
                StepRow.job_id == job_id, StepRow.output_blob.is_not(None)
            )
        )
        return {step: blob for step, blob in found if blob is not None}


def _children(before: set[int], module: str) -> set[int]:
    return {pid for pid, line in descendants(os.getpid()).items() if pid not in before and module in line}

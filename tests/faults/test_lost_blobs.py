"""A blob that is gone or damaged: tried again for a moment, then a failure that says so, and never a wrong result."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.domain.work import StepDone
from tests.support.house import House, open_house
from tests.support.pdf_files import pages_alike
from tests.support.small_worker import give, phase, small, small_worker
from tests.support.waiting import until
from workers import stored
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio
CONTENT = b"what was uploaded"


async def read(context: StepContext) -> StepDone:
    return StepDone(output={"text": (await context.blobs.read(context.document.blob)).decode()})


READS = small(phase("inspecting", read), name="reads")


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as opened:
        yield opened


def blob(house: House) -> Path:
    (path,) = (each for each in (house.settings.data_dir / "blobs").rglob("*") if each.is_file())
    return path


def test_it_is_tried_after_a_half_one_and_two_seconds() -> None:
    assert stored.AGAIN_AFTER_SECONDS == (0.5, 1.0, 2.0)


@pytest.mark.parametrize("damage", ["gone", "shorter", "longer", "other", "a folder"])
async def test_what_cannot_be_read_ends_in_storage_unreadable(
    house: House, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(stored, "AGAIN_AFTER_SECONDS", (0.02, 0.03, 0.04))
    job_id = await give(house, READS, CONTENT)
    path = blob(house)
    match damage:
        case "gone":
            path.unlink()
        case "shorter":
            path.write_bytes(CONTENT[:-1])
        case "longer":
            path.write_bytes(CONTENT + b"!")
        case "other":
            path.write_bytes(CONTENT.upper())
        case _:
            path.unlink()
            path.mkdir()
    async with small_worker(house, READS):
        await house.state(job_id, "failed")
    error = (await house.snapshot(job_id)).value["error"]
    assert (error["code"], error["kind"]) == ("storage_unreadable", "fatal")
    assert error["text"] and error["advice"] and error["support_id"]


async def test_one_that_comes_back_in_time_costs_nothing_but_that(house: House) -> None:
    """A shared folder that was away for a moment."""
    job_id = await give(house, READS, CONTENT)
    path = blob(house)
    away = path.with_name("away")
    path.rename(away)

    async def says_so() -> bool:
        return ((await house.snapshot(job_id)).value.get("detail") or {}).get("code") == "storage"

    async with small_worker(house, READS):
        await until(says_so, "the card says what is wrong")
        away.rename(path)
        job = await house.state(job_id, "completed")
    assert job.attempt == 0


@pytest.mark.parametrize("damage", ["other", "gone"])
async def test_a_document_that_is_damaged_while_it_is_read_is_noticed(
    house: House, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """Neither a page nor the document is said to be at fault, and nothing is made of what was left of it."""
    monkeypatch.setattr(stored, "AGAIN_AFTER_SECONDS", (0.02, 0.03, 0.04))
    content = pages_alike(2500)
    job_id = (await house.accept("a.pdf", "pdf", content, options={"ocr": "never"})).job_id
    path = house.settings.data_dir / "blobs" / house.actor.user_id / (await house.job(job_id)).document_id

    async def reads() -> bool:
        return "td" in ((await house.snapshot(job_id)).value.get("pages") or {}).values()

    async with house.worker(drain_seconds=0.6):
        await until(reads, "pages are read")
        if damage == "gone":
            path.unlink()
        else:
            with path.open("r+b") as file:
                file.write(bytes(len(content)))
        await house.state(job_id, "failed")
    value = (await house.snapshot(job_id)).value
    assert (value["error"]["code"], value["artifacts"]) == ("storage_unreadable", {})

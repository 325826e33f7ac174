"""A disk that is full: uploads are refused before anything breaks, and work waits for room instead of failing."""

import errno
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from service.adapters.files import LocalFiles
from service.adapters.local_blobs import LocalBlobs
from service.domain.work import StepDone
from tests.support.by_hand import ByHand
from tests.support.house import House, open_house
from tests.support.http_gateway import LOCAL_TOKEN, files, gateway, settings_for
from tests.support.small_disk import small_disk
from tests.support.small_worker import give, phase, small, small_worker
from tests.support.waiting import until
from workers import recording
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio
MEBIBYTE = 1 << 20


class FullDisk(LocalFiles):
    """The fault port: while it is full, nothing more is written."""

    full = False

    def write(self, descriptor: int, chunks: list[bytes]) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(descriptor, chunks)


async def write_much(context: StepContext) -> StepDone:
    """Three mebibytes of output, and the steps of other jobs are in no way concerned."""
    async with context.blobs.writer(context.output_key) as writer:
        for _ in range(3):
            await writer.write(b"x" * MEBIBYTE)
        await writer.commit()
    return StepDone(output_blob=context.output_key)


WRITES = small(phase("inspecting"), phase("reading", write_much), name="writes")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction] -- autouse
    monkeypatch.setattr(recording, "NO_ROOM_SECONDS", 0.2)


async def waits_for_room(house: House, job_id: str) -> bool:
    value = (await house.snapshot(job_id)).value
    assert value["state"] in ("queued", "processing"), value.get("error")
    return (value.get("waits_for") or {}).get("code") == "disk_full"


async def test_work_waits_for_room_burns_no_failures_and_goes_on(
    database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk()
    monkeypatch.setattr("service.adapters.opened.LocalBlobs", partial(LocalBlobs, files=disk))
    idle = small(phase("inspecting"), name="idle")
    async with open_house(database_url, redis_url, tmp_path / "data") as house:
        job_id, other = await give(house, WRITES), await give(house, idle)
        disk.full = True
        async with small_worker(house, WRITES, idle):
            await until(lambda: waits_for_room(house, job_id), "the card says what the job waits for")
            await house.state(other, "completed")
            machine = ByHand(house, WRITES)
            attempts = (await machine.steps(job_id))[-1].attempt

            async def tried_often() -> bool:
                return (await machine.steps(job_id))[-1].attempt > attempts + 4

            await until(tried_often, "it looks again and again")
            disk.full = False
            await house.state(job_id, "completed")
        last = (await machine.steps(job_id))[-1]
        assert (last.state, last.failures, last.deaths) == ("done", 0, 0)
        value = (await house.snapshot(job_id)).value
        assert not value.get("waits_for")
        assert [line["code"] for line in value["log"].values()].count("disk_full") == 1, "it says so once"
        left = list((house.settings.data_dir / "blobs/tmp").iterdir())
        assert left == [], "nothing of the attempts in vain is left"


@pytest.fixture
async def site(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[tuple[House, Path]]:
    """A house whose blobs are on a disk of eight mebibytes."""
    with small_disk(tmp_path / "small", 8) as folder:
        async with open_house(
            sqlite_url, redis_url, tmp_path / "data", storage_url=f"file://{folder}"
        ) as house:
            yield house, folder


async def test_the_same_on_a_real_small_disk(site: tuple[House, Path]) -> None:
    house, folder = site
    ballast = folder / "ballast"
    async with small_worker(house, WRITES):
        ballast.write_bytes(b"x" * 6 * MEBIBYTE)
        job_id = await give(house, WRITES)
        await until(lambda: waits_for_room(house, job_id), "the card says what the job waits for")
        ballast.unlink()
        await house.state(job_id, "completed")


async def test_uploads_are_refused_while_there_is_still_room_for_what_runs(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", 8) as folder:
        chosen = settings_for(
            sqlite_url, redis_url, tmp_path, storage_url=f"file://{folder}", free_disk_bytes=4 * MEBIBYTE
        )
        async with gateway(chosen) as one:
            client = one.client(LOCAL_TOKEN)
            small_file = ("small.txt", b"x" * MEBIBYTE)
            assert (await client.post("/api/uploads", files=files(small_file))).status_code == 202
            (folder / "ballast").write_bytes(b"x" * 4 * MEBIBYTE)
            answer = await client.post("/api/uploads", files=files(("b.txt", b"words")))
            (rejected,) = answer.json()["rejected"]
            assert (rejected["problem"]["code"], rejected["problem"]["status"]) == ("disk_full", 507)
            assert "disk space" in rejected["problem"]["detail"]
            assert (await client.get("/api/jobs")).json()["items"][0]["name"] == "small.txt"
            (folder / "ballast").unlink()
            assert (await client.post("/api/uploads", files=files(("b.txt", b"words")))).status_code == 202


async def test_a_file_that_fills_the_disk_is_refused_leaves_nothing_and_spares_the_rest(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", 8) as folder:
        chosen = settings_for(
            sqlite_url, redis_url, tmp_path, storage_url=f"file://{folder}", free_disk_bytes=0
        )
        async with gateway(chosen) as one:
            client = one.client(LOCAL_TOKEN)
            given = files(("a.txt", b"first"), ("large.txt", b"x" * 12 * MEBIBYTE), ("b.txt", b"last"))
            answer = (await client.post("/api/uploads", files=given)).json()
            assert [each["name"] for each in answer["accepted"]] == ["a.txt", "b.txt"]
            assert [each["problem"]["code"] for each in answer["rejected"]] == ["disk_full"]
            kept = sorted(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            assert kept == [4, 5]

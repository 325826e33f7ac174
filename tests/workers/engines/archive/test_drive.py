"""Google Drive by its real client, against a Drive of our own that misbehaves."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.drive_simulator import ROOT, DriveSimulator, Trouble, drive_simulator
from workers.engines.archive.drive import DriveArchive
from workers.engines.archive.drive_client import DrivePlace
from workers.engines.archive.port import NewFile
from workers.engines.failures import EngineAway, EngineFailed
from workers.engines.persistence import Persistence

pytestmark = pytest.mark.anyio

HASTY = Persistence(
    call_seconds=2.0, total_seconds=20.0, tries=3, first_wait_seconds=0.01, longest_wait_seconds=5.0
)
CONTENT = os.urandom(20 * 1024 * 1024)
FILE = NewFile("SMC.pdf", "application/pdf", CONTENT)
UPLOAD = "PUT /upload"


@pytest.fixture
async def drive() -> AsyncIterator[DriveSimulator]:
    async with drive_simulator() as simulator:
        yield simulator


@pytest.fixture
async def engine(drive: DriveSimulator) -> AsyncIterator[DriveArchive]:
    one = DriveArchive(DrivePlace(ROOT, endpoint=drive.endpoint), HASTY)
    yield one
    await one.close()


def the_only(drive: DriveSimulator) -> bytes:
    (content,) = drive.contents.values()
    return content


@pytest.mark.parametrize(
    ("trouble", "at"),
    [
        ((429, "rateLimitExceeded", 1), "GET"),
        ((403, "userRateLimitExceeded"), "POST /drive"),
        ((500, "backendError"), "POST /upload"),
        ((503, "backendError"), UPLOAD),
        ("cut", UPLOAD),
        ("lost", UPLOAD),
        ("lost", "POST /upload"),
        ("hang", UPLOAD),
    ],
)
async def test_what_passes_is_not_noticed(
    drive: DriveSimulator, engine: DriveArchive, trouble: Trouble, at: str
) -> None:
    drive.next(trouble, at)
    await engine.place("job:step", ["MV Ocean Star"], [FILE])
    assert the_only(drive) == CONTENT
    assert drive.names() == ["MV Ocean Star"]


async def test_a_cut_upload_goes_on_where_it_was_cut(drive: DriveSimulator, engine: DriveArchive) -> None:
    drive.next("cut", UPLOAD)
    drive.next("cut", UPLOAD)
    await engine.place("job:step", [], [FILE])
    assert the_only(drive) == CONTENT
    assert drive.received < len(CONTENT) + 600 * 1024, "next to nothing was sent twice"


async def test_an_upload_that_drive_has_forgotten_begins_anew(
    drive: DriveSimulator, engine: DriveArchive
) -> None:
    drive.next((404, "notFound"), UPLOAD)
    await engine.place("job:step", [], [FILE])
    assert the_only(drive) == CONTENT


@pytest.mark.parametrize(
    ("trouble", "at", "code", "kind"),
    [
        ((401, "authError"), "", "archive_denied", "fatal"),
        ((403, "insufficientFilePermissions"), "POST /upload", "archive_denied", "fatal"),
        ((403, "storageQuotaExceeded"), "PUT", "archive_full", "fatal"),
        ((400, "invalid"), "POST", "archive_refused", "usage"),
        ((429, "rateLimitExceeded"), "GET", "archive_quota", "transient"),
        ((503, "backendError"), "PUT", "archive_busy", "transient"),
        ("cut", "POST /upload", "archive_busy", "transient"),
        ("hang", "GET", "archive_timed_out", "transient"),
    ],
)
async def test_what_does_not_pass_is_said_with_its_kind(
    drive: DriveSimulator, engine: DriveArchive, trouble: Trouble, at: str, code: str, kind: str
) -> None:
    drive.next(trouble, at, times=1000)
    with pytest.raises(EngineFailed) as failed:
        await engine.place("job:step", ["MV Ocean Star"], [FILE])
    assert (failed.value.code, failed.value.kind) == (code, kind)
    assert failed.value.params["engine"] == "Google Drive"
    assert isinstance(failed.value, EngineAway) == (kind == "transient")
    assert drive.contents == {}


async def test_a_long_wait_that_drive_asks_for_is_left_to_the_breaker(
    drive: DriveSimulator, engine: DriveArchive
) -> None:
    drive.next((429, "rateLimitExceeded", 90), "GET")
    with pytest.raises(EngineAway) as away:
        await engine.place("job:step", ["MV Ocean Star"], [FILE])
    assert (away.value.retry_after, away.value.sure, len(drive.seen)) == (90.0, True, 1)


async def test_a_root_folder_that_is_not_there_is_said_to_be(drive: DriveSimulator) -> None:
    engine = DriveArchive(DrivePlace("elsewhere", endpoint=drive.endpoint), HASTY)
    for folder in ([], ["MV Ocean Star"]):
        with pytest.raises(EngineFailed) as failed:
            await engine.place("job:step", folder, [FILE])
        assert (failed.value.code, failed.value.kind) == ("archive_folder_missing", "fatal")
    await engine.close()


async def test_no_service_at_all_is_away(drive: DriveSimulator) -> None:
    engine = DriveArchive(DrivePlace(ROOT, endpoint="http://127.0.0.1:9"), HASTY)
    with pytest.raises(EngineAway) as away:
        await engine.place("job:step", [], [FILE])
    assert away.value.sure
    await engine.close()


async def test_workers_at_the_same_time_make_one_folder(drive: DriveSimulator) -> None:
    engines = [DriveArchive(DrivePlace(ROOT, endpoint=drive.endpoint), HASTY) for _ in range(4)]
    await asyncio.gather(
        *(engine.place(f"job{n}:step", ["Ships", "O'Neill \\ 1"], [FILE]) for n, engine in enumerate(engines))
    )
    assert drive.names() == ["Ships"]
    (ships,) = (each["id"] for each in drive.files.values() if each["name"] == "Ships")
    (ship,) = (each["id"] for each in drive.files.values() if each["parents"] == [ships])
    assert drive.names(ship) == ["SMC.pdf"] * 4
    for engine in engines:
        await engine.close()


async def test_files_go_up_at_the_same_time(drive: DriveSimulator, engine: DriveArchive) -> None:
    await engine.place("job:step", [], [FILE, FILE])
    assert drive.most_under_way == 2
    assert len(drive.contents) == 2


async def test_who_is_cancelled_leaves_no_file_and_the_next_begins_well(
    drive: DriveSimulator, engine: DriveArchive
) -> None:
    drive.next("hang", UPLOAD)
    task = asyncio.create_task(engine.place("job:step", [], [FILE]))
    await drive.hung.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert drive.contents == {}
    await engine.place("job:step", [], [FILE])
    assert the_only(drive) == CONTENT


async def test_credentials_that_cannot_be_read_are_told_to_operators(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text("{}")
    engine = DriveArchive(DrivePlace(ROOT, credentials_file=key))
    assert "credentials" in (await engine.check() or "")
    with pytest.raises(EngineFailed) as failed:
        await engine.place("job:step", [], [FILE])
    assert (failed.value.code, failed.value.kind) == ("archive_denied", "fatal")
    await engine.close()

"""Whatever the moment of a power cut: no row without its bytes.

The disk under the blobs is a simulated one that forgets what was not synced. The rows are in a real SQLite, whose own
durability at a commit (`synchronous=FULL`) is trusted and not simulated: a row that was committed counts as there.
"""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from service.adapters.local_blobs import LocalBlobs
from service.adapters.tables import DocumentRow
from tests.support.http_gateway import Gateway, files, gateway, settings_for
from tests.support.power_cut import ForgetfulDisk, PowerCut, disks
from tests.support.waiting import until

pytestmark = pytest.mark.anyio
FIRST, SECOND = b"the first document\n" * 70_000, b"the second one\n"
Omitted = Callable[[str, Path], bool]


@pytest.fixture
async def site(
    sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Gateway, ForgetfulDisk]]:
    """A gateway whose blobs are on a forgetful disk."""
    disk = ForgetfulDisk(tmp_path)
    monkeypatch.setattr("service.adapters.opened.LocalBlobs", partial(LocalBlobs, files=disk))
    # Each cut is an error to the gateway; to print them all takes longer than to make them.
    with capture_logs():
        async with gateway(settings_for(sqlite_url, redis_url, tmp_path)) as one:
            yield one, disk


async def upload(one: Gateway, disk: ForgetfulDisk, cut_at: int | None) -> tuple[str, list[str]]:
    """Two files of somebody new, with the power gone at a call; the user's id, and the laws that were broken."""
    user, client = await one.user("Ada")
    disk.begin(cut_at)
    answer = await client.post("/api/uploads", files=files(("a.txt", FIRST), ("b.txt", SECOND)))
    assert (answer.status_code == 202) == bool(answer.json()["accepted"])
    broken: list[str] = []
    async with one.db.reading() as session:
        rows = (await session.scalars(select(DocumentRow).where(DocumentRow.owner_id == user.user_id))).all()
    assert len(rows) == len(answer.json()["accepted"])
    for what, left in disks(disk):
        for row in rows:
            content = left.get(one.store / user.user_id / row.id)
            if content is None or hashlib.sha256(content).hexdigest() != row.sha256:
                broken.append(f"cut before call {cut_at}, disk that {what}: {row.name} is accepted and lost")
    return user.user_id, broken


async def all_cuts(one: Gateway, disk: ForgetfulDisk) -> list[str]:
    """The laws that a cut before any of the calls breaks, and one after all of them."""
    await upload(one, disk, None)
    calls = len(disk.calls)
    return [law for cut in range(calls + 1) for law in (await upload(one, disk, cut))[1]]


async def test_no_accepted_document_is_lost_whatever_the_moment_of_the_cut(
    site: tuple[Gateway, ForgetfulDisk],
) -> None:
    one, disk = site
    assert await all_cuts(one, disk) == []
    user_id, _ = await upload(one, disk, None)
    kinds = [kind for kind, _ in disk.calls]
    assert kinds == [
        *("create", "write", "write", "sync", "make_folder", "sync_folder", "rename", "sync_folder"),
        *("create", "write", "sync", "rename", "sync_folder"),
    ]
    assert disk.calls[5] == ("sync_folder", one.store) and disk.calls[7] == (
        "sync_folder",
        one.store / user_id,
    )


@pytest.mark.parametrize("kind", ["file", "folder", "folder above"])
async def test_each_sync_is_needed(site: tuple[Gateway, ForgetfulDisk], kind: str) -> None:
    """Teeth: without any one of them the same cuts lose a document."""
    one, disk = site
    omitted: dict[str, Omitted] = {
        "file": lambda call, _path: call == "sync",
        "folder": lambda call, path: call == "sync_folder" and path.parent == one.store,
        "folder above": lambda call, path: call == "sync_folder" and path == one.store,
    }
    disk.omitted = omitted[kind]
    assert await all_cuts(one, disk)


async def test_a_folder_that_another_writer_has_just_made_is_synced_all_the_same(
    site: tuple[Gateway, ForgetfulDisk],
) -> None:
    """The one that made it stops before it syncs the folder's name; the other must not rely on it."""
    one, disk = site
    other = LocalBlobs(one.store, files=disk)
    stopped, go_on = threading.Event(), threading.Event()

    def stop_once(kind: str, path: Path) -> None:
        if (kind, path) == ("sync_folder", one.store) and not stopped.is_set():
            stopped.set()
            assert go_on.wait(20)

    disk.begin()
    disk.before = stop_once
    user, client = await one.user("Ada")
    first = asyncio.create_task(other.put(f"{user.user_id}/first", FIRST))
    await until(stopped.is_set, "the first writer has made the folder")
    try:
        answer = await client.post("/api/uploads", files=files(("b.txt", SECOND)))
        document = answer.json()["accepted"][0]["document_id"]
        for what, left in disks(disk):
            assert left.get(one.store / user.user_id / document) == SECOND, f"lost by the disk that {what}"
    finally:
        go_on.set()
        await first
        await other.close()


async def test_the_store_itself_is_there_after_a_cut(tmp_path: Path) -> None:
    disk = ForgetfulDisk(tmp_path)
    store = LocalBlobs(tmp_path / "data" / "blobs", files=disk)
    await store.put("owner/document", SECOND)
    for what, left in disks(disk):
        assert left == {tmp_path / "data/blobs/owner/document": SECOND}, what
    disk.begin(cut_at=3)
    with pytest.raises(PowerCut):
        await store.put("owner/another", FIRST)
    await store.close()

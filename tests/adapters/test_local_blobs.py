"""A blob is there whole and durable, or not at all; and no key leads out of the store."""

import asyncio
import errno
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from service.adapters import local_blobs
from service.adapters.blob_store import BlobDamaged, BlobMissing, BlobStore
from service.adapters.local_blobs import LocalBlobs
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

HOSTILE = [
    "",
    "alone",
    "/etc/passwd",
    "../x/y",
    "a/../../b",
    "a/..",
    "a/.",
    "a//b",
    "a/b/",
    "./a/b",
    "a/.hidden",
    "tmp/x",
    "a/b\x00",
    "a/b\n",
    "a\\..\\b/c",
    "a/é",
    "a/b c",
    "a/" + "x" * 200,
    "a/b/c/d/e/f",
]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[BlobStore]:
    one = LocalBlobs(tmp_path / "store")
    yield one
    await one.close()


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


async def collected(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


async def test_what_is_written_in_pieces_is_read_whole_with_size_and_sum(store: BlobStore) -> None:
    content = os.urandom(3_500_000)
    async with store.writer() as writer:
        for at in range(0, len(content), 70_001):
            await writer.write(content[at : at + 70_001])
        stored = await writer.commit("owner/document")
    assert stored.size == await store.size("owner/document") == len(content)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert await store.read("owner/document") == content
    assert await collected(store.chunks("owner/document")) == content
    assert await collected(store.chunks("owner/document", 10, 600_000)) == content[10:600_000]
    async with store.local_copy("owner/document") as path:
        assert path.read_bytes() == content


async def test_a_blob_replaces_an_earlier_one_whole(store: BlobStore) -> None:
    await store.put("job/step/1", b"longer than the next")
    await store.put("job/step/1", b"")
    assert await store.read("job/step/1") == b""
    assert await store.size("job/step/1") == 0


async def test_leaving_without_a_commit_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    with suppress(RuntimeError):
        async with store.writer() as writer:
            await writer.write(b"x" * 5_000_000)
            raise RuntimeError
    async with store.writer() as writer:
        await writer.write(b"x")
    assert files(tmp_path) == []


async def test_a_cancelled_writer_leaves_nothing(store: BlobStore, tmp_path: Path) -> None:
    async def write_for_ever() -> None:
        async with store.writer() as writer:
            while True:
                await writer.write(b"x" * 400_000)

    task = asyncio.ensure_future(write_for_ever())
    await until(lambda: files(tmp_path), "a temporary file")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: files(tmp_path) == [], "the temporary file is gone")


async def test_nothing_is_seen_before_the_commit(store: BlobStore) -> None:
    async with store.writer() as writer:
        await writer.write(b"x" * 3_000_000)
        assert await store.size("a/b") is None
        await writer.commit("a/b")
    assert await store.size("a/b") == 3_000_000


async def test_a_full_disk_is_an_error_and_leaves_nothing(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _content: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("service.adapters.files.os.writev", full)
    async with store.writer() as writer:
        await writer.write(b"x" * 2_000_000)
        with pytest.raises(OSError, match="No space"):
            await writer.commit("a/b")
    assert files(tmp_path) == []


async def test_a_disk_that_takes_a_little_at_a_time_gets_all(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(descriptor: int, chunks: list[bytes]) -> int:
        return os.write(descriptor, b"".join(chunks)[:1000])

    monkeypatch.setattr("service.adapters.files.os.writev", slow)
    content = os.urandom(2_500_000)
    async with store.writer() as writer:
        for at in range(0, len(content), 1013):
            await writer.write(content[at : at + 1013])
        await writer.commit("a/b")
    assert await store.read("a/b") == content


async def test_a_blob_is_synced_before_its_name_and_its_folder_after(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        happened.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        fsync(descriptor)

    def noted_replace(path: Path, target: Path) -> Path:
        happened.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    await store.put("owner/document", b"x")
    assert happened == ["file", "folder", "rename", "folder"]


async def test_missing_blobs_are_said_to_be_missing(store: BlobStore) -> None:
    await store.put("a/b", b"x")
    for key in ("a/c", "x/y", "a/b/c"):
        assert await store.size(key) is None
        await store.delete(key)
        with pytest.raises(BlobMissing):
            await store.read(key)
        with pytest.raises(BlobMissing):
            await collected(store.chunks(key))
        with pytest.raises(BlobMissing):
            async with store.local_copy(key):
                pass


async def test_deleting_takes_one_or_a_tree_and_no_neighbour(store: BlobStore) -> None:
    for key in ("job/s1/1", "job/s2/1", "jobs/s1/1"):
        await store.put(key, b"x")
    await store.delete("job/s1/1")
    assert [await store.size(key) for key in ("job/s1/1", "job/s2/1")] == [None, 1]
    await store.delete_tree("job")
    assert [key async for key in store.keys(-1)] == ["jobs/s1/1"]
    await store.delete_tree("job")
    await store.delete_tree("jobs/s1/1")
    assert [key async for key in store.keys(-1)] == []


async def test_keys_are_told_by_age_without_temporary_files(store: BlobStore, tmp_path: Path) -> None:
    await store.put("a/old", b"x")
    await store.put("a/new", b"x")
    os.utime(tmp_path / "store/a/old", (0, time.time() - 5000))
    async with store.writer() as writer:
        await writer.write(b"x" * 2_000_000)
        assert [key async for key in store.keys(3600)] == ["a/old"]
        assert sorted([key async for key in store.keys(-1)]) == ["a/new", "a/old"]


@pytest.mark.parametrize("key", HOSTILE)
async def test_no_key_leads_out_of_the_store(store: BlobStore, key: str, tmp_path: Path) -> None:
    await store.put("tame/key", b"x")
    before = files(tmp_path)
    for call in (store.read, store.size, store.delete):
        with pytest.raises(ValueError, match="not a key"):
            await call(key)
    with pytest.raises(ValueError, match="not a key"):
        await store.put(key, b"x")
    with pytest.raises(ValueError, match="not a key"):
        await collected(store.chunks(key))
    with pytest.raises(ValueError, match="not a key"):
        async with store.local_copy(key):
            pass
    if key != "alone":
        with pytest.raises(ValueError, match="not a key"):
            await store.delete_tree(key)
    assert files(tmp_path) == before


async def test_what_a_killed_writer_left_goes_after_an_hour(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, sys, pathlib\n"
        "from service.adapters.local_blobs import LocalBlobs\n"
        "async def main():\n"
        "    async with LocalBlobs(pathlib.Path(sys.argv[1])).writer() as writer:\n"
        "        await writer.write(b'x' * 3_000_000)\n"
        "        await writer.write(b'x' * 3_000_000)\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (left,) = (tmp_path / "tmp").iterdir()
    store = LocalBlobs(tmp_path)
    await store.put("a/b", b"x")
    assert left.exists(), "it may still be written to by another process"
    os.utime(left, (0, time.time() - 3700))
    again = LocalBlobs(tmp_path)
    await again.put("a/b", b"x")
    assert files(tmp_path) == ["a/b"]
    await store.close()
    await again.close()


async def test_room_is_told_in_bytes(store: BlobStore, tmp_path: Path) -> None:
    free = await store.free_bytes()
    assert free is not None
    assert abs(free - os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize) < 2**30


async def test_what_was_found_well_is_read_again_only_when_it_was_touched(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever time its writer gave it; and now and then all the same."""
    digest, read = hashlib.file_digest, list[str]()

    def counted(file: Any, kind: str) -> Any:
        read.append(kind)
        return digest(file, kind)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    sha256 = (await store.put("owner/document", b"as it was")).sha256
    for _ in range(3):
        await store.verify("owner/document", 9, sha256)
    assert len(read) == 1
    (path,) = (each for each in tmp_path.rglob("document") if each.is_file())
    before = path.stat()
    path.write_bytes(b"As it was")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(BlobDamaged):
        await store.verify("owner/document", 9, sha256)
    path.write_bytes(b"as it was")
    await store.verify("owner/document", 9, sha256)
    monkeypatch.setattr(local_blobs, "TRUSTED_SECONDS", 0.0)
    await store.verify("owner/document", 9, sha256)
    assert len(read) == 4

"""A blob is there whole and durable, or not at all; and no key leads out of the store."""

import errno
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from service.adapters import local_blobs
from service.adapters.blob_store import BlobDamaged, BlobStore
from service.adapters.local_blobs import LocalBlobs

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[BlobStore]:
    one = LocalBlobs(tmp_path / "store")
    yield one
    await one.close()


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


async def collected(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


async def test_a_full_disk_is_an_error_and_leaves_nothing(
    store: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _content: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("service.adapters.files.os.writev", full)
    async with store.writer("a/b") as writer:
        await writer.write(b"x" * 2_000_000)
        with pytest.raises(OSError, match="No space"):
            await writer.commit()
    assert files(tmp_path) == []


async def test_a_disk_that_takes_a_little_at_a_time_gets_all(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(descriptor: int, chunks: list[bytes]) -> int:
        return os.write(descriptor, b"".join(chunks)[:1000])

    monkeypatch.setattr("service.adapters.files.os.writev", slow)
    content = os.urandom(2_500_000)
    async with store.writer("a/b") as writer:
        for at in range(0, len(content), 1013):
            await writer.write(content[at : at + 1013])
        await writer.commit()
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


async def test_what_a_killed_writer_left_goes_after_an_hour(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, sys, pathlib\n"
        "from service.adapters.local_blobs import LocalBlobs\n"
        "async def main():\n"
        "    async with LocalBlobs(pathlib.Path(sys.argv[1])).writer('a/b') as writer:\n"
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
    await store.put("owner/document", b"as it was")
    sha256 = hashlib.sha256(b"as it was").hexdigest()
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

"""A blob is there whole and durable, or not at all; and no key leads out of the store: on every engine of the port."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.adapters.blob_store import BlobDamaged, BlobMissing, BlobStore
from service.adapters.local_blobs import LocalBlobs
from service.adapters.local_copies import LocalCopies
from service.adapters.object_blobs import ObjectBlobs
from tests.support.s3_server import S3Bucket
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


@dataclass
class Place:
    """A store; all that it has, what is not finished too; a way to make a blob look old."""

    store: BlobStore
    stored: Callable[[], list[str]]
    age: Callable[[str, float], None]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


async def collected(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


@pytest.fixture(params=["folder", "bucket"])
async def place(request: pytest.FixtureRequest, tmp_path: Path, bucket: S3Bucket) -> AsyncIterator[Place]:
    """Each engine in turn."""
    if request.param == "folder":
        store = LocalBlobs(tmp_path / "store")

        def age_file(key: str, seconds: float) -> None:
            then = time.time() - seconds
            os.utime(tmp_path / "store" / key, (then, then))

        yield Place(store, lambda: files(tmp_path), age_file)
    else:
        store = ObjectBlobs(bucket.place(), LocalCopies(tmp_path / "copies", 10_000_000))

        def stored() -> list[str]:
            return sorted([*bucket.objects(), *bucket.parts()])

        def age_object(key: str, seconds: float) -> None:
            bucket.age(f"some/where/{key}", seconds)

        yield Place(store, stored, age_object)
    await store.close()


async def test_what_is_written_in_pieces_is_read_whole_with_size_and_sum(place: Place) -> None:
    content = os.urandom(18_500_000)
    digest = hashlib.sha256()
    async with place.store.writer("owner/document", digest) as writer:
        for at in range(0, len(content), 70_001):
            await writer.write(content[at : at + 70_001])
        size = await writer.commit()
    assert size == await place.store.size("owner/document") == len(content)
    assert digest.digest() == hashlib.sha256(content).digest()
    assert await place.store.read("owner/document") == content
    assert await collected(place.store.chunks("owner/document")) == content
    assert await collected(place.store.chunks("owner/document", 10, 6_000_000)) == content[10:6_000_000]
    async with place.store.local_copy("owner/document") as path:
        assert path.read_bytes() == content


async def test_a_blob_replaces_an_earlier_one_whole(place: Place) -> None:
    await place.store.put("job/step/1", b"longer than the next")
    await place.store.put("job/step/1", b"")
    assert await place.store.read("job/step/1") == b""
    assert await place.store.size("job/step/1") == 0


async def test_leaving_without_a_commit_leaves_nothing(place: Place) -> None:
    with suppress(RuntimeError):
        async with place.store.writer("a/b") as writer:
            await writer.write(b"x" * 5_000_000)
            raise RuntimeError
    async with place.store.writer("a/b") as writer:
        await writer.write(b"x")
    assert place.stored() == []


async def test_a_cancelled_writer_leaves_nothing(place: Place) -> None:
    async def write_for_ever() -> None:
        async with place.store.writer("a/b") as writer:
            while True:
                await writer.write(b"x" * 400_000)

    task = asyncio.ensure_future(write_for_ever())
    await until(place.stored, "a temporary file")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: place.stored() == [], "the temporary file is gone")


async def test_nothing_is_seen_before_the_commit(place: Place) -> None:
    async with place.store.writer("a/b") as writer:
        await writer.write(b"x" * 3_000_000)
        assert await place.store.size("a/b") is None
        await writer.commit()
    assert await place.store.size("a/b") == 3_000_000


async def test_missing_blobs_are_said_to_be_missing(place: Place) -> None:
    await place.store.put("a/b", b"x")
    for key in ("a/c", "x/y", "a/b/c"):
        assert await place.store.size(key) is None
        await place.store.delete(key)
        with pytest.raises(BlobMissing):
            await place.store.read(key)
        with pytest.raises(BlobMissing):
            await collected(place.store.chunks(key))
        with pytest.raises(BlobMissing):
            async with place.store.local_copy(key):
                pass


async def test_deleting_takes_one_or_a_tree_and_no_neighbour(place: Place) -> None:
    for key in ("job/s1/1", "job/s2/1", "jobs/s1/1"):
        await place.store.put(key, b"x")
    await place.store.delete("job/s1/1")
    assert [await place.store.size(key) for key in ("job/s1/1", "job/s2/1")] == [None, 1]
    await place.store.delete_tree("job")
    assert [key async for key in place.store.keys(-1)] == ["jobs/s1/1"]
    await place.store.delete_tree("job")
    await place.store.delete_tree("jobs/s1/1")
    assert [key async for key in place.store.keys(-1)] == []


async def test_keys_are_told_by_age_without_temporary_files(place: Place) -> None:
    await place.store.put("a/old", b"x")
    await place.store.put("a/new", b"x")
    place.age("a/old", 5000)
    async with place.store.writer("a/b") as writer:
        await writer.write(b"x" * 2_000_000)
        assert [key async for key in place.store.keys(3600)] == ["a/old"]
        assert sorted([key async for key in place.store.keys(-1)]) == ["a/new", "a/old"]


@pytest.mark.parametrize("key", HOSTILE)
async def test_no_key_leads_out_of_the_store(place: Place, key: str) -> None:
    await place.store.put("tame/key", b"x")
    before = place.stored()
    for call in (place.store.read, place.store.size, place.store.delete):
        with pytest.raises(ValueError, match="not a key"):
            await call(key)
    with pytest.raises(ValueError, match="not a key"):
        await place.store.put(key, b"x")
    with pytest.raises(ValueError, match="not a key"):
        await collected(place.store.chunks(key))
    with pytest.raises(ValueError, match="not a key"):
        async with place.store.local_copy(key):
            pass
    if key != "alone":
        with pytest.raises(ValueError, match="not a key"):
            await place.store.delete_tree(key)
    assert place.stored() == before


async def test_what_is_not_as_it_was_written_is_told(place: Place) -> None:
    await place.store.put("owner/document", b"as it was")
    sha256 = hashlib.sha256(b"as it was").hexdigest()
    for _ in range(2):
        await place.store.verify("owner/document", 9, sha256)
    await place.store.verify("owner/document", None)
    with pytest.raises(BlobDamaged, match="9 bytes instead of 8"):
        await place.store.verify("owner/document", 8, sha256)
    await place.store.put("owner/document", b"As it was")
    await place.store.verify("owner/document", 9)
    with pytest.raises(BlobDamaged, match="SHA-256"):
        await place.store.verify("owner/document", 9, sha256)
    await place.store.delete("owner/document")
    with pytest.raises(BlobMissing) as missing:
        await place.store.verify("owner/document", 9, sha256)
    assert not isinstance(missing.value, BlobDamaged)


async def test_pieces_that_are_asked_for_beyond_the_end_are_none(place: Place) -> None:
    await place.store.put("a/b", b"12345")
    assert await collected(place.store.chunks("a/b", 3, 100)) == b"45"
    assert await collected(place.store.chunks("a/b", 5)) == b""
    assert await collected(place.store.chunks("a/b", 100, 200)) == b""


async def test_many_blobs_go_with_their_tree(place: Place) -> None:
    """More than one request lists or deletes."""
    for at in range(0, 1100, 100):
        await asyncio.gather(*(place.store.put(f"job/step/{number}", b"") for number in range(at, at + 100)))
    assert len([key async for key in place.store.keys(-1)]) == 1100
    await place.store.delete_tree("job")
    assert [key async for key in place.store.keys(-1)] == []

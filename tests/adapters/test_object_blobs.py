"""A bucket that is slow, refuses, breaks off or is not there: said as what it is, and nothing half done is seen."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.adapters.blob_store import BlobDamaged, BlobMissing, StorageAway
from service.adapters.bucket import BucketPlace
from service.adapters.local_copies import LocalCopies
from service.adapters.object_blobs import ObjectBlobs
from tests.support.http_trouble import HttpTrouble, Trouble, trouble_before
from tests.support.s3_server import S3Bucket
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

MEBIBYTE = 1024 * 1024


@pytest.fixture
async def proxy(bucket: S3Bucket) -> AsyncIterator[HttpTrouble]:
    async with trouble_before(bucket.endpoint) as before:
        yield before


@pytest.fixture
async def store(bucket: S3Bucket, proxy: HttpTrouble, tmp_path: Path) -> AsyncIterator[ObjectBlobs]:
    one = ObjectBlobs(bucket.place(proxy.endpoint), LocalCopies(tmp_path / "copies", 100 * MEBIBYTE))
    yield one
    await one.close()


def copies(folder: Path) -> list[Path]:
    return [path for path in (folder / "copies").rglob("*") if path.is_file() and path.suffix != ".lock"]


async def all_fail(store: ObjectBlobs) -> list[StorageAway]:
    """What each operation of the port says."""

    async def chunks() -> None:
        async for _ in store.chunks("a/b"):
            pass

    async def keys() -> None:
        async for _ in store.keys(0):
            pass

    async def local_copy() -> None:
        async with store.local_copy("a/b"):
            pass

    said: list[StorageAway] = []
    for call in (
        chunks,
        keys,
        local_copy,
        lambda: store.put("a/b", b"x"),
        lambda: store.put("a/b", b"x" * 9 * MEBIBYTE),
        lambda: store.read("a/b"),
        lambda: store.size("a/b"),
        lambda: store.verify("a/b", None),
        lambda: store.delete("a/b"),
        lambda: store.delete_tree("a"),
    ):
        with pytest.raises(StorageAway) as away:
            await call()
        said.append(away.value)
    return said


@pytest.mark.parametrize(("status", "advice"), [(403, "refuses us"), (401, "refuses us"), (503, "answer")])
async def test_a_store_that_refuses_is_away_and_says_what_to_do(
    store: ObjectBlobs, proxy: HttpTrouble, bucket: S3Bucket, status: int, advice: str
) -> None:
    proxy.trouble(status)
    assert all(advice in away.advice for away in await all_fail(store))
    assert (bucket.objects(), bucket.parts()) == ({}, [])


async def test_a_store_that_nobody_is_at_is_away(bucket: S3Bucket, tmp_path: Path) -> None:
    store = ObjectBlobs(bucket.place("http://127.0.0.1:9"), LocalCopies(tmp_path, MEBIBYTE))
    assert all("endpoint" in away.advice for away in await all_fail(store))


async def test_a_bucket_that_is_not_there_loses_no_blobs(bucket: S3Bucket, tmp_path: Path) -> None:
    place = bucket.place()
    elsewhere = BucketPlace("s3://there-is-none", place.endpoint, "us-east-1", "key", place.secret_access_key)
    store = ObjectBlobs(elsewhere, LocalCopies(tmp_path, MEBIBYTE))
    for call in (lambda: store.verify("a/b", 1), lambda: store.put("a/b", b"x"), lambda: store.read("a/b")):
        with pytest.raises(StorageAway) as away:
            await call()
        assert "no such bucket" in away.value.advice


@pytest.mark.parametrize("trouble", [503, "cut request", "lose answer", "hang"])
async def test_what_passes_is_not_noticed(
    store: ObjectBlobs, proxy: HttpTrouble, bucket: S3Bucket, trouble: Trouble
) -> None:
    content = os.urandom(20 * MEBIBYTE)
    proxy.trouble(trouble, "PUT", has="partNumber=2", times=1)
    await store.put("owner/document", content)
    assert bucket.objects() == {"some/where/owner/document": content}
    proxy.trouble("cut answer", "GET", times=1)
    assert b"".join([piece async for piece in store.chunks("owner/document")]) == content


@pytest.mark.parametrize("trouble", [503, "cut request", "hang"])
@pytest.mark.parametrize("at", ["PUT", "POST"])
async def test_what_does_not_pass_leaves_nothing(
    store: ObjectBlobs, proxy: HttpTrouble, bucket: S3Bucket, trouble: Trouble, at: str
) -> None:
    """In the middle of the parts, and where they are to become an object."""
    proxy.trouble(trouble, at, has="partNumber=2" if at == "PUT" else "uploadId=")
    with pytest.raises(StorageAway):
        await store.put("owner/document", b"x" * 20 * MEBIBYTE)
    await until(lambda: not bucket.parts(), "the parts are given back")
    assert bucket.objects() == {}


async def test_what_breaks_off_is_never_taken_for_whole(
    store: ObjectBlobs, proxy: HttpTrouble, tmp_path: Path
) -> None:
    content = b"x" * 20 * MEBIBYTE
    await store.put("owner/document", content)
    proxy.trouble("cut answer", "GET")
    with pytest.raises(StorageAway):
        await store.read("owner/document")
    with pytest.raises(StorageAway):
        await store.verify("owner/document", None, hashlib.sha256(content).hexdigest())
    assert copies(tmp_path) == []


async def test_who_is_cancelled_while_a_store_hangs_does_not_wait_for_it(
    store: ObjectBlobs, proxy: HttpTrouble, bucket: S3Bucket
) -> None:
    proxy.trouble("hang", "PUT")
    task = asyncio.create_task(store.put("owner/document", b"x" * 20 * MEBIBYTE))
    await proxy.hung.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(6):
            await task
    proxy.peace()
    await until(lambda: not bucket.parts(), "the parts are given back")
    assert bucket.objects() == {}


async def test_a_document_is_fetched_once_for_all_its_steps(
    store: ObjectBlobs, proxy: HttpTrouble, tmp_path: Path
) -> None:
    content = b"x" * 9 * MEBIBYTE
    size, sha256 = await store.put("owner/document", content), hashlib.sha256(content).hexdigest()

    async def step() -> None:
        await store.verify("owner/document", size, sha256)
        async with store.local_copy("owner/document") as path:
            assert path.stat().st_size == size

    proxy.seen.clear()
    await asyncio.gather(*(step() for _ in range(5)))
    await step()
    assert len([line for line in proxy.seen if line.startswith("GET")]) == 2, "in two pieces"
    assert len(copies(tmp_path)) == 1
    await store.put("owner/document", b"other")
    async with store.local_copy("owner/document") as path:
        assert path.read_bytes() == b"other"
    await store.close()
    assert copies(tmp_path) == []


async def test_copies_make_room_for_others_but_not_those_in_use(bucket: S3Bucket, tmp_path: Path) -> None:
    store = ObjectBlobs(bucket.place(), LocalCopies(tmp_path / "copies", 25))
    for name in "abc":
        await store.put(f"o/{name}", b"1234567890")
    async with store.local_copy("o/a") as first:
        async with store.local_copy("o/b"):
            pass
        async with store.local_copy("o/c"):
            assert len(copies(tmp_path)) == 2, "the second made room"
        assert first.read_bytes() == b"1234567890"
    await store.close()


async def test_what_a_killed_process_had_copied_is_removed_by_the_next(
    bucket: S3Bucket, tmp_path: Path
) -> None:
    code = (
        "import asyncio, os, pathlib, sys\n"
        "from service.adapters.local_copies import LocalCopies\n"
        "async def fetch(path):\n"
        "    path.write_bytes(b'x')\n"
        "    return ''\n"
        "async def main():\n"
        "    async with LocalCopies(pathlib.Path(sys.argv[1]), 1).of('a', 1, fetch):\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "copies")], check=False)
    (left,) = copies(tmp_path)
    store = ObjectBlobs(bucket.place(), LocalCopies(tmp_path / "copies", MEBIBYTE))
    await store.put("a/b", b"x")
    async with store.local_copy("a/b") as path:
        assert copies(tmp_path) == [path] != [left]
    await store.close()


async def test_a_blob_that_is_replaced_while_it_is_read_is_not_mixed(store: ObjectBlobs) -> None:
    await store.put("a/b", b"x" * 5 * MEBIBYTE)
    pieces = store.chunks("a/b")
    await anext(pieces)
    await store.put("a/b", b"y" * 5 * MEBIBYTE)
    with pytest.raises(BlobDamaged, match="anew"):
        await anext(pieces)


async def test_what_is_no_blob_is_left_alone(store: ObjectBlobs, bucket: S3Bucket) -> None:
    """A file that somebody else put there is not ours to collect."""
    bucket.backend.put_object(bucket.name, "some/where/MV Star/a certificate.pdf", b"x")
    bucket.backend.put_object(bucket.name, "elsewhere/a/b", b"x")
    assert [key async for key in store.keys(-1)] == []
    with pytest.raises(BlobMissing):
        await store.read("a/b")


async def test_a_large_upload_takes_little_memory(bucket: S3Bucket, tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, resource, sys\n"
        "from service.adapters.bucket import BucketPlace\n"
        "from service.adapters.local_copies import LocalCopies\n"
        "from service.adapters.object_blobs import ObjectBlobs\n"
        "from pydantic import SecretStr\n"
        "async def main():\n"
        "    place = BucketPlace(sys.argv[1], sys.argv[2], 'us-east-1', 'key', SecretStr('secret'))\n"
        "    store = ObjectBlobs(place, LocalCopies(pathlib.Path(sys.argv[3]), 1))\n"
        "    await store.put('a/small', b'x')\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    async with store.writer('a/large') as writer:\n"
        "        for _ in range(96 * 16):\n"
        "            await writer.write(bytes(65536))\n"
        "        await writer.commit()\n"
        "    async with store.local_copy('a/large') as path:\n"
        "        print(path.stat().st_size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
    )
    arguments = (bucket.url, bucket.endpoint, str(tmp_path))
    told = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    size, grown = map(int, told.stdout.split())
    assert size == 96 * MEBIBYTE
    assert grown < 60 * 1024, f"{grown} KiB"

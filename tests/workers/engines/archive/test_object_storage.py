"""The archive in a bucket, when the bucket gives trouble."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.http_trouble import HttpTrouble, trouble_before
from tests.support.s3_server import S3Bucket
from tests.support.waiting import until
from workers.engines.archive.object_storage import BucketArchive
from workers.engines.archive.port import NewFile
from workers.engines.failures import EngineAway, EngineFailed

pytestmark = pytest.mark.anyio

FILE = NewFile("SMC.pdf", "application/pdf", b"x" * 20 * 1024 * 1024)


@pytest.fixture
async def proxy(bucket: S3Bucket) -> AsyncIterator[HttpTrouble]:
    async with trouble_before(bucket.endpoint) as before:
        yield before


@pytest.mark.parametrize(
    ("status", "code", "kind"), [(403, "archive_denied", "fatal"), (503, "archive_busy", "transient")]
)
async def test_trouble_is_said_with_its_kind_and_the_next_try_ends_well(
    bucket: S3Bucket, proxy: HttpTrouble, status: int, code: str, kind: str
) -> None:
    engine = BucketArchive(bucket.place(proxy.endpoint))
    proxy.trouble(status, has="partNumber=2")
    with pytest.raises(EngineFailed) as failed:
        await engine.place("job:step", ["MV Ocean Star"], [FILE])
    assert (failed.value.code, failed.value.kind) == (code, kind)
    assert isinstance(failed.value, EngineAway) == (kind == "transient")
    await until(lambda: not bucket.parts(), "the parts are given back")
    proxy.peace()
    (placed,) = (await engine.place("job:step", ["MV Ocean Star"], [FILE])).files
    assert placed.name == "SMC.pdf", "the name was still its own"
    assert bucket.objects()[placed.id] == FILE.content


async def test_who_is_cancelled_leaves_nothing_half_done(bucket: S3Bucket, proxy: HttpTrouble) -> None:
    engine = BucketArchive(bucket.place(proxy.endpoint))
    proxy.trouble("hang", has="partNumber=2", times=1)
    task = asyncio.create_task(engine.place("job:step", ["MV Ocean Star"], [FILE]))
    await proxy.hung.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not bucket.parts(), "the parts are given back")


async def test_what_somebody_else_put_there_is_not_replaced(bucket: S3Bucket) -> None:
    bucket.backend.put_object(bucket.name, "some/where/MV Ocean Star/SMC.pdf", b"theirs")
    (placed,) = (await BucketArchive(bucket.place()).place("job:step", ["MV Ocean Star"], [FILE])).files
    assert placed.name == "SMC (2).pdf"
    assert bucket.objects()["some/where/MV Ocean Star/SMC.pdf"] == b"theirs"

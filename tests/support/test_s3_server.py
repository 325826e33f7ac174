"""The simulated object storage promises what a real one does."""

import asyncio
import threading

import pytest
from moto.s3.models import FakeKey

from tests.support.s3_server import S3Bucket
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def test_an_object_is_never_seen_without_what_came_with_it(
    bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are there before its metadata are, and somebody looks just then."""
    half_done, looked = threading.Event(), threading.Event()
    keep = FakeKey.set_metadata

    def keep_late(self: FakeKey, metadata: dict[str, str], replace: bool = False) -> None:
        half_done.set()
        looked.wait(0.5)
        keep(self, metadata, replace)

    monkeypatch.setattr(FakeKey, "set_metadata", keep_late)
    store = bucket.place().open()
    putting = asyncio.ensure_future(store.put_async("a", b"1", attributes={"key": "mine"}))
    await until(half_done.is_set, "it is half done")
    found = await store.get_async("a", options={"head": True})
    looked.set()
    await putting
    assert found.attributes["key"] == "mine"

"""Images of pages: read from the blob store, else asked of a worker and awaited."""

import asyncio
from contextlib import suppress

import orjson
import structlog
from redis.asyncio import Redis

from service.adapters import keys
from service.adapters.blob_store import BlobMissing, BlobStore
from service.adapters.queue import Queue, image_key
from service.protocol.problems import Problem, Refused, refused

_log = structlog.get_logger()

_RETRY_SECONDS = 3
_AT_ONCE = 64


class PageImages:
    """Requests for the same image wait for one rendering, at most `wait_seconds`."""

    wait_seconds = 10.0

    def __init__(self, blobs: BlobStore, queue: Queue, redis: Redis) -> None:
        self._blobs = blobs
        self._queue = queue
        self._redis = redis
        self._under_way: dict[str, asyncio.Task[str | None]] = {}

    async def image(self, document_id: str, page: int, width: int) -> bytes:
        """The PNG. Raises Refused: 503 when no worker made it in time, 422 when the page cannot be shown."""
        key = image_key(document_id, page, width)
        with suppress(BlobMissing):
            return await self._blobs.read(key)
        if key not in self._under_way and len(self._under_way) >= _AT_ONCE:
            raise _later()
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._made(key, document_id, page, width))
            task.add_done_callback(lambda done: self._ended(key, done))
        error = await asyncio.shield(task)
        if error is not None:
            raise refused(422, "page_not_shown", failure=error)
        try:
            return await self._blobs.read(key)
        except BlobMissing:
            raise _later() from None

    def _ended(self, key: str, task: asyncio.Task[str | None]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            # Whoever waited may have gone: looked at here, it is not reported as forgotten.
            task.exception()

    async def _made(self, key: str, document_id: str, page: int, width: int) -> str | None:
        """The code of why there is no image, or None once it is there. Raises Refused after the wait."""
        async with self._redis.pubsub() as link:
            await link.subscribe(keys.image_channel(key))
            try:
                async with asyncio.timeout(self.wait_seconds):
                    # Confirmed first: an answer that comes before the subscription would be missed.
                    await link.get_message(timeout=None)
                    if await self._blobs.size(key) is not None:
                        return None
                    await self._queue.ask_for_image(document_id, page, width)
                    while True:
                        message = await link.get_message(ignore_subscribe_messages=True, timeout=None)
                        if message is not None:
                            return orjson.loads(message["data"] or b"{}").get("error")
            except TimeoutError:
                raise _later() from None


def _later() -> Refused:
    problem = Problem(503, "image_unavailable", {"seconds": _RETRY_SECONDS})
    return Refused(problem, {"Retry-After": str(_RETRY_SECONDS)})

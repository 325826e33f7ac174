"""The arq queue, by name: ids only, as JSON, and a published wake-up so that no worker polls."""

from typing import cast

import orjson
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool, Redis

from service.adapters import keys

STEP_QUEUE = "headway:steps"
IMAGE_QUEUE = "headway:images"
RUN_STEP = "run_step"
RENDER_PAGE = "render_page"
ESTIMATE = "estimate"
_EXPIRES_SECONDS = 7 * 24 * 3600


def arq_redis(redis: Redis, queue: str) -> ArqRedis:
    """An arq connection over the same pool that speaks JSON, never pickle."""
    return ArqRedis(
        pool_or_conn=cast("ConnectionPool", redis.connection_pool),
        job_serializer=orjson.dumps,
        job_deserializer=orjson.loads,
        default_queue_name=queue,
        expires_extra_ms=_EXPIRES_SECONDS * 1000,
    )


class Queue:
    """Rings workers. The truth is in SQL: a lost ring is repeated by the reconciler, a second one finds nothing."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._steps = arq_redis(redis, STEP_QUEUE)
        self._images = arq_redis(redis, IMAGE_QUEUE)

    async def ring(self, step_id: str, attempt: int, dispatch: int) -> None:
        """Tells one worker that the step is due. arq ignores an id it has seen, so each dispatch has its own."""
        await self._steps.enqueue_job(RUN_STEP, step_id, _job_id=f"{step_id}:{attempt}:{dispatch}")

    async def wake(self) -> None:
        """Wakes every worker that has a free slot."""
        await self._redis.publish(keys.WAKE_CHANNEL, b"")

    async def ask_for_image(self, document_id: str, page: int, width: int) -> None:
        """Asks for a page's image; the answer is a message on `keys.image_channel(image_key(...))`."""
        key = image_key(document_id, page, width)
        await self._images.enqueue_job(RENDER_PAGE, document_id, page, width, _job_id=key, _expires=30)
        await self._redis.publish(keys.WAKE_CHANNEL, b"")

    async def ask_for_estimate(self, job_id: str) -> None:
        """Asks a worker to look into a staged job; the answer is a patch of the job."""
        await self._images.enqueue_job(ESTIMATE, job_id, _job_id=f"estimate:{job_id}", _expires=300)
        await self._redis.publish(keys.WAKE_CHANNEL, b"")


def image_key(document_id: str, page: int, width: int) -> str:
    """Where the image of a page lies in the blob store: a derived file, made again when it is missing."""
    return f"derived/{document_id}/{page}@{width}.png"

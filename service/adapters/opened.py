"""All adapters, opened for one process and closed together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from service.adapters.blob_store import BlobStore
from service.adapters.commands import Commands
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher
from service.adapters.echo import Echo
from service.adapters.event_log import EventLog
from service.adapters.local_blobs import LocalBlobs
from service.adapters.queue import Queue
from service.adapters.secrets import SecretBox, secret_box


@dataclass(frozen=True)
class Adapters:
    """What a composition root hands on."""

    db: Database
    redis: Redis
    log: EventLog
    blobs: BlobStore
    echo: Echo
    queue: Queue
    dispatcher: Dispatcher
    commands: Commands
    secrets: SecretBox


@asynccontextmanager
async def open_adapters(
    *, database_url: str, redis_url: str, data_dir: Path
) -> AsyncGenerator[Adapters, None]:
    """Opens what every process of Headway needs; published revisions are written back meanwhile."""
    db = Database(database_url)
    redis = Redis.from_url(redis_url, health_check_interval=15)
    log = EventLog(redis_url)
    blobs = LocalBlobs(data_dir / "blobs")
    secrets = secret_box(data_dir)
    echo = Echo(db, log)
    queue = Queue(redis)
    dispatcher = Dispatcher(db, queue)
    commands = Commands(db, redis, echo, dispatcher, blobs, secrets)
    try:
        async with echo.writing_back():
            yield Adapters(db, redis, log, blobs, echo, queue, dispatcher, commands, secrets)
    finally:
        await log.close()
        await redis.aclose()
        await db.close()

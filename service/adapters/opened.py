"""All adapters, opened for one process and closed together."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr
from redis.asyncio import Redis

from service.adapters.applying import Applying
from service.adapters.blob_store import BlobStore, BucketSettings
from service.adapters.commands import Commands
from service.adapters.database import Database
from service.adapters.dispatch import Dispatcher
from service.adapters.echo import Echo
from service.adapters.event_log import EventLog
from service.adapters.local_blobs import LocalBlobs
from service.adapters.many_jobs import ManyJobs
from service.adapters.queue import Queue
from service.adapters.record_news import RecordNews
from service.adapters.secrets import SecretBox, secret_box
from service.adapters.whole_queue import WholeQueue
from service.domain.limits import RunningLimits

_SQLITE_FILE = "headway.sqlite"
_BUCKET = "s3://"


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
    many: ManyJobs
    whole_queue: WholeQueue
    secrets: SecretBox
    news: RecordNews


class AdapterSettings(BucketSettings, Protocol):
    """What adapters are opened from; the settings have it."""

    @property
    def database_url(self) -> SecretStr | None:
        """The SQL database; none means SQLite in the data directory."""
        ...

    @property
    def redis_url(self) -> SecretStr | None:
        """The Redis server."""
        ...

    @property
    def storage_url(self) -> str | None:
        """`file:///…` or `s3://…`; none means a folder in the data directory."""
        ...

    @property
    def storage_copy_bytes(self) -> int:
        """Most bytes of copies of stored files that a process keeps."""
        ...

    @property
    def data_dir(self) -> Path:
        """Where local files are."""
        ...

    @property
    def secret_key(self) -> SecretStr | None:
        """With what answers are sealed; none means a key of the data directory."""
        ...

    @property
    def owner_steps(self) -> int | None:
        """Most running steps of one owner."""
        ...

    @property
    def engine_steps(self) -> tuple[tuple[str, int], ...]:
        """Most running steps of an engine, by its code."""
        ...


def database_url(settings: AdapterSettings) -> str:
    """The configured database, else SQLite in the data directory."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return f"sqlite:///{settings.data_dir / _SQLITE_FILE}"


def blob_folder(settings: AdapterSettings) -> Path | None:
    """The configured folder for blobs, else one in the data directory; none where they are in a bucket."""
    storage = settings.storage_url
    if storage is None:
        return settings.data_dir / "blobs"
    return None if storage.startswith(_BUCKET) else Path(storage.removeprefix("file://"))


def open_blobs(settings: AdapterSettings) -> BlobStore:
    """The store that is configured. A folder is made; a bucket is asked nothing yet."""
    folder = blob_folder(settings)
    if folder is not None:
        return LocalBlobs(folder)
    assert settings.storage_url is not None, "what is no folder has been configured"
    from service.adapters import object_blobs  # noqa: PLC0415 -- its client takes long to load, and most have a folder

    return object_blobs.open_bucket(settings, settings.storage_url, settings.data_dir / "copies")


def _keep_private(data_dir: Path) -> None:
    """Nobody else may read the local database: SQLite gives its other files the mode of the first."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(data_dir / _SQLITE_FILE, os.O_CREAT | os.O_RDWR, 0o600))


@asynccontextmanager
async def open_adapters(settings: AdapterSettings) -> AsyncGenerator[Adapters, None]:
    """Opens what every process of Headway needs; published revisions are written back meanwhile.

    Raises ValueError without a Redis URL.
    """
    if settings.redis_url is None:
        raise ValueError("no Redis is configured")
    redis_url = settings.redis_url.get_secret_value()
    if settings.database_url is None:
        _keep_private(settings.data_dir)
    limits = RunningLimits(settings.owner_steps, settings.engine_steps)
    db = Database(database_url(settings), limits)
    redis = Redis.from_url(redis_url, health_check_interval=15)
    log = EventLog(redis_url)
    blobs = open_blobs(settings)
    key = settings.secret_key
    secrets = secret_box(settings.data_dir, key.get_secret_value() if key is not None else None)
    echo = Echo(db, log)
    queue = Queue(redis)
    dispatcher = Dispatcher(db, queue)
    applying = Applying(db, redis, echo, dispatcher)
    news = RecordNews(redis)
    commands = Commands(db, applying, echo, queue, blobs, secrets, news)
    many = ManyJobs(db, applying, echo)
    whole_queue = WholeQueue(db, redis, applying, echo, dispatcher)
    try:
        async with echo.writing_back():
            yield Adapters(
                db, redis, log, blobs, echo, queue, dispatcher, commands, many, whole_queue, secrets, news
            )
    finally:
        await dispatcher.close()
        await blobs.close()
        await log.close()
        await redis.aclose()
        await db.close()

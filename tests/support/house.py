"""A whole Headway without its gateway: adapters on real parts, and workers in this process."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from service.adapters.opened import Adapters, open_adapters
from service.adapters.records import intake
from service.adapters.records.intake import Accepted, NewDocument, Order
from service.adapters.tables import JobRow, UserRow
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.pipeline import PipelineSpec
from service.protocol.snapshot import Snapshot
from service.settings import Settings
from tests.support.waiting import PATIENCE, until
from workers.main import WorkerProcess, toolbox
from workers.pipelines import all_pipelines

ENDED = ("completed", "failed", "cancelled")


@dataclass
class House:
    """Adapters, a user, and ways to give documents and see what becomes of them."""

    a: Adapters
    settings: Settings
    actor: Actor

    async def accept(
        self, name: str, kind: str, content: bytes, *, spec: PipelineSpec | None = None, **order: Any
    ) -> Accepted:
        """Stores the document and makes its job, as the gateway does."""
        document_id = new_id()
        await self.a.blobs.put(f"{self.actor.user_id}/{document_id}", content)
        spec = spec or all_pipelines()["text"].spec()
        defaults: dict[str, Any] = {"ocr": "auto", "languages": ["en"], "pages": None}
        options = {**(defaults if spec.name == "text" else {}), **order.pop("options", {})}
        async with self.a.db.writing(durable=True) as session:
            accepted = await intake.accept(
                session,
                NewDocument(document_id, name, kind, len(content), hashlib.sha256(content).hexdigest()),
                spec,
                Order(self.actor.user_id, order.pop("batch_id", None), options, **order),
            )
        await self.a.echo.publish(accepted.job_id)
        await self.a.dispatcher.dispatch()
        return accepted

    async def job(self, job_id: str) -> JobRow:
        """The row as it stands."""
        async with self.a.db.reading() as session:
            row = await session.get(JobRow, job_id)
        assert row is not None
        return row

    async def snapshot(self, job_id: str) -> Snapshot:
        """What everybody sees."""
        found = await self.a.echo.snapshot(job_id)
        assert found is not None
        return found

    async def state(self, job_id: str, *states: str, seconds: float = PATIENCE) -> JobRow:
        """Waits until the job is in one of the states, in SQL and on screen."""

        async def there() -> JobRow | None:
            row = await self.job(job_id)
            shown = (await self.snapshot(job_id)).value["state"]
            return row if row.state in states and shown == row.state else None

        row = await until(there, f"job {job_id} is {' or '.join(states)}", seconds=seconds)
        assert row is not None
        return row

    async def artifact(self, job_id: str, name: str) -> bytes:
        """A result's bytes."""
        from service.adapters.tables import ArtifactRow

        async with self.a.db.reading() as session:
            row = await session.get(ArtifactRow, (job_id, name))
        assert row is not None
        return await self.a.blobs.read(row.blob)

    @asynccontextmanager
    async def worker(self, **changes: Any) -> AsyncGenerator[WorkerProcess, None]:
        """A worker, in this process, until the block ends."""
        stop = asyncio.Event()
        settings = self.settings.model_copy(update=changes)
        async with toolbox(settings) as tools:
            process = WorkerProcess(settings, self.a, tools)
            task = asyncio.create_task(process.run(stop))
            try:
                yield process
            finally:
                stop.set()
                await asyncio.wait_for(task, 15)


@asynccontextmanager
async def open_house(
    database_url: str, redis_url: str, folder: Path, **settings: Any
) -> AsyncGenerator[House, None]:
    """Opened on a migrated database and an empty Redis."""
    chosen = Settings(
        database_url=SecretStr(database_url), redis_url=SecretStr(redis_url), data_dir=folder, **settings
    )
    async with open_adapters(chosen) as adapters:
        user_id = new_id()
        async with adapters.db.writing() as session:
            session.add(UserRow(id=user_id, name="Ada", role="user", created_at=0.0))
        yield House(adapters, chosen, Actor(user_id, "Ada"))


async def percents(house: House, job_id: str) -> list[float]:
    """Every percentage that was told of the job, in order."""
    last = await house.snapshot(job_id)
    patches = await house.a.log.since(job_id, last.epoch, 1)
    assert patches is not None, "all that was told is still there"
    return [patch.set["percent"] for patch in patches if "percent" in patch.set]

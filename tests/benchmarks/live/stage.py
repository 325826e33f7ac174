"""What the gateways of a benchmark share: Redis, a database, accounts with tokens, and jobs at work."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from service.adapters.embedded_redis import EmbeddedRedis
from service.adapters.event_log import Outcome
from service.adapters.events import StepFacts
from service.adapters.records import accounts, intake
from service.adapters.records.intake import NewDocument, Order
from service.adapters.tables import JobRow
from service.domain.ids import new_id
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.protocol import written
from tests.benchmarks.live.by_lines import raise_descriptor_limit
from tests.benchmarks.live.events import STEP_COST
from tests.support.house import House, open_house
from tests.support.schema import migrate
from workers.pipelines.text import PIPELINE

_SOCKETS_A_USER = 50
_SLICE = 20


@dataclass(frozen=True)
class Stage:
    """All jobs belong to one user; whoever watches them is an admin, so that many may."""

    folder: Path
    redis_url: str
    house: House

    async def tokens(self, sockets: int) -> list[str]:
        """Tokens of so many new accounts that none of them has more sockets than an account may have."""
        tokens: list[str] = []
        async with self.house.a.db.writing() as session:
            for number in range(-(-sockets // _SOCKETS_A_USER)):
                admin = await accounts.make_user(session, f"Reader {number}", is_admin=True)
                tokens.append(await accounts.make_token(session, admin.user_id))
        return tokens

    async def job(self, *, pages: int = 0, lines: int = 0) -> str:
        """A job that is processed, with so many pages done and lines in its log."""
        document = NewDocument(new_id(), "book.pdf", "pdf", 1_000_000, new_id())
        options = {"ocr": "never", "languages": ["en"], "pages": None}
        order = Order(self.owner_id, None, options)
        async with self.house.a.db.writing() as session:
            job_id = (await intake.accept(session, document, PIPELINE.spec(), order)).job_id
            await session.execute(
                update(JobRow)
                .where(JobRow.id == job_id)
                .values(state=JobState.PROCESSING, revision=JobRow.revision + 1, cost_total=STEP_COST)
            )
        await self.house.a.echo.publish(job_id)
        await self._work(job_id, pages, lines)
        return job_id

    async def jobs(self, count: int) -> list[tuple[str, str]]:
        """So many, for a publisher."""
        return [(await self.job(), self.owner_id) for _ in range(count)]

    async def snapshot(self, job_id: str) -> Path:
        """A file with the frame in which the gateway shows this job."""
        shown = await self.house.a.echo.snapshot(job_id)
        assert shown is not None
        path = self.folder / f"{job_id}.json"
        path.write_bytes(written.job_snapshot(f"job:{job_id}", shown, "first").payload)
        return path

    async def newest(self, job_id: str) -> int:
        """The seq of its last event."""
        shown = await self.house.a.echo.snapshot(job_id)
        assert shown is not None
        return shown.seq

    @property
    def owner_id(self) -> str:
        """Whose jobs they are."""
        return self.house.actor.user_id

    async def _work(self, job_id: str, pages: int, lines: int) -> None:
        """In slices, as a worker would tell it."""
        numbers = range(1, max(pages, lines) + 1)
        for first in range(0, len(numbers), _SLICE):
            part = numbers[first : first + _SLICE]
            facts = StepFacts(
                job_id,
                self.owner_id,
                1,
                "made",
                1,
                0,
                1,
                pages={str(number): "td" for number in part if number <= pages},
                log=[_line(number) for number in part if number <= lines],
            )
            assert await self.house.a.log.append_facts(facts) is Outcome.APPENDED


def _line(number: int) -> JsonObject:
    return {
        "at": 1_790_000_000.0 + number,
        "level": "info",
        "code": "page",
        "params": {"page": number, "total": 619},
        "text": f"page {number} of 619 was read as text",
    }


@asynccontextmanager
async def stage(folder: Path) -> AsyncGenerator[Stage, None]:
    """Set up in the folder; gone with the block."""
    raise_descriptor_limit()
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite+aiosqlite:///{folder / 'headway.sqlite'}"
    await asyncio.to_thread(migrate, url)
    async with EmbeddedRedis(folder) as redis, open_house(url, redis.url, folder) as house:
        yield Stage(folder, redis.url, house)

"""Where the chaos happens: the storm's site of Redis and gateways, with supervisors and their workers on top."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from service.adapters.dispatch import live_slots
from service.adapters.records import accounts
from service.domain.account import Actor
from tests.faults.chaos import audit
from tests.faults.chaos.asking import until_so
from tests.faults.chaos.evidence import FOLDER, WITHOUT, Evidence
from tests.faults.chaos.orphans import Adopted, adopting
from tests.faults.site import Site, open_site
from tests.support.headway_process import descendants
from tests.support.house import House, open_house
from tests.support.postgres import TestPostgres
from tests.support.processes import is_alive
from tests.support.server_process import ServerProcess

_WORKER, _TEMPLATE = "tests.faults.chaos.worker", "template"
_START_SECONDS = 90.0


@dataclass(frozen=True)
class Where:
    """An empty folder, a fresh database, and its server where that may be restarted."""

    folder: Path
    database_url: str
    postgres: TestPostgres | None = None

    @property
    def archive(self) -> Path:
        """The folder in which all workers archive."""
        return self.folder / "archive"


@dataclass
class Place:
    """All of it, running."""

    where: Where
    site: Site
    house: House
    evidence: Evidence
    supervisors: list[ServerProcess]
    adopted: Adopted
    token: str
    admin_token: str
    workers_each: int

    def workers(self, supervisor: ServerProcess | None = None) -> list[int]:
        """The pids of the living workers, of all supervisors or of one."""
        found = [supervisor] if supervisor is not None else self.supervisors
        return [
            pid
            for each in found
            if each.is_running
            for pid, line in descendants(each.pid).items()
            if _WORKER in line and is_alive(pid)
        ]

    def children(self, worker: int) -> dict[int, str]:
        """Living processes below a worker by pid, with their command lines."""
        return {pid: line for pid, line in descendants(worker).items() if is_alive(pid)}

    def template(self, worker: int) -> int | None:
        """The process from which the worker forks its children, once it has loaded what these need."""
        found = [pid for pid, line in self.children(worker).items() if _TEMPLATE in line]
        return next((pid for pid in found if _has_loaded(pid, "mupdf")), None)

    def supervisor_of(self, worker: int) -> ServerProcess:
        """Who keeps this worker."""
        return next(each for each in self.supervisors if worker in self.workers(each))

    def orphans(self) -> dict[int, str]:
        """Living processes that have lost their parent, by pid."""
        own = {each.pid for each in (*self.site.gateways, *self.supervisors)}
        redis = self.site.redis.pid
        return self.adopted.living(own | ({redis} if redis is not None else set()))

    async def all_at_work(self) -> None:
        """Returns once gateways accept and every supervisor has its workers, as SQL knows them."""
        for each in self.site.gateways:
            if not each.is_running:
                each.start()
            await each.accepts()
        for each in self.supervisors:
            if not each.is_running:
                each.start()
        wanted = len(self.supervisors) * self.workers_each

        async def at_work() -> bool:
            async with self.house.a.db.reading() as session:
                return len(self.workers()) >= wanted and await live_slots(session) >= wanted

        await until_so(at_work, "all workers live", seconds=_START_SECONDS)

    def thaw(self) -> None:
        """Nothing of it stands still any more."""
        pids = [each.pid for each in (*self.site.gateways, *self.supervisors) if each.is_running]
        for pid in [*pids, *(below for each in pids for below in descendants(each))]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _has_loaded(pid: int, library: str) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return library in Path(f"/proc/{pid}/maps").read_text()
    return False


@asynccontextmanager
async def open_place(
    where: Where,
    *,
    gateways: int,
    supervisors: int,
    workers: int,
    model_url: str,
    without: str | None,
) -> AsyncGenerator[Place, None]:
    """On a migrated database; so many supervisors with so many workers each, who find a language
    model at `model_url`. Nothing of it is left at the end."""
    evidence = Evidence(where.folder / "chaos")
    settings = {
        "HEADWAY_STORAGE_URL": f"file://{where.folder / 'blobs'}",
        "HEADWAY_ARCHIVE_FOLDER": str(where.archive),
        "HEADWAY_FREE_DISK_BYTES": "0",
        "HEADWAY_SECRET_KEY": "the same for all of them",
        "HEADWAY_BYE_SECONDS": "0.5",
        # Only who asks for the model by its name gets it.
        "HEADWAY_LANGUAGE_ENGINE": "rules",
        "HEADWAY_GEMINI_API_KEY": "some-key",
        "HEADWAY_GEMINI_ENDPOINT": model_url,
        "HEADWAY_GEMINI_REQUESTS_PER_MINUTE": "6000",
        FOLDER: str(where.folder / "chaos"),
        **({WITHOUT: without} if without is not None else {}),
    }
    async with AsyncExitStack() as stack:
        adopted = stack.enter_context(adopting())
        stack.callback(evidence.close)
        opening = open_site(
            where.folder,
            where.database_url,
            gateways=gateways,
            module=("tests.faults.chaos.gateway",),
            settings=settings,
        )
        site = await stack.enter_async_context(opening)
        house = await stack.enter_async_context(
            open_house(
                where.database_url,
                site.redis.url,
                where.folder / "data",
                storage_url=settings["HEADWAY_STORAGE_URL"],
            )
        )
        await audit.install(house.a.db)
        kept: list[ServerProcess] = []
        for number in range(supervisors):
            process = ServerProcess(
                where.folder / f"supervisor-{number}",
                ("tests.faults.chaos.supervisor",),
                {
                    **settings,
                    "HEADWAY_DATABASE_URL": where.database_url,
                    "HEADWAY_REDIS_URL": site.redis.url,
                    "HEADWAY_DATA_DIR": str(where.folder / f"supervisor-{number}" / "data"),
                    "HEADWAY_WORKERS": str(workers),
                    "HEADWAY_SLOTS": "2",
                    "HEADWAY_DRAIN_SECONDS": "1",
                },
            )
            stack.push_async_callback(process.kill)
            kept.append(process)
        token, admin_token = await _tokens(house)
        place = Place(where, site, house, evidence, kept, adopted, token, admin_token, workers)
        stack.callback(place.thaw)
        await place.all_at_work()
        yield place


async def _tokens(house: House) -> tuple[str, str]:
    async with house.a.db.writing() as session:
        admin: Actor = await accounts.make_user(session, "Admin", is_admin=True)
        return (
            await accounts.make_token(session, house.actor.user_id),
            await accounts.make_token(session, admin.user_id),
        )


async def stopped(place: Place) -> None:
    """Every process of Headway is told to stop, and has."""
    place.thaw()
    processes = [*place.supervisors, *place.site.gateways]
    await asyncio.gather(*(each.kill(signal.SIGTERM) for each in processes))

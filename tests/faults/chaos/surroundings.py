"""The faults of the chaos that strike what Headway stands on: Redis (as in the storm), the database, the disk, an
engine."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress

import asyncpg
from sqlalchemy.engine import make_url

from tests.faults import kinds
from tests.faults.chaos import points
from tests.faults.chaos.inside import FULL_DISK
from tests.faults.chaos.pipeline import ENGINE_AWAY
from tests.faults.chaos.strikes import (
    Scene,
    Strike,
    child_dies,
    gateway_dies,
    gateway_is_told_to_stop,
    gateway_stands_still,
    killed_at,
    queue_is_paused,
    supervisor_dies,
    supervisor_is_told_to_stop,
    worker_dies,
    worker_dies_beside_a_child_that_stands_still,
    worker_is_told_to_stop,
    worker_stands_still,
    worker_stopped_and_its_supervisor_dies,
    zombie_at,
)
from tests.support.waiting import until


def _of_the_storm(strike: Callable[[kinds.Struck], Awaitable[float]]) -> Strike:
    async def struck(scene: Scene) -> bool:
        await strike(scene)
        return True

    struck.__name__ = strike.__name__
    return struck


redis_restarts = _of_the_storm(kinds.redis_restarts)
redis_is_wiped = _of_the_storm(kinds.redis_is_wiped)
redis_stands_still = _of_the_storm(kinds.redis_stands_still)


async def disk_is_full(scene: Scene) -> bool:
    """Nothing can be written to the blob store for a while."""
    return await _while_it_holds(scene, FULL_DISK)


async def engine_is_away(scene: Scene) -> bool:
    """What the chaos' own pipeline asks for answers nobody for a while."""
    return await _while_it_holds(scene, ENGINE_AWAY)


async def _while_it_holds(scene: Scene, state: str) -> bool:
    scene.place.evidence.order(state, state)
    await asyncio.sleep(scene.dice.uniform(0.5, 1.2))
    return scene.place.evidence.withdraw(state)


async def database_is_locked(scene: Scene) -> bool:
    """Somebody else writes into SQLite and takes their time."""
    path = make_url(scene.place.where.database_url).database
    assert path is not None
    other = sqlite3.connect(path, timeout=1, isolation_level=None)
    with closing(other), suppress(sqlite3.OperationalError):
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(scene.dice.uniform(0.5, 3.5))
        other.execute("ROLLBACK")
        return True
    return False


async def database_ends_all_links(scene: Scene) -> bool:
    """PostgreSQL ends every connection to this database, whatever it is at."""
    with suppress(OSError, asyncpg.PostgresError):
        link = await _connected(scene)
        try:
            await link.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return True
        finally:
            await link.close()
    return False


async def database_restarts(scene: Scene) -> bool:
    """PostgreSQL ends at once and is started again."""
    assert scene.place.where.postgres is not None
    await asyncio.to_thread(scene.place.where.postgres.restart)

    async def answers() -> bool:
        with suppress(OSError, asyncpg.PostgresError):
            await (await _connected(scene)).close()
            return True
        return False

    return await until(answers, "PostgreSQL answers again", seconds=30, every=0.1)


async def _connected(scene: Scene) -> "asyncpg.Connection":
    url = make_url(scene.place.where.database_url)
    return await asyncpg.connect(host=str(url.query["host"]), user=url.username, database=url.database)


ALWAYS: dict[Strike, int] = {
    worker_dies: 4,
    worker_is_told_to_stop: 2,
    worker_stands_still: 3,
    supervisor_dies: 2,
    supervisor_is_told_to_stop: 1,
    gateway_dies: 2,
    gateway_is_told_to_stop: 1,
    gateway_stands_still: 1,
    child_dies: 3,
    worker_dies_beside_a_child_that_stands_still: 1,
    worker_stopped_and_its_supervisor_dies: 1,
    queue_is_paused: 2,
    disk_is_full: 2,
    engine_is_away: 2,
    redis_restarts: 2,
    redis_is_wiped: 3,
    redis_stands_still: 2,
    **{killed_at(point): 1 for point in (*points.GATEWAY_POINTS, *points.WORKER_POINTS)},
    **{zombie_at(point): 1 for point in (points.NOT_TOLD, points.NOT_RECORDED, points.NOT_PUBLISHED)},
}
"""How often each comes, on whatever database."""


def all_strikes(database_url: str, *, restarts: bool) -> dict[Strike, int]:
    """Those that this database can be struck by, too; `restarts`: its server is ours to restart."""
    if database_url.startswith("sqlite"):
        return {**ALWAYS, database_is_locked: 2}
    return {**ALWAYS, database_ends_all_links: 2, **({database_restarts: 2} if restarts else {})}

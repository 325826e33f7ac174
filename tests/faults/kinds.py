"""The faults. Each strikes, and returns when the part that it struck accepts again: a time of the loop's clock."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from redis.exceptions import RedisError

from tests.faults.crowd import Crowd
from tests.faults.ledger import Ledger
from tests.faults.site import Site
from tests.faults.work import Jobs

BURST = 1400
"""Events after which the first of them cannot be had any more (see keys.RESUME_PATCHES)."""
_BURST_SECONDS = 20.0
_TELL_SECONDS = 5.0


@dataclass
class Scene:
    """Where faults strike."""

    site: Site
    crowd: Crowd
    jobs: Jobs
    ledger: Ledger
    dice: random.Random

    @property
    def now(self) -> float:
        """The event loop's clock."""
        return asyncio.get_running_loop().time()


class Struck(Protocol):
    """What faults of Redis alone need of a scene."""

    @property
    def site(self) -> Site:
        """Where Redis is."""
        ...

    @property
    def dice(self) -> random.Random:
        """By which all is chosen."""
        ...

    @property
    def now(self) -> float:
        """The event loop's clock."""
        ...


Strike = Callable[[Scene], Awaitable[float]]


async def listeners_killed(scene: Scene) -> float:
    """CLIENT KILL of whoever listens; sometimes a job ends while nobody hears it."""
    async with scene.site.admin() as redis:
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        if scene.dice.random() < 0.5:
            await _end_one_quietly(scene)
    return scene.now


async def link_is_cut(scene: Scene) -> float:
    """One gateway does not reach Redis for a while, in which a job ends."""
    relay = scene.dice.choice(scene.site.relays)
    relay.refuses = True
    relay.cut()
    await _end_one_quietly(scene)
    await asyncio.sleep(scene.dice.uniform(0, 1))
    relay.refuses = False
    return scene.now


async def publishers_killed(scene: Scene) -> float:
    """CLIENT KILL of whoever publishes and reads."""
    async with scene.site.admin() as redis:
        await redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    return scene.now


async def one_link_killed(scene: Scene) -> float:
    """CLIENT KILL of any one connection."""
    async with scene.site.admin() as redis:
        own = await redis.execute_command("CLIENT", "ID")
        known = [int(each["id"]) for each in await redis.client_list() if int(each["id"]) != own]
        await redis.execute_command("CLIENT", "KILL", "ID", scene.dice.choice(known or [own]))
    return scene.now


async def redis_stands_still(scene: Struck) -> float:
    """SIGSTOP, and SIGCONT before anybody gives it up."""
    scene.site.freeze_redis()
    await asyncio.sleep(scene.dice.uniform(0.1, 1.5))
    scene.site.thaw_redis()
    return scene.now


async def redis_hangs(scene: Scene) -> float:
    """SIGSTOP for longer than a link is trusted: every client is told within 5 s."""
    began = scene.now
    clients = [
        each
        for each in scene.crowd.subscribers
        if each.is_linked and not each.is_troubled and not each.law.degraded
    ]
    scene.site.freeze_redis()
    while scene.now < began + _TELL_SECONDS + scene.dice.uniform(0.5, 1.5):
        for each in list(clients):
            if each.law.degraded:
                clients.remove(each)
                scene.ledger.recovered("half-open link: told `degraded`", scene.now - began)
        await asyncio.sleep(0.02)
    for each in clients:
        if each.is_linked and not each.is_troubled:
            scene.ledger.note("stuck", f"{each.name} was not told of a half-open link")
    scene.site.thaw_redis()
    return scene.now


async def link_goes_silent(scene: Scene) -> float:
    """One gateway's connections to Redis carry nothing any more, and nobody says so. Counted from its start."""
    began = scene.now
    scene.dice.choice(scene.site.relays).silence()
    if scene.dice.random() < 0.5:
        await _end_one_quietly(scene)
    return began


async def redis_restarts(scene: Struck) -> float:
    """SIGKILL, and after a while an empty one."""
    await scene.site.restart_redis(scene.dice.choice((0.0, 0.0, 0.5, 2.0)))
    return scene.now


async def redis_is_wiped(scene: Struck) -> float:
    """FLUSHALL."""
    async with scene.site.admin() as redis:
        await redis.flushall()
    return scene.now


async def gateway_dies(scene: Scene) -> float:
    """SIGKILL, and after a while it is started again."""
    gateway = scene.dice.choice(scene.site.gateways)
    await gateway.kill()
    await asyncio.sleep(scene.dice.uniform(0, 1))
    gateway.start()
    await gateway.accepts()
    return scene.now


async def publisher_dies(scene: Scene) -> float:
    """Between a commit and its publishing: what it leaves is healed within 4 s. Counted from its death."""
    died: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    scene.jobs.echo.died = died
    with suppress(TimeoutError):
        async with asyncio.timeout(_BURST_SECONDS):
            job_id = await died
            began = scene.now
            row = await scene.jobs.state(job_id)
            assert row is not None
            wanted = row.revision
            while (row := await scene.jobs.state(job_id)) is not None and row.published_revision < wanted:
                await asyncio.sleep(0.05)
            scene.ledger.recovered("dead publisher's revision published", scene.now - began)
    return scene.now


async def client_is_away_too_long(scene: Scene) -> float:
    """It is cut off while a job says more than is kept, and which then may have ended."""
    candidates = [
        (each, job_id)
        for each in scene.crowd.subscribers
        for job_id in scene.jobs.in_the_middle
        if f"job:{job_id}" in each.topics and not each.is_troubled
    ]
    if not candidates:
        return scene.now
    one, job_id = scene.dice.choice(candidates)
    one.reset(stays_away=True)
    with suppress(TimeoutError):
        await asyncio.wait_for(scene.jobs.burst(job_id, BURST).wait(), _BURST_SECONDS)
        if scene.dice.random() < 0.5:
            await scene.jobs.cut_short(job_id)
    one.returns()
    return scene.now


KINDS: dict[Strike, int] = {
    listeners_killed: 6,
    link_is_cut: 4,
    publishers_killed: 4,
    one_link_killed: 4,
    redis_stands_still: 4,
    redis_hangs: 1,
    link_goes_silent: 2,
    redis_restarts: 4,
    redis_is_wiped: 5,
    gateway_dies: 3,
    publisher_dies: 3,
    client_is_away_too_long: 2,
}
"""How often each of them comes."""


async def client_is_reset(scene: Scene) -> None:
    """One client's connection, or all that go through the balancer, break off with an RST."""
    if scene.dice.random() < 0.15:
        scene.site.balancer.cut()
        return
    one = scene.dice.choice(scene.crowd.subscribers)
    one.troubled_until = scene.now + 1.0
    one.reset()


async def client_stops_reading(scene: Scene) -> None:
    """For a while, then it reads on; or for so long that it is cut off."""
    one = scene.dice.choice([each for each in scene.crowd.subscribers if not each.is_troubled])
    one.stalls()
    try:
        await asyncio.sleep(scene.dice.choice((0.5, 1, 2, 4, 30)))
    finally:
        one.troubled_until = scene.now + 1.0
        one.reads_on()


async def _end_one_quietly(scene: Scene) -> None:
    if busy := scene.jobs.busy:
        with suppress(RedisError, OSError):
            await scene.jobs.cut_short(scene.dice.choice(busy))

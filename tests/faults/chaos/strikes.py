"""The faults of the chaos that strike processes.

Each returns when it is over, and whether it met anybody; what it broke is left to heal.
"""

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field

from sqlalchemy.engine import make_url

from service.adapters.tables import JobRow, StepRow
from service.domain.job import ENDED
from service.domain.json import JsonObject
from service.domain.step import StepState
from tests.faults.chaos import points
from tests.faults.chaos.asking import until_so
from tests.faults.chaos.calls import Calls
from tests.faults.chaos.company import Company
from tests.faults.chaos.evidence import KILL, STOP
from tests.faults.chaos.fences import REFUSED_LUA, REFUSED_SQL
from tests.faults.chaos.ledger import Ledger
from tests.faults.chaos.library import Library
from tests.faults.chaos.people import Document, People
from tests.faults.chaos.place import Place
from tests.faults.site import GatewayProcess, Site
from tests.support.processes import is_alive
from tests.support.server_process import ServerProcess
from tests.support.waiting import until

_MEET_SECONDS = 15.0
_TAKE_OVER_SECONDS = 12.0
_ZOMBIES = 5
_LONGER_THAN_THE_LEASE = 3.5
_GIFTS = {
    points.NOT_ASKED: "mismatch",
    points.ANSWER_NOT_TOLD: "mismatch",
    points.ARCHIVED: "certificate",
    points.REWRITTEN: "rewritten",
}
"""What is given so that somebody comes to a point, where not any document will do."""
_OVER = frozenset({StepState.DONE, StepState.FAILED, StepState.CANCELLED})


@dataclass
class Scene:
    """Where it strikes. `paused`: when the queue was paused for sure, in the time of day; `gifts`: documents that are
    being given so that there is something to strike at."""

    place: Place
    calls: Calls
    company: Company
    library: Library
    people: People
    ledger: Ledger
    dice: random.Random
    paused: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    gifts: list["asyncio.Task[Document]"] = field(default_factory=list["asyncio.Task[Document]"])

    @property
    def site(self) -> Site:
        """Redis and the gateways."""
        return self.place.site

    @property
    def now(self) -> float:
        """The event loop's clock."""
        return asyncio.get_running_loop().time()


Strike = Callable[[Scene], Awaitable[bool]]


async def worker_dies(scene: Scene) -> bool:
    """SIGKILL."""
    return _send(signal.SIGKILL, scene.dice.choice(scene.place.workers() or [0]))


async def worker_is_told_to_stop(scene: Scene) -> bool:
    """SIGTERM: it hands back what it runs; its supervisor starts another."""
    return _send(signal.SIGTERM, scene.dice.choice(scene.place.workers() or [0]))


async def worker_stands_still(scene: Scene) -> bool:
    """SIGSTOP for longer than its lease, whatever it is at; then SIGCONT."""
    pid = scene.dice.choice(scene.place.workers() or [0])
    _send(signal.SIGSTOP, pid)
    await asyncio.sleep(_LONGER_THAN_THE_LEASE)
    return _send(signal.SIGCONT, pid)


async def supervisor_dies(scene: Scene) -> bool:
    """SIGKILL, and its workers with it: their leases run out."""
    return await _again(scene, scene.dice.choice(scene.place.supervisors), signal.SIGKILL)


async def supervisor_is_told_to_stop(scene: Scene) -> bool:
    """SIGTERM: its workers finish or hand back."""
    return await _again(scene, scene.dice.choice(scene.place.supervisors), signal.SIGTERM)


async def gateway_dies(scene: Scene) -> bool:
    """SIGKILL."""
    return await _again(scene, scene.dice.choice(scene.site.gateways), signal.SIGKILL)


async def gateway_is_told_to_stop(scene: Scene) -> bool:
    """SIGTERM."""
    return await _again(scene, scene.dice.choice(scene.site.gateways), signal.SIGTERM)


async def gateway_stands_still(scene: Scene) -> bool:
    """SIGSTOP, for longer than anybody waits."""
    pid = scene.dice.choice(scene.site.gateways).pid
    _send(signal.SIGSTOP, pid)
    await asyncio.sleep(scene.dice.uniform(0.5, _LONGER_THAN_THE_LEASE))
    return _send(signal.SIGCONT, pid)


async def child_dies(scene: Scene) -> bool:
    """SIGKILL of any process in which documents are opened."""
    pids = [pid for worker in scene.place.workers() for pid in scene.place.children(worker)]
    return _send(signal.SIGKILL, scene.dice.choice(pids or [0]))


async def worker_dies_beside_a_child_that_stands_still(scene: Scene) -> bool:
    """SIGSTOP of the template, which can hear of nothing then, and SIGKILL of its worker: nothing may stay."""
    for _ in range(100):
        templates = {worker: scene.place.template(worker) for worker in scene.place.workers()}
        found = [(worker, template) for worker, template in templates.items() if template is not None]
        if found:
            worker, template = scene.dice.choice(found)
            _send(signal.SIGSTOP, template)
            _send(signal.SIGKILL, worker)
            await _no_orphans(scene, "a worker's death")
            return True
        await asyncio.sleep(0.1)
    return False


def killed_at(point: str) -> Strike:
    """SIGKILL of whoever comes there first, by its own hand and at that very moment."""

    async def strike(scene: Scene) -> bool:
        met = await _met(scene, point, KILL)
        for gateway in scene.site.gateways:
            if met is not None and gateway.pid == met["pid"]:
                # It writes down that it comes there, and only then dies.
                await until(lambda: not gateway.is_running, "who was to die is dead")  # noqa: B023 - awaited here
            if not gateway.is_running:
                gateway.start()
            await gateway.accepts()
        return met is not None

    strike.__name__ = f"killed: {point}"
    return strike


def zombie_at(point: str) -> Strike:
    """SIGSTOP there, until another attempt has ended the step; SIGCONT then: nothing of the first may count."""

    async def strike(scene: Scene) -> bool:
        for _ in range(_ZOMBIES):
            met = await _met(scene, point, STOP)
            if met is None:
                return False
            pid, step_id, attempt = int(met["pid"]), str(met.get("step")), int(met.get("attempt") or 0)
            try:
                is_dead = await _taken_for_dead(scene, point, step_id, attempt)
            finally:
                before = len(scene.place.evidence.read())
                _send(signal.SIGCONT, pid)
            await _went_on(scene, pid, before)
            if is_dead:
                if point in (points.NOT_TOLD, points.NOT_RECORDED):
                    return await _refused(scene, point, step_id, attempt)
                return True
            # It may have been stopped in the middle of another transaction, for whose end all others wait.
            scene.ledger.counts["zombies that went on too soon"] += 1
        return False

    strike.__name__ = f"zombie: {point}"
    return strike


async def _taken_for_dead(scene: Scene, point: str, step_id: str, attempt: int) -> bool:
    if not await asyncio.to_thread(_others_can_write, scene.place.where.database_url):
        return False
    to_the_end = point == points.NOT_PUBLISHED
    with suppress(AssertionError):
        return await until_so(
            lambda: _taken_over(scene, step_id, attempt, to_the_end=to_the_end),
            "another has the step",
            seconds=_TAKE_OVER_SECONDS,
        )
    return False


def _others_can_write(database_url: str) -> bool:
    """Whether a process that was stopped has left SQLite's one lock free."""
    if not database_url.startswith("sqlite"):
        return True
    path = make_url(database_url).database
    assert path is not None
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as link:
        try:
            link.execute("BEGIN IMMEDIATE")
            link.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
    return True


async def worker_stopped_and_its_supervisor_dies(scene: Scene) -> bool:
    """With a step in hand: nobody is left who could give it back."""
    met = await _met(scene, points.NOT_BEGUN, STOP)
    if met is None:
        return False
    return await _again(scene, scene.place.supervisor_of(int(met["pid"])), signal.SIGKILL)


async def _met(scene: Scene, point: str, how: str) -> JsonObject | None:
    """What was written down by who obeyed; None, counted, where nobody came to the point."""
    evidence = scene.place.evidence
    before = len(evidence.read())
    evidence.order(point, how)
    # Nobody waits for it: who was stopped may hold what it needs.
    scene.gifts.append(asyncio.create_task(scene.people.give(_GIFTS.get(point, "well"))))
    try:
        return await until(
            lambda: next((each for each in evidence.read()[before:] if each["what"] == "met"), None),
            f"somebody comes to {point}",
            seconds=_MEET_SECONDS,
            every=0.02,
        )
    except AssertionError:
        if evidence.withdraw(point):
            scene.ledger.counts["points that nobody came to"] += 1
        return None
    finally:
        if point in points.GATEWAY_POINTS:
            for gateway in scene.site.gateways:
                if not gateway.is_running:
                    gateway.start()


async def _taken_over(scene: Scene, step_id: str, attempt: int, *, to_the_end: bool) -> bool:
    async with scene.place.house.a.db.reading() as session:
        step = await session.get(StepRow, step_id)
        job = await session.get(JobRow, step.job_id) if step is not None else None
    if step is None or job is None:
        return True
    if to_the_end:
        return job.state in ENDED
    return step.state in _OVER or (step.attempt > attempt and step.state != StepState.RUNNING)


async def _went_on(scene: Scene, pid: int, before: int) -> None:
    """Until it has done what it was about to do when it was stopped, or is dead, or for a while."""

    def went_on() -> bool:
        lines = scene.place.evidence.read()[before:]
        return not is_alive(pid) or any(
            each["what"] == points.WENT_ON and each["pid"] == pid for each in lines
        )

    with suppress(AssertionError):
        await until(went_on, "the zombie went on", seconds=_MEET_SECONDS)


async def _refused(scene: Scene, point: str, step_id: str, attempt: int) -> bool:
    """Whether what the zombie then wrote was refused: what it told in Lua, where it had not told it, and in SQL."""
    wanted = {REFUSED_SQL, REFUSED_LUA} if point == points.NOT_TOLD else {REFUSED_SQL}

    def refused() -> bool:
        lines = scene.place.evidence.read()
        return wanted <= {
            each["what"] for each in lines if each.get("of") == step_id and each.get("old") == attempt
        }

    with suppress(AssertionError):
        await until(refused, "the zombie's result is refused", seconds=5)
        scene.ledger.counts["zombies that were refused"] += 1
        return True
    return False


async def _no_orphans(scene: Scene, after: str) -> None:
    try:
        await until(lambda: not scene.place.orphans(), "no orphan is left", seconds=3)
    except AssertionError:
        for pid, line in scene.place.orphans().items():
            scene.ledger.note("orphan processes", f"{pid} after {after}: {line[-120:]}")


async def _again(scene: Scene, process: ServerProcess, number: signal.Signals) -> bool:
    await process.kill(number)
    await asyncio.sleep(scene.dice.uniform(0, 1))
    process.start()
    if isinstance(process, GatewayProcess):
        await process.accepts()
    return True


def _send(number: signal.Signals, pid: int) -> bool:
    with suppress(ProcessLookupError):
        if pid:
            os.kill(pid, number)
            return True
    return False


async def queue_is_paused(scene: Scene) -> bool:
    """By an admin. A worker dies meanwhile, and another document comes: nothing is claimed before it goes on."""
    if await scene.calls.command("/api/admin/queue/pause", admin=True) is None:
        return False
    began = time.time()
    try:
        await worker_dies(scene)
        await scene.people.give("well")
        await asyncio.sleep(scene.dice.uniform(0.5, 1.5))
    finally:
        scene.paused.append((began, time.time()))
        assert await scene.calls.command("/api/admin/queue/resume", admin=True) is not None
    return True

"""One storm: work, clients and faults side by side, then the finale."""

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from service.adapters.records import accounts
from tests.faults.crowd import Crowd
from tests.faults.finale import Finale
from tests.faults.kinds import KINDS, Scene, Strike, client_is_reset, client_stops_reading
from tests.faults.ledger import Ledger
from tests.faults.side_by_side import side_by_side
from tests.faults.site import SERVE, open_site
from tests.faults.witness import Witness
from tests.faults.work import Jobs
from tests.support.house import open_house
from tests.support.waiting import until

_WITNESSED_SECONDS = 10.0


@dataclass(frozen=True)
class Plan:
    """How heavy the storm is. It ends when both numbers have been reached.

    `patience`: how many seconds after a fault, or at the end, a client that is not right counts as stuck or unequal;
    `only`: these faults in this order, over again up to `rounds` times as long as nothing is wrong; `without`: a
    protection that the gateways go without.
    """

    seed: int
    faults: int
    deliveries: int
    clients: int = 16
    jobs: int = 5
    page_seconds: float = 0.12
    client_fault_seconds: float = 1.0
    patience: float = 20.0
    only: tuple[Strike, ...] = ()
    rounds: int = 1
    without: str | None = None


async def storm(plan: Plan, folder: Path, database_url: str) -> Ledger:
    """Rages over real processes in this folder, on a migrated database; returns what was counted."""
    ledger = Ledger()
    dice = random.Random(plan.seed)
    async with AsyncExitStack() as stack:
        module = SERVE if plan.without is None else ("tests.faults.without", plan.without)
        site = await stack.enter_async_context(open_site(folder, database_url, module=module))
        house = await stack.enter_async_context(open_house(database_url, site.redis.url, folder / "data"))
        async with house.a.db.writing() as session:
            admin = await accounts.make_user(session, "Admin", is_admin=True)
            tokens = (
                await accounts.make_token(session, house.actor.user_id),
                await accounts.make_token(session, admin.user_id),
            )
        jobs = Jobs(
            house, random.Random(dice.getrandbits(32)), at_once=plan.jobs, page_seconds=plan.page_seconds
        )
        witness = Witness(site.redis.url, ledger, lambda job_id: crowd.watched(job_id))  # noqa: PLW0108 - it is made below
        stack.push_async_callback(witness.close)
        crowd = Crowd(
            site,
            tokens,
            witness,
            ledger,
            jobs,
            random.Random(dice.getrandbits(32)),
            plan.patience,
        )
        await stack.enter_async_context(jobs.at_work())
        await crowd.gather(plan.clients)
        stack.push_async_callback(crowd.leave)
        scene = Scene(site, crowd, jobs, ledger, dice)
        await _rage(plan, scene, witness)
        crowd.settle_down()
        jobs.wind_up()
        await until(lambda: not jobs.lives, "all jobs have come to their ends", every=0.1)
        await witness.look()
        await Finale(house, jobs, crowd, ledger, plan.patience).play()
    return ledger


async def _rage(plan: Plan, scene: Scene, witness: Witness) -> None:
    clients = Scene(scene.site, scene.crowd, scene.jobs, scene.ledger, random.Random(plan.seed + 1))
    crowd = scene.crowd
    services = (
        witness.run(),
        _follow(scene, witness),
        crowd.change_topics(),
        crowd.follow(),
        crowd.follow(),
        _trouble_clients(plan, clients),
    )
    async with side_by_side(*services):
        await until(
            lambda: scene.jobs.busy and all(each.law.lists for each in scene.crowd.subscribers),
            "work is seen",
        )
        for strike in plan.only * plan.rounds:
            if plan.rounds > 1 and not scene.ledger.is_clean:
                break
            await _strike(scene, strike)
        while scene.ledger.faults.total() < plan.faults or scene.ledger.expected < plan.deliveries:
            await _strike(scene, scene.dice.choices(list(KINDS), list(KINDS.values()))[0])


async def _strike(scene: Scene, strike: Strike) -> None:
    name = strike.__name__
    scene.ledger.faults[name] += 1
    over = await strike(scene)
    await scene.crowd.right_again(name, over)
    await asyncio.sleep(scene.dice.uniform(0, 0.3))


async def _follow(scene: Scene, witness: Witness) -> None:
    """The witness looks at every job from its first moment until some seconds after its end."""
    over_at: dict[str, float] = {}
    while True:
        for job_id in scene.jobs.all:
            if job_id in scene.jobs.lives:
                witness.follow(job_id)
            elif scene.now > over_at.setdefault(job_id, scene.now) + _WITNESSED_SECONDS:
                witness.leave(job_id)
        await asyncio.sleep(0.05)


async def _trouble_clients(plan: Plan, scene: Scene) -> None:
    """Clients break off or stop to read, whatever else happens."""
    stalled: set[asyncio.Task[None]] = set()
    try:
        while plan.client_fault_seconds:
            await asyncio.sleep(scene.dice.uniform(0, 2 * plan.client_fault_seconds))
            if scene.dice.random() < 0.5:
                scene.ledger.faults["client_is_reset"] += 1
                await client_is_reset(scene)
            elif len(stalled) < len(scene.crowd.subscribers) // 4:
                scene.ledger.faults["client_stops_reading"] += 1
                task = asyncio.create_task(client_stops_reading(scene))
                stalled.add(task)
                task.add_done_callback(stalled.discard)
    finally:
        for task in stalled:
            task.cancel()
        await asyncio.gather(*stalled, return_exceptions=True)

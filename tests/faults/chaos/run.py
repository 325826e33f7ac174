"""One chaos: people and faults side by side, then peace, then the verdict."""

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass

from tests.faults.chaos import remains, verdict
from tests.faults.chaos.calls import Calls
from tests.faults.chaos.company import Company, found
from tests.faults.chaos.ledger import Ledger
from tests.faults.chaos.library import Library
from tests.faults.chaos.listener import Listener
from tests.faults.chaos.people import People
from tests.faults.chaos.place import Where, open_place
from tests.faults.chaos.strikes import Scene, Strike
from tests.faults.chaos.surroundings import all_strikes
from tests.faults.side_by_side import side_by_side
from tests.support.gemini_simulator import GeminiSimulator, say_by


@dataclass(frozen=True)
class Plan:
    """How heavy the chaos is. It rages until so many seconds have passed and so many documents were accepted.

    `patience`: seconds after which a job that has not ended counts as lost; `only`: these strikes in this order and no
    others, each again, up to `rounds` times, where it met nobody; `gifts`: the fates of documents that are given at the
    beginning; `without`: a protection that is taken out.
    """

    seed: int
    seconds: float
    accepted: int
    at_once: int = 40
    gateways: int = 2
    supervisors: int = 2
    workers: int = 2
    patience: float = 120.0
    pause_seconds: float = 0.5
    only: tuple[Strike, ...] = ()
    rounds: int = 3
    gifts: tuple[str, ...] = ()
    without: str | None = None


async def chaos(plan: Plan, where: Where) -> Ledger:
    """Rages over real processes; returns what was counted. `where` is fresh and migrated."""
    ledger = Ledger()
    dice = random.Random(plan.seed)
    library = Library()
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(GeminiSimulator())
        model.default = say_by(library.rewrite)
        place = await stack.enter_async_context(
            open_place(
                where,
                gateways=plan.gateways,
                supervisors=plan.supervisors,
                workers=plan.workers,
                model_url=model.url,
                without=plan.without,
            )
        )
        listener = Listener(place.site.redis.url, ledger)
        calls = Calls(place)
        stack.push_async_callback(calls.close)
        ships = await found(place.house.a.db, place.house.actor.user_id)
        company = Company(calls, ledger, _other(dice), ships)
        people = People(place, calls, company, library, ledger, _other(dice), at_once=plan.at_once)
        scene = Scene(place, calls, company, library, people, ledger, dice)
        async with side_by_side(listener.run()):
            began = scene.now
            async with people.at_it():
                scene.gifts += [asyncio.create_task(people.give(fate)) for fate in plan.gifts]
                await _rage(plan, scene)
                await asyncio.gather(*scene.gifts)
            ledger.seconds = scene.now - began
            await verdict.settle(scene, plan.patience)
            await remains.screens(scene)
            remains.keys(scene)
            await verdict.judge(scene, listener)
        await remains.processes(scene)
        await remains.files(scene)
    return ledger


def _other(dice: random.Random) -> random.Random:
    return random.Random(dice.getrandbits(32))


async def _rage(plan: Plan, scene: Scene) -> None:
    kinds = all_strikes(scene.place.where.database_url, restarts=scene.place.where.postgres is not None)
    began = scene.now
    # Each of them once, then by chance.
    for strike in plan.only or scene.dice.sample(list(kinds), len(kinds)):
        for _ in range(plan.rounds):
            if await _strike(plan, scene, strike):
                break
        else:
            scene.ledger.missed.add(strike.__name__)
    while not plan.only and (scene.now < began + plan.seconds or scene.people.accepted < plan.accepted):
        await _strike(plan, scene, scene.dice.choices(list(kinds), list(kinds.values()))[0])


async def _strike(plan: Plan, scene: Scene, strike: Strike) -> bool:
    struck = await strike(scene)
    scene.ledger.faults[strike.__name__ if struck else f"{strike.__name__}, and met nobody"] += 1
    await asyncio.sleep(scene.dice.uniform(0, 2 * plan.pause_seconds))
    return struck

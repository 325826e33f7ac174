"""Hostile documents among honest ones, for a worker of `hostile_worker`: what was given, and what became of it."""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.support.headway_process import descendants
from tests.support.hostile_worker import HOSTILE, worker_process
from tests.support.house import House
from tests.support.processes import is_alive
from tests.support.small_worker import give
from tests.support.waiting import until

ENDS = {
    "segfault": "crashed",
    "leave": "crashed",
    "eat_memory": "out_of_memory",
    "hang": "timed_out",
    "hang_in_c": "timed_out",
    "hang_deaf": "timed_out",
    "start_another fork": "engine_error",
    "start_another clone": "engine_error",
    "start_another exec": "engine_error",
    "fail": "engine_error",
}
"""What each kind of document does to its child, and the failure that it must end in."""
_A_NEIGHBOUR_EACH = 4


@dataclass
class Given:
    """Jobs of hostile documents with the failures expected of them, and jobs of honest ones."""

    hostile: dict[str, str] = field(default_factory=dict[str, str])
    neighbours: list[str] = field(default_factory=list[str])


async def give_hostile(house: House, files: int) -> Given:
    """So many hostile documents, each kind in turn, and a neighbour for every four."""
    given, kinds = Given(), list(ENDS)
    for number in range(files):
        kind = kinds[number % len(kinds)]
        given.hostile[await give(house, HOSTILE, f"{kind}#{number}".encode())] = ENDS[kind]
        if number % _A_NEIGHBOUR_EACH == 0:
            given.neighbours.append(await give(house, HOSTILE, f"count#{number}".encode()))
    return given


async def wrong_ends(house: House, given: Given, *, seconds: float) -> Counter[str]:
    """Those that did not fail by their name with advice, and neighbours that lost even a try; empty is well."""
    wrong: Counter[str] = Counter()
    for job_id, expected in given.hostile.items():
        await house.state(job_id, "completed", "failed", seconds=seconds)
        error = (await house.snapshot(job_id)).value.get("error") or {}
        if error.get("code") != expected or not error.get("advice"):
            wrong[f"{error.get('code')} instead of {expected}"] += 1
    for job_id in given.neighbours:
        job = await house.state(job_id, "completed", "failed", seconds=seconds)
        if job.state != "completed" or job.attempt:
            wrong["neighbours that paid for it"] += 1
    return wrong


async def seconds_until_nobody_is_left(house: House, *, give_up: float) -> tuple[int, float]:
    """A worker with three children that hang is killed: how many processes it had, and how long the last one lived."""
    async with worker_process(house, slots=3) as worker:
        for number in range(3):
            await give(house, HOSTILE, f"hang_deaf patiently#{number}".encode())
        await until(lambda: len(descendants(worker.pid)) >= 4, "a template and three children")
        family = set(descendants(worker.pid))
        began = time.monotonic()
        worker.kill()
        await until(lambda: not any(map(is_alive, family)), "no process outlives its worker", seconds=give_up)
        return len(family), time.monotonic() - began

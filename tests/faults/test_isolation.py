"""Documents that crash, exhaust memory, hang or fork: each fails by name, and no neighbour of theirs does.

`ISOLATION_FILES=100` makes it the long form.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.support.hostile_worker import HOSTILE, worker_process
from tests.support.house import open_house
from tests.support.processes import is_alive
from tests.support.small_worker import give
from tests.support.waiting import until

pytestmark = pytest.mark.anyio
FILES = int(os.environ.get("ISOLATION_FILES", "20"))
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


async def test_each_hostile_document_fails_by_name_and_no_neighbour_does(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as house, worker_process(house, slots=2):
        jobs: dict[str, str] = {}
        neighbours: list[str] = []
        kinds = list(ENDS)
        for number in range(FILES):
            kind = kinds[number % len(kinds)]
            jobs[await give(house, HOSTILE, f"{kind}#{number}".encode())] = ENDS[kind]
            if number % 4 == 0:
                neighbours.append(await give(house, HOSTILE, f"count#{number}".encode()))
        wrong: Counter[tuple[str, str]] = Counter()
        for job_id, expected in jobs.items():
            await house.state(job_id, "failed", seconds=60 + FILES)
            error = (await house.snapshot(job_id)).value["error"]
            if error["code"] != expected or not error["advice"]:
                wrong[expected, error["code"]] += 1
        assert not wrong
        for job_id in neighbours:
            job = await house.state(job_id, "completed", seconds=60)
            assert job.attempt == 0, "not even a try of theirs was lost"


async def test_nothing_is_left_a_second_after_the_worker_was_killed(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with (
        open_house(sqlite_url, redis_url, tmp_path / "data") as house,
        worker_process(house, slots=3) as worker,
    ):
        for number in range(3):
            await give(house, HOSTILE, f"hang_deaf patiently#{number}".encode())
        await until(lambda: len(_descendants(worker.pid)) >= 4, "a template and three children", seconds=30)
        family = _descendants(worker.pid)
        worker.kill()
        await until(lambda: not any(map(is_alive, family)), "no process outlives its worker", seconds=1)


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = list[int](), [pid]
    while waiting:
        waiting += children.get(waiting[0], [])
        found.append(waiting.pop(0))
    return found[1:]


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None

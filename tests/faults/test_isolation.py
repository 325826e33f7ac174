"""Documents that crash, exhaust memory, hang or fork: each fails by name, and no neighbour of theirs does.

The long form, with a hundred of them and what a fresh child costs, is the benchmark `isolation`.
"""

from pathlib import Path

import pytest

from tests.support.hostile_worker import worker_process
from tests.support.house import open_house
from tests.support.isolation import ENDS, give_hostile, seconds_until_nobody_is_left, wrong_ends

pytestmark = pytest.mark.anyio


async def test_each_hostile_document_fails_by_name_and_no_neighbour_does(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    """Each kind once; of the neighbours not even a try is lost."""
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as house, worker_process(house, slots=2):
        given = await give_hostile(house, len(ENDS))
        assert len(given.neighbours) >= 3
        assert not await wrong_ends(house, given, seconds=60)


async def test_nothing_is_left_a_second_after_the_worker_was_killed(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as house:
        processes, _ = await seconds_until_nobody_is_left(house, give_up=1)
    assert processes >= 4

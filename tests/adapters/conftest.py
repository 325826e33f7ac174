"""What the tests of the step machine share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.by_hand import ByHand
from tests.support.house import open_house
from tests.support.small_worker import phase, small


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    """The step machine with a pipeline of phases with one, two and one step."""
    pipeline = small(phase("inspecting"), phase("reading", steps=2), phase("assembling"))
    async with open_house(database_url, redis_url, tmp_path / "data") as house:
        yield ByHand(house, pipeline)

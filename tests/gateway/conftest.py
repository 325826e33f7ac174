"""A live gateway for the tests of this room."""

from collections.abc import AsyncIterator

import pytest

from tests.support.live_gateway import Gateway, running_gateway


@pytest.fixture
async def gateway(sqlite_url: str, redis_url: str) -> AsyncIterator[Gateway]:
    """A gateway on SQLite and the shared Redis."""
    async with running_gateway(sqlite_url, redis_url) as one:
        yield one

"""A live gateway for the tests of this room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support import http_gateway
from tests.support.live_gateway import Gateway, running_gateway


@pytest.fixture
async def gateway(sqlite_url: str, redis_url: str) -> AsyncIterator[Gateway]:
    """A gateway on SQLite and the shared Redis."""
    async with running_gateway(sqlite_url, redis_url) as one:
        yield one


@pytest.fixture
async def site(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[http_gateway.Gateway]:
    """A whole gateway without workers, on each database in turn."""
    async with http_gateway.gateway(http_gateway.settings_for(database_url, redis_url, tmp_path)) as one:
        yield one


@pytest.fixture
async def sqlite_site(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[http_gateway.Gateway]:
    """A whole gateway without workers, on SQLite, with small limits."""
    small = http_gateway.settings_for(
        sqlite_url, redis_url, tmp_path, file_bytes=300_000, files_per_request=5
    )
    async with http_gateway.gateway(small) as one:
        yield one

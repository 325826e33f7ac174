"""The fixtures give each test fresh parts."""

import os

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from service.adapters.queue import STEP_QUEUE
from tests.support.redis_server import MAY_STAY, connected, keys_without_expiry


@pytest.mark.parametrize("time", [1, 2])
def test_redis_is_empty_at_each_start(redis_url: str, time: int) -> None:
    with connected(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", time, ex=60)


@pytest.mark.keys_may_stay("left:*")
def test_a_key_without_expiry_is_found(redis_url: str) -> None:
    with connected(redis_url) as client:
        client.set("left:a", 1)
        client.set("brief", 1, ex=60)
        client.zadd(STEP_QUEUE, {"x": 1})
        assert keys_without_expiry(client, MAY_STAY) == ["left:a"]


@pytest.mark.parametrize("time", [1, 2])
async def test_a_database_is_empty_at_each_start(empty_database_url: str, time: int) -> None:
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as link:
        await link.execute(text(f"CREATE TABLE once (n integer DEFAULT {time})"))
    await engine.dispose()


@pytest.mark.parametrize("time", [1, 2])
async def test_a_database_has_the_schema_and_no_job(database_url: str, time: int) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as link:
        assert await link.scalar(text("SELECT count(*) FROM batches")) == 0
        await link.execute(text(f"CREATE TABLE once (n integer DEFAULT {time})"))
    await engine.dispose()


def test_no_setting_of_the_shell_reaches_a_test() -> None:
    assert not [name for name in os.environ if name.startswith("HEADWAY_")]

"""The migrations make exactly the tables that the code declares."""

import asyncio
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from service.adapters.database import Database
from service.adapters.record_tables import Row

pytestmark = pytest.mark.anyio

MIGRATING = """
import asyncio, sys
from service.adapters.database import Database

async def start():
    database = Database(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await database.migrate()
    await database.close()

asyncio.run(start())
"""


def _differences(connection: Connection) -> list[Any]:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Row.metadata)


async def differences(url: str) -> list[Any]:
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            return await connection.run_sync(_differences)
    finally:
        await database.close()


async def test_the_newest_revision_has_every_table_and_nothing_else(database_url: str) -> None:
    assert await differences(database_url) == []


async def test_processes_that_start_at_once_on_an_empty_database_all_find_the_tables(
    empty_database_url: str,
) -> None:
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MIGRATING, empty_database_url), stdin=pipe, stdout=pipe, stderr=pipe
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    ends = await asyncio.gather(*(process.communicate(b"\n") for process in processes))
    assert [(each.returncode, end[1]) for each, end in zip(processes, ends, strict=True)] == [(0, b"")] * 2
    assert await differences(empty_database_url) == []


async def test_deleting_a_row_takes_what_hangs_on_it(database_url: str) -> None:
    database = Database(database_url)
    insert = "INSERT INTO users (id, name, role, created_at) VALUES ('u', 'Ada', 'user', 0)"
    token = "INSERT INTO tokens (hash, user_id, kind, label, created_at) VALUES ('h', 'u', 'bearer', '', 0)"
    async with database.writing() as session:
        await session.execute(text(insert))
        await session.execute(text(token))
    async with database.writing() as session:
        await session.execute(text("DELETE FROM users"))
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM tokens")) == 0
    await database.close()

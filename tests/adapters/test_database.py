"""Transactions of the database: whole or not at all, and nobody is locked out by one that was broken off."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters import sqlite_connection
from service.adapters.database import Database, async_url
from service.adapters.tables import UserRow

pytestmark = pytest.mark.anyio


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def users(db: Database) -> int:
    async with db.reading() as session:
        return await session.scalar(select(func.count()).select_from(UserRow)) or 0


def user(number: int) -> UserRow:
    return UserRow(id=str(number), name="Ada", role="user", created_at=0.0)


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite"),
        ("postgres://h/d", "postgresql+asyncpg"),
        ("postgresql+x://h/d", "postgresql+asyncpg"),
    ],
)
def test_a_url_gets_the_driver_that_is_used(given: str, driver: str) -> None:
    assert async_url(given).split("://")[0] == driver


def test_other_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="use sqlite or postgresql"):
        async_url("mysql+pymysql://h/d")


async def test_an_exception_undoes_all(db: Database) -> None:
    async def write() -> None:
        async with db.writing() as session:
            session.add(user(1))
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write()
    assert await users(db) == 0


@pytest.mark.parametrize("durable", [False, True])
async def test_writers_at_the_same_time_wait_for_each_other(db: Database, durable: bool) -> None:
    other = Database(db.url)

    async def write(on: Database, number: int) -> None:
        async with on.writing(durable=durable) as session:
            session.add(user(number))

    await asyncio.gather(*(write((db, other)[number % 2], number) for number in range(20)))
    assert await users(db) == 20
    await other.close()


@pytest.mark.parametrize("at", range(5))
async def test_a_transaction_that_is_cancelled_holds_up_nobody(db: Database, at: int) -> None:
    """The cancel comes while the statement with this number is under way."""
    seen: list[str] = []

    async def write() -> None:
        async with db.writing() as session:
            await session.execute(text("UPDATE users SET name = 'x'"))
            session.add(user(1))
            await session.flush()
            await session.scalar(select(func.count()).select_from(UserRow))
            await session.execute(text("UPDATE users SET name = 'y'"))

    def cancel(*_: object) -> None:
        seen.append("statement")
        if len(seen) == at + 1:
            task.cancel()

    event.listen(db.engine.sync_engine, "before_cursor_execute", cancel)
    task = asyncio.create_task(write())
    await asyncio.wait([task])
    event.remove(db.engine.sync_engine, "before_cursor_execute", cancel)
    other = Database(db.url)
    async with asyncio.timeout(5), other.writing() as session:
        session.add(user(2))
    await other.close()
    assert await users(db) == (1 if task.cancelled() else 2)


async def test_sqlites_writers_wait_for_so_long_and_no_longer(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who gave up can write again as soon as the other is done."""
    holder, other = Database(sqlite_url), Database(sqlite_url)

    async def write(number: int) -> None:
        async with other.writing() as session:
            session.add(user(number))

    monkeypatch.setattr(sqlite_connection, "_BUSY_SECONDS", 0.2)
    async with holder.writing():
        with pytest.raises(OperationalError, match="locked"):
            await write(1)
    await write(2)
    monkeypatch.undo()
    async with holder.writing():
        waiting = asyncio.create_task(write(3))
        assert not (await asyncio.wait([waiting], timeout=0.3))[0], "it waits"
    await waiting
    assert await users(other) == 2
    await holder.close()
    await other.close()


async def test_a_reading_session_sees_one_moment(db: Database) -> None:
    async def count(session: AsyncSession) -> int | None:
        return await session.scalar(select(func.count()).select_from(UserRow))

    async with db.reading() as session:
        assert await count(session) == 0
        async with db.writing() as writer:
            writer.add(user(1))
        assert await count(session) == 0
    assert await users(db) == 1


async def test_a_process_that_was_stopped_within_a_transaction_gives_up_its_locks(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who needs the row waits for it no longer than that, and what the other had written is undone."""
    monkeypatch.setattr("service.adapters.database.IDLE_SECONDS", 0.3)
    stopped, other = Database(postgres_url), Database(postgres_url)
    async with other.writing() as session:
        session.add(user(1))

    async def stand_still() -> None:
        async with stopped.writing() as session:
            await session.execute(text("UPDATE users SET name = 'Zoe'"))
            async with asyncio.timeout(20), other.writing() as others:
                await others.execute(text("UPDATE users SET role = 'admin'"))

    with pytest.raises(DBAPIError):
        await stand_still()
    async with other.reading() as session:
        row = await session.get(UserRow, "1")
    assert row is not None
    assert (row.name, row.role) == ("Ada", "admin")
    assert await users(stopped) == 1
    await stopped.close()
    await other.close()


AWAY = [
    FileNotFoundError("no socket"),
    ConnectionRefusedError("nobody listens"),
    TimeoutError(),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.InternalClientError("got result for unknown protocol state 3"),
]


@pytest.mark.parametrize("fault", AWAY, ids=lambda fault: type(fault).__name__)
async def test_a_server_that_cannot_be_reached_is_told_in_one_way(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    async def connect(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(asyncpg, "connect", connect)
    db = Database(postgres_url)
    with pytest.raises(InterfaceError):
        await users(db)
    with pytest.raises(InterfaceError):
        async with db.writing() as session:
            await session.execute(text("SELECT 1"))
    await db.close()


async def test_a_server_whose_socket_is_not_there_is_told_in_the_same_way(tmp_path: Path) -> None:
    db = Database(f"postgresql://postgres@/nothing?host={tmp_path}")
    with pytest.raises(InterfaceError):
        await users(db)
    await db.close()

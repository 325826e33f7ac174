"""The SQL database: SQLite by default, PostgreSQL by URL. One transaction a `with`."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from service.adapters.migrations import upgrade
from service.adapters.sqlite_connection import SqliteConnection, open_sqlite
from service.domain.limits import NO_LIMITS, RunningLimits


def async_url(url: str) -> str:
    """The URL with the driver that Headway uses; raises ValueError for another kind of database."""
    parsed = make_url(url)
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    driver = drivers.get(parsed.get_backend_name())
    if driver is None:
        raise ValueError(f"{parsed.get_backend_name()} is not supported: use sqlite or postgresql")
    return parsed.set(drivername=driver).render_as_string(hide_password=False)


_LIMITS = "limits"  # where a session keeps what its database was opened with


def limits_of(session: AsyncSession) -> RunningLimits:
    """How much of one kind may run at a time, by the settings of this process."""
    return session.info.get(_LIMITS, NO_LIMITS)


def is_sqlite(session: AsyncSession) -> bool:
    """Whether the session's database is SQLite, where that cannot be said in one way."""
    return session.get_bind().dialect.name == "sqlite"


_SQLITE: dict[str, Any] = {"connect_args": {"async_creator_fn": open_sqlite}}
IDLE_SECONDS = 10.0
"""PostgreSQL ends a transaction in which nothing was asked for so long: its process was stopped or cut off, and all who
need its locks wait. Within one, nobody waits so long for anything else."""


def _postgresql() -> dict[str, Any]:
    from service.adapters.postgres_connection import open_postgres  # noqa: PLC0415 -- loads slowly

    limit = {"idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000:.0f}"}
    connecting = {"server_settings": limit, "async_creator_fn": open_postgres}
    return {"connect_args": connecting, "pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}


def _driver_of(connection: AsyncConnection) -> SqliteConnection:
    assert connection.sync_connection is not None, "it is connected"
    driver = connection.sync_connection.connection.driver_connection
    assert isinstance(driver, SqliteConnection)
    return driver


class Database:
    """Opens sessions. `reading` sees one state and writes nothing; `writing` is one transaction."""

    def __init__(self, url: str, limits: RunningLimits = NO_LIMITS) -> None:
        self.url = async_url(url)
        self.limits = limits
        self.is_sqlite = self.url.startswith("sqlite")
        self.engine = create_async_engine(
            self.url,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            **(_SQLITE if self.is_sqlite else _postgresql()),
        )
        self._reading = self.engine
        self._writes = asyncio.Lock()
        if not self.is_sqlite:
            self._reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession, None]:
        """A session of one moment, that of its first statement; rolled back at its end."""
        if not self.is_sqlite:
            async with self._session(self._reading, autoflush=False) as session:
                yield session
            return
        async with self.engine.connect() as connection:
            _driver_of(connection).begin_reading()
            async with self._session(connection, autoflush=False) as session:
                yield session

    @asynccontextmanager
    async def writing(self, *, durable: bool = False) -> AsyncGenerator[AsyncSession, None]:
        """One transaction, committed at the end and rolled back by an exception.

        `durable` waits for the disk at commit (SQLite `synchronous=FULL`; PostgreSQL always does). SQLite has one
        writer: within a process they queue here rather than in its busy loop. Raises SQLAlchemy's OperationalError
        where others write for longer than it waits.
        """
        if not self.is_sqlite:
            async with self._session(self.engine) as session, session.begin():
                yield session
            return
        async with self._writes, self.engine.connect() as connection:
            try:
                await _driver_of(connection).begin(durable=durable)
            except sqlite3.Error as error:
                # As whoever waits for a database expects it: with the driver's own it would pass for another's fault.
                raise OperationalError("BEGIN IMMEDIATE", None, error) from error
            async with self._session(connection) as session:
                yield session
                await session.commit()
            await connection.commit()

    def _session(self, bind: AsyncEngine | AsyncConnection, *, autoflush: bool = True) -> AsyncSession:
        return AsyncSession(bind, expire_on_commit=False, autoflush=autoflush, info={_LIMITS: self.limits})

    async def migrate(self) -> None:
        """Brings the schema to the newest revision; several processes may do so at once."""
        await upgrade(self.engine)

    async def close(self) -> None:
        """Closes all connections."""
        await self.engine.dispose()

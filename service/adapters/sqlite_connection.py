"""SQLite beside the event loop, with as few trips to the connection's thread as can be.

The library makes a trip each for a cursor, its statement, its rows and its end, and a trip costs more than a short
statement does. Here reading takes one trip a statement, and a writing transaction, which all other writers wait for,
none between its begin and its commit: only waiting for the lock and for the disk is left to the thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")

SQLITE_NOW = "headway_now"
"""SQLite runs in this process and has this machine's clock: connections give it `time.time` under this name."""
_BUSY_SECONDS = 30
_SOON_SECONDS, _LATER_SECONDS, _LONG_SECONDS = 0.0005, 0.005, 0.1
"""How long a writer sleeps before it tries again, and after how long it may sleep longer."""


class _RollsBackFirst(sqlite3.Connection):
    """A connection that is closed in the midst of a transaction gives up its locks.

    SQLite keeps them as long as a statement of the connection lives: after a cancelled task, until the garbage is
    collected. All other writers would wait for that.
    """

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


class SqliteConnection(aiosqlite.Connection):
    """What SQLAlchemy's dialect for aiosqlite needs of a connection."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True
        self._under_way = 0
        self._durable: bool | None = None
        self._is_writing = False
        self._is_to_read = False

    def cursor(self) -> "SqliteCursor":  # pyright: ignore[reportIncompatibleMethodOverride]  # the dialect's use
        """A cursor; nothing happens before its statement."""
        return SqliteCursor(self)

    async def begin(self, *, durable: bool) -> None:
        """Begins the one writing transaction that SQLite has, waiting for it.

        With `durable` its commit waits for the disk.
        """
        level = None if self._durable is durable else "FULL" if durable else "NORMAL"
        self._durable = None  # unknown, should this be broken off
        if self._under_way or not _begun_at_once(self._conn, level):
            await self.run(partial(_begin, self._conn, level))
        self._durable = durable
        self._is_writing = True

    def begin_reading(self) -> None:
        """The next statement begins a transaction, which sees what that statement sees, until it is rolled back."""
        self._is_to_read = True

    def statement_cursor(self) -> sqlite3.Cursor:
        """A cursor of the connection itself for the next statement."""
        if self._is_to_read:
            self._is_to_read = False
            self._conn.execute("BEGIN")
        return self._conn.cursor()

    async def commit(self) -> None:
        """Commits what was begun, if anything, unless a cancellation came meanwhile."""
        # Nothing was waited for since the begin: a cancellation is heard here, before it is too late.
        await asyncio.sleep(0)
        self._is_writing = False
        await self.run(self._conn.commit)

    async def rollback(self) -> None:
        """Where nothing was begun and nothing is under way, there is nothing to do."""
        self._is_writing = self._is_to_read = False
        if self._under_way:
            await self.run(self._conn.rollback)
        elif self._conn.in_transaction:
            self._conn.rollback()

    async def statement(self, function: Callable[[], T]) -> T:
        """Runs a statement: at once where it neither waits for a lock nor others for it, else as `run` does."""
        if self._is_writing and not self._under_way:
            return function()
        return await self.run(function)

    async def run(self, function: Callable[[], T]) -> T:
        """Runs it in the connection's thread, after what was asked for before."""
        self._under_way += 1
        # Counted down by the thread itself: a caller that is cancelled leaves its statement running.
        return await self._execute(self._counted, function)

    def _counted(self, function: Callable[[], T]) -> T:
        try:
            return function()
        finally:
            self._under_way -= 1


class SqliteCursor:
    """One statement and all of its rows."""

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, operation: str, parameters: Any = ()) -> Self:
        """Runs the statement and takes its rows."""
        return await self._connection.statement(partial(self._run, "execute", operation, parameters))

    async def executemany(self, operation: str, parameters: Any) -> Self:
        """Runs the statement with each of the parameters."""
        return await self._connection.statement(partial(self._run, "executemany", operation, parameters))

    async def fetchall(self) -> Sequence[Any]:
        """The rows, which are here already."""
        rows, self._rows = self._rows, ()
        return rows

    async def close(self) -> None:
        """The statement ended when its rows had been taken."""

    def _run(self, how: str, operation: str, parameters: Any) -> Self:
        cursor = self._connection.statement_cursor()
        try:
            getattr(cursor, how)(operation, parameters)
            self.description, self.lastrowid = cursor.description, cursor.lastrowid
            if cursor.description is not None:
                self._rows = cursor.fetchall()
            self.rowcount = cursor.rowcount
        finally:
            cursor.close()
        return self


def open_sqlite(*where: Any, **options: Any) -> Awaitable[aiosqlite.Connection]:
    """What `create_async_engine` takes as `async_creator_fn`: a connection as Headway uses SQLite."""
    return SqliteConnection(partial(_open, *where, **options))


def _open(*where: Any, **options: Any) -> sqlite3.Connection:
    options |= {"factory": _RollsBackFirst, "isolation_level": None, "check_same_thread": False}
    opened = sqlite3.connect(*where, **options, cached_statements=256)
    _patiently(partial(_done_at_once, opened, "PRAGMA journal_mode=WAL"))
    for pragma in (
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        "temp_store=MEMORY",
    ):
        opened.execute(f"PRAGMA {pragma}")
    opened.create_function(SQLITE_NOW, 0, time.time)
    return opened


def _begin(connection: sqlite3.Connection, synchronous: str | None) -> None:
    """Begins to write, and waits for other writers in steps that stay short.

    SQLite's own soon become 25 ms and more, while a transaction takes a few; whoever waits would come far too late.
    """
    _patiently(partial(_begun_at_once, connection, synchronous))


def _begun_at_once(connection: sqlite3.Connection, synchronous: str | None, *, may_wait: bool = True) -> bool:
    """False where another writes and this one may wait; raises sqlite3.OperationalError."""
    connection.execute("PRAGMA busy_timeout=0")
    try:
        if synchronous is not None:
            connection.execute(f"PRAGMA synchronous={synchronous}")
        return _done_at_once(connection, "BEGIN IMMEDIATE", may_wait=may_wait)
    finally:
        connection.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")


def _done_at_once(connection: sqlite3.Connection, statement: str, *, may_wait: bool) -> bool:
    """False where another's lock is in the way and this one may wait; raises sqlite3.OperationalError.

    SQLite does not wait by itself where two that turn an empty file into one with a log wait for each other.
    """
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as error:
        if may_wait and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


def _patiently(at_once: Callable[..., bool]) -> None:
    """Tries again until it says that it is done; after a while it is told that it may not wait any more."""
    began = time.monotonic()
    while not at_once(may_wait=time.monotonic() < began + _BUSY_SECONDS):
        time.sleep(_SOON_SECONDS if time.monotonic() < began + _LONG_SECONDS else _LATER_SECONDS)

"""The database's clock, the only one that leases and run times are compared on."""

import time
from typing import Any

from sqlalchemy import Double, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from service.adapters.database import is_sqlite
from service.adapters.sqlite_connection import SQLITE_NOW

_READ = "clock"  # where a session keeps what it has read


class db_now(FunctionElement[float]):  # noqa: N801 - it reads as the SQL function that it is
    """Seconds since 1970 on the database's clock, at the statement."""

    type = Double()
    inherit_cache = True


def _sqlite_now(*_: Any, **__: Any) -> str:
    return f"{SQLITE_NOW}()"


def _postgresql_now(*_: Any, **__: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


compiles(db_now, "sqlite")(_sqlite_now)
compiles(db_now, "postgresql")(_postgresql_now)


async def read_clock(session: AsyncSession) -> float:
    """What `db_now` said when this session asked first: one moment for all that its transaction reads and writes."""
    now: float | None = session.info.get(_READ)
    if now is None:
        now = session.info[_READ] = await _asked(session)
    return now


async def _asked(session: AsyncSession) -> float:
    if is_sqlite(session):
        return time.time()
    return (await session.execute(select(db_now()))).scalar_one()

"""One at a time, until the transaction ends, for what no single row stands for.

SQLite has one writer anyway. PostgreSQL's advisory locks cost no write, unlike the lock of a row that all would take.
"""

import zlib
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.database import is_sqlite

_NAMESPACE = 4_417_002
_WHAT = bindparam("what", type_=Integer())
_ALONE = select(func.pg_advisory_xact_lock(_NAMESPACE, _WHAT))
_TOGETHER = select(func.pg_advisory_xact_lock_shared(_NAMESPACE, _WHAT))


async def alone(session: AsyncSession, what: str) -> None:
    """Waits until nobody else holds `what`, and keeps them out."""
    await _take(session, _ALONE, what)


async def together(session: AsyncSession, what: str) -> None:
    """Holds `what` beside others who do so, and keeps out who wants it alone."""
    await _take(session, _TOGETHER, what)


async def wait_at_most(session: AsyncSession, seconds: float) -> None:
    """Whoever waits longer for a lock in this transaction gets an error of the database."""
    if not is_sqlite(session):
        await session.execute(text(f"SET LOCAL lock_timeout = {int(seconds * 1000)}"))


async def _take(session: AsyncSession, how: Select[Any], what: str) -> None:
    if not is_sqlite(session):
        number = zlib.crc32(what.encode()) - (1 << 31)
        await session.execute(how, {"what": number})

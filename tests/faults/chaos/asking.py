"""Asking a database that is away now and then."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from tests.support.waiting import until


async def until_so(asked: Callable[[], Awaitable[bool]], what: str, *, seconds: float) -> bool:
    """As `until`; a database that does not answer has not said so."""

    async def answer() -> bool:
        with suppress(SQLAlchemyError, OSError):
            return await asked()
        return False

    return await until(answer, what, seconds=seconds, every=0.1)

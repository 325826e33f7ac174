"""Connections to a PostgreSQL that comes and goes."""

from typing import Any

import asyncpg


async def open_postgres(*arguments: Any, **options: Any) -> asyncpg.Connection:
    """A new connection.

    Whatever it fails by, be it that there is no socket or that the server is starting up, SQLAlchemy's users hear
    InterfaceError: the database can't be had.
    """
    try:
        return await asyncpg.connect(*arguments, **options)
    except (OSError, asyncpg.PostgresError, asyncpg.InternalClientError) as error:
        raise asyncpg.InterfaceError(str(error) or repr(error)) from error

"""The schema's history, run by Alembic inside the process that needs it.

Alembic takes long to load and is needed once in a schema's life, so every other start goes without it.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

HEAD = "0016"
"""The newest revision; a test compares it with the folder `versions`."""

_ADVISORY_LOCK = 4_417_001


async def upgrade(engine: AsyncEngine) -> None:
    """Brings the schema to the newest revision in one transaction; others who try meanwhile wait for it."""
    async with engine.connect() as connection:
        if await connection.run_sync(_revision) == HEAD:
            return
    async with engine.connect() as connection:
        await _lock(connection)
        if await connection.run_sync(_revision) != HEAD:
            await connection.run_sync(_upgrade)
        await connection.commit()


async def _lock(connection: AsyncConnection) -> None:
    if connection.dialect.name == "sqlite":
        await connection.execute(text("BEGIN IMMEDIATE"))
    else:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 -- see above
    from alembic.config import Config  # noqa: PLC0415 -- see above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

"""Where the tests get the database schema from: the migrations, as production does."""

import asyncio

from service.adapters.database import Database


def migrate(url: str) -> None:
    """Gives an empty database the schema. Called outside of any event loop, once a run and engine: tests get copies."""

    async def run() -> None:
        database = Database(url)
        try:
            await database.migrate()
        finally:
            await database.close()

    asyncio.run(run())

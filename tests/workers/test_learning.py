"""What steps measured is shared by all workers, survives them, and is used when more is planned."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from service.adapters.database import Database
from service.adapters.tables import QueueStateRow
from service.domain.costs import Costs, Spent, Unit
from tests.support.counting import statements
from tests.support.house import open_house
from tests.support.pdf_files import text_pdf, words
from workers.learning import Learning
from workers.pipelines.assembling import ASSEMBLING
from workers.pipelines.reading import ocr_page, text_units

pytestmark = pytest.mark.anyio
PAGE = Unit("page:test", 100.0)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def stored(db: Database) -> dict[str, float]:
    async with db.reading() as session:
        rows = (await session.scalars(select(QueueStateRow))).all()
    return {row.name: row.value["ms"] for row in rows if row.name.startswith("cost:")}


async def test_workers_agree_on_what_each_of_them_measured(db: Database) -> None:
    first, second = Costs(), Costs()
    one, other = Learning(db, first), Learning(db, second)
    first.learn([Spent(PAGE, 10, 500.0)])
    second.learn([Spent(PAGE, 10, 2000.0), Spent(ASSEMBLING, 1, 30.0)])
    await asyncio.gather(one.share(), other.share())
    await asyncio.gather(one.share(), other.share())
    assert first.of(PAGE) == second.of(PAGE) != PAGE.guess
    assert first.of(ASSEMBLING) == second.of(ASSEMBLING) != ASSEMBLING.guess
    assert first.unshared == second.unshared == ()
    assert (await stored(db))["cost:page:test"] == pytest.approx(first.of(PAGE))


async def test_what_was_learned_is_there_after_a_restart(db: Database) -> None:
    before = Costs()
    before.learn([Spent(PAGE, 10, 500.0)])
    await Learning(db, before).share()
    after = Costs()
    await Learning(db, after).share()
    assert after.of(PAGE) == pytest.approx(before.of(PAGE), rel=1e-5)


async def test_who_measured_nothing_writes_nothing(db: Database) -> None:
    learning = Learning(db, Costs())
    with statements() as asked:
        await learning.share()
    assert len(asked) == 1 and asked[0].startswith("SELECT")


async def test_what_could_not_be_shared_is_shared_the_next_time(db: Database, tmp_path: Path) -> None:
    costs = Costs()
    costs.learn([Spent(PAGE, 10, 500.0)])
    tableless = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with pytest.raises(Exception, match="queue_state"):
        await Learning(tableless, costs).share()
    await tableless.close()
    await Learning(db, costs).share()
    assert (await stored(db))["cost:page:test"] == pytest.approx(costs.of(PAGE))


async def test_reading_a_document_teaches_what_its_pages_take(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with open_house(sqlite_url, redis_url, tmp_path / "data", drain_seconds=0.6) as house:
        async with house.worker():
            job = await house.accept("a.pdf", "pdf", text_pdf(*(words(30, seed) for seed in range(3))))
            await house.state(job.job_id, "completed")
        known = await stored(house.a.db)
    units = text_units(flows=False)
    assert {f"cost:{units.first.name}", f"cost:{ASSEMBLING.name}"} <= known.keys()
    assert f"cost:{ocr_page('rapidocr').name}" not in known

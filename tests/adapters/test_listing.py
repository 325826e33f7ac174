"""Lists are pages of cards by cursor; their cost in statements does not grow with the rows."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import update

from service.adapters.database import Database
from service.adapters.records import accounts, listing
from service.adapters.records.intake import NewDocument, Order, accept
from service.adapters.tables import ArtifactRow, BatchRow, JobRow, JobSnapshotRow
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.job import JobState
from service.domain.pipeline import FirstStep, PipelineSpec
from service.protocol.snapshot import CARD_FIELDS
from service.protocol.topics import Filters
from tests.support.counting import statements

SPEC = PipelineSpec("text", ("inspecting", "reading"), ("pdf",), {}, FirstStep(10, 100, 10))
ALL = Filters()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    one = Database(database_url)
    await one.migrate()
    yield one
    await one.close()


@pytest.fixture
async def ann(db: Database) -> Actor:
    async with db.writing() as session:
        return await accounts.make_user(session, "Ann")


async def add(
    db: Database,
    owner: Actor,
    *names: str,
    batch: str | None = None,
    pipeline: str = "text",
    state: JobState = JobState.QUEUED,
) -> list[str]:
    made: list[str] = []
    async with db.writing() as session:
        if batch is not None and await listing.owned_batch(session, batch) is None:
            session.add(BatchRow(id=batch, owner_id=owner.user_id, name="A batch", created_at=1.0))
        for name in names:
            document = NewDocument(new_id(), name, "pdf", 1_000_000, new_id())
            order = Order(owner_id=owner.user_id, batch_id=batch, options={})
            made.append((await accept(session, document, replace(SPEC, name=pipeline), order)).job_id)
        await session.flush()
        await session.execute(update(JobRow).where(JobRow.id.in_(made)).values(state=state))
    return made


async def names(db: Database, filters: Filters = ALL, *, text: str | None = None) -> list[str]:
    async with db.reading() as session:
        page = await listing.page(session, filters, text=text)
    return [each.value["name"] for each in page.cards]


async def test_pages_go_from_the_newest_to_the_oldest_and_miss_nothing(db: Database, ann: Actor) -> None:
    made = await add(db, ann, *(f"{n}.pdf" for n in range(25)))
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        async with db.reading() as session:
            page = await listing.page(session, Filters(limit=10), before=cursor)
        seen += [each.job_id for each in page.cards]
        cursor = page.next
        await add(db, ann, "came meanwhile.pdf")
    assert cursor is None
    assert seen == sorted(made, reverse=True)


async def test_filters_are_combined(db: Database, ann: Actor) -> None:
    async with db.writing() as session:
        ben = await accounts.make_user(session, "Ben")
    batch = new_id()
    await add(db, ann, "a", state=JobState.FAILED)
    await add(db, ann, "b", batch=batch)
    await add(db, ann, "c", pipeline="sentences", state=JobState.FAILED)
    await add(db, ben, "d", state=JobState.FAILED)
    assert await names(db) == ["d", "c", "b", "a"]
    assert await names(db, Filters(owner=ann.user_id)) == ["c", "b", "a"]
    assert await names(db, Filters(states=(JobState.FAILED,), owner=ann.user_id)) == ["c", "a"]
    assert await names(db, Filters(states=(JobState.FAILED, JobState.QUEUED), pipeline="text")) == [
        "d",
        "b",
        "a",
    ]
    assert await names(db, Filters(batch=batch)) == ["b"]
    assert await names(db, Filters(batch=new_id())) == []


@pytest.mark.parametrize("text", ["élève", "ÉLÈVE", "e\u0301le\u0300ve", "LEÇON"])
async def test_text_is_found_in_names_whatever_its_case(db: Database, ann: Actor, text: str) -> None:
    await add(db, ann, "Leçon de l'Élève.pdf", "100%_sure.pdf", "other.pdf")
    assert await names(db, text=text) == ["Leçon de l'Élève.pdf"]


@pytest.mark.parametrize("text", ["%_", "0%", "100%_S"])
async def test_wildcards_are_text(db: Database, ann: Actor, text: str) -> None:
    await add(db, ann, "100%_sure.pdf", "100 sure.pdf", "a_b")
    assert await names(db, text=text) == ["100%_sure.pdf"]


async def test_counts_are_by_state_and_ignore_only_the_state_filter(db: Database, ann: Actor) -> None:
    await add(db, ann, "a", "b", state=JobState.FAILED)
    await add(db, ann, "c")
    await add(db, ann, "d", pipeline="sentences")
    async with db.reading() as session:
        found = await listing.counts(session, Filters(states=(JobState.FAILED,), pipeline="text"))
    assert found["total"] == 3
    assert (found["failed"], found["queued"], found["completed"]) == (2, 1, 0)
    assert set(found) == {"total", *(str(each) for each in JobState)}


async def test_a_card_has_card_fields_artifacts_owner_and_the_pages_of_its_ending(
    db: Database, ann: Actor
) -> None:
    (job_id,) = await add(db, ann, "a.pdf", state=JobState.COMPLETED)
    async with db.writing() as session:
        session.add(
            ArtifactRow(
                job_id=job_id, name="text.txt", step_id=new_id(), blob="a/b", size=3, media_type="text/plain"
            )
        )
        session.add(
            JobSnapshotRow(job_id=job_id, run=1, value={"counters": {"pages_done": 7}, "pages": {"1": "td"}})
        )
    async with db.reading() as session:
        (card,) = (await listing.page(session, Filters())).cards
    assert set(card.value) <= CARD_FIELDS
    assert card.value["artifacts"] == {"text.txt": {"size": 3, "media_type": "text/plain"}}
    assert (card.value["owner"], card.value["counters"]["pages_done"]) == ("Ann", 7)
    assert (card.run, card.revision) == (1, 1)


async def test_a_batch_shows_its_members_in_the_order_in_which_they_came(db: Database, ann: Actor) -> None:
    batch = new_id()
    made = await add(db, ann, *(f"{n}" for n in range(5)), batch=batch)
    async with db.reading() as session:
        members = await listing.batch_members(session, batch)
    assert [each.job_id for each in members] == made
    assert members[0].cost == SPEC.first.whole(1_000_000)


@pytest.mark.parametrize("rows", [10, 1000])
async def test_the_number_of_statements_does_not_depend_on_the_rows(
    db: Database, ann: Actor, rows: int
) -> None:
    batch = new_id()
    await add(db, ann, *(f"{n}.pdf" for n in range(rows)), batch=batch)
    async with db.reading() as session:
        with statements() as seen:
            page = await listing.page(session, Filters(limit=500, batch=batch), text="pdf")
            assert len(seen) == 2
            await listing.counts(session, ALL)
            assert len(seen) == 3
            assert len(await listing.batch_members(session, batch)) == rows
            assert len(seen) == 4
    assert len(page.cards) == min(rows, 500)

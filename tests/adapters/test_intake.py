"""Accepting a document: one transaction, one job for the same work of the same owner."""

import asyncio
import hashlib

import pytest

from service.adapters.records import intake
from service.adapters.records.accounts import make_user
from service.adapters.records.intake import Accepted, NewDocument, Order
from service.adapters.tables import BatchMemberRow, BatchRow, DocumentRow, JobRow
from service.domain.ids import new_id
from tests.support.by_hand import ByHand, in_state
from tests.support.small_worker import phase, small

pytestmark = pytest.mark.anyio


async def count(machine: ByHand, table: type[JobRow | DocumentRow]) -> int:
    from sqlalchemy import func, select

    async with machine.house.a.db.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def accept(
    machine: ByHand,
    content: bytes = b"words",
    *,
    owner: str | None = None,
    batch: str | None = None,
    **order: object,
) -> Accepted:
    document = NewDocument(new_id(), "a.txt", "txt", len(content), hashlib.sha256(content).hexdigest())
    options = order.pop("options", {})
    spec = machine.pipeline.spec()
    async with machine.house.a.db.writing() as session:
        made = Order(owner or machine.house.actor.user_id, batch, options, **order)  # pyright: ignore[reportArgumentType]
        return await intake.accept(session, document, spec, made)


async def test_a_document_becomes_a_job_with_its_first_step(machine: ByHand) -> None:
    accepted = await accept(machine, priority="high")
    job = await machine.house.job(accepted.job_id)
    assert (job.state, job.run, job.phase, job.remaining, job.priority) == ("queued", 1, 0, 1, 0)
    assert job.cost_total == machine.pipeline.first.whole(5) and job.queued_at is not None
    (step,) = await machine.steps(accepted.job_id)
    assert (step.state, step.phase, step.number, step.cost) == ("queued", 0, 0, machine.pipeline.first.cost)
    assert await machine.endings(accepted.job_id) == [(1, None)]


async def test_a_staged_job_has_nothing_to_claim_until_it_is_started(machine: ByHand) -> None:
    accepted = await accept(machine, start=False)
    (step,) = await machine.steps(accepted.job_id)
    assert (accepted.state, step.state) == ("staged", "planned")
    assert await machine.claim(step.id) is None
    await machine.house.a.commands.start(accepted.job_id, machine.house.actor)
    assert await machine.rung() == {step.id}


@pytest.mark.parametrize("state", ["staged", "queued", "processing", "paused", "waiting", "completed"])
async def test_the_same_work_is_not_done_twice(machine: ByHand, state: str) -> None:
    job_id = await in_state(machine, state)
    again = await accept(machine, start=state != "staged")
    assert not again.started
    assert (again.job_id, again.duplicate_of, again.state) == (job_id, job_id, state)
    assert again.document_id == (await machine.house.job(job_id)).document_id
    assert (await count(machine, JobRow), await count(machine, DocumentRow)) == (1, 1)
    assert (await accept(machine, force=True)).job_id != job_id


@pytest.mark.parametrize("state", ["failed", "cancelled"])
async def test_after_a_bad_end_it_runs_again(machine: ByHand, state: str) -> None:
    job_id = await in_state(machine, state)
    again = await accept(machine)
    assert again.job_id != job_id and again.duplicate_of is None


async def test_other_options_or_another_pipeline_are_other_work(machine: ByHand) -> None:
    first = await accept(machine, options={"ocr": "auto", "languages": ["en"]})
    assert (await accept(machine, options={"languages": ["en"], "ocr": "auto"})).duplicate_of == first.job_id
    assert (await accept(machine, options={"ocr": "never", "languages": ["en"]})).duplicate_of is None
    machine.pipeline = small(phase("inspecting"), name="other")
    assert (await accept(machine, options={"ocr": "auto", "languages": ["en"]})).duplicate_of is None


async def test_anothers_equal_file_grants_nothing(machine: ByHand) -> None:
    first = await accept(machine)
    async with machine.house.a.db.writing() as session:
        other = await make_user(session, "Bea")
    second = await accept(machine, owner=other.user_id)
    assert second.duplicate_of is None and second.job_id != first.job_id
    assert second.document_id != first.document_id


async def test_a_staged_job_starts_when_it_is_uploaded_again_to_be_started(machine: ByHand) -> None:
    job_id = await in_state(machine, "staged")
    again = await asyncio.gather(*(accept(machine) for _ in range(4)))
    assert {(each.job_id, each.duplicate_of, each.state) for each in again} == {(job_id, job_id, "queued")}
    assert sum(each.started for each in again) == 1, "whoever started it announces it"
    (step,) = await machine.steps(job_id)
    assert (step.state, (await machine.house.job(job_id)).state) == ("queued", "queued")


async def test_a_duplicate_is_shown_in_the_batch_it_was_uploaded_to(machine: ByHand) -> None:
    first = await accept(machine)
    batch_id = new_id()
    async with machine.house.a.db.writing() as session:
        session.add(BatchRow(id=batch_id, owner_id=machine.house.actor.user_id, name=None, created_at=0.0))
    for _ in range(2):
        assert (await accept(machine, batch=batch_id)).job_id == first.job_id
    async with machine.house.a.db.reading() as session:
        assert await session.get(BatchMemberRow, (batch_id, first.job_id)) is not None


async def test_equal_uploads_at_the_same_time_make_one_job(machine: ByHand) -> None:
    accepted = await asyncio.gather(*(accept(machine) for _ in range(5)))
    assert len({each.job_id for each in accepted}) == 1
    assert sum(each.duplicate_of is None for each in accepted) == 1

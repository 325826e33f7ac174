"""What people may ask of a job in each state, and that asking twice is as good as once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from service.adapters import keys
from service.adapters.commands import DocumentInUse, JobGone
from service.adapters.records.accounts import make_user
from service.adapters.tables import (
    ArtifactRow,
    BatchMemberRow,
    BatchRow,
    DocumentRow,
    JobRow,
    RunRow,
    StepRow,
)
from service.domain.account import Actor
from service.domain.ids import new_id
from service.domain.job import ENDED, TRANSITIONS, JobEvent, JobState, NotPossible
from service.domain.question import AnswerRefused
from service.domain.work import NewArtifact
from tests.support.by_hand import ByHand, in_state
from tests.support.house import open_house
from tests.support.small_worker import phase, small
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

SAFE_TO_REPEAT = {
    "start": {*JobState} - {JobState.STAGED, *ENDED},
    "pause": {JobState.PAUSING, JobState.PAUSED},
    "resume": {JobState.QUEUED, JobState.PROCESSING},
    "cancel": {JobState.CANCELLED},
    "retry": {*JobState} - {JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED},
}
"""States in which the command has had its effect, or has none to have: the job stays as it is."""


@pytest.fixture
async def one(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    """The step machine on SQLite alone, for what does not depend on the database."""
    pipeline = small(phase("inspecting"), phase("reading", steps=2), phase("assembling"))
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as house:
        yield ByHand(house, pipeline)


async def ask(machine: ByHand, command: str, job_id: str, actor: Actor | None = None) -> JobState:
    return await getattr(machine.house.a.commands, command)(job_id, actor or machine.house.actor)


def expected(command: str, state: JobState) -> JobState | None:
    if state in SAFE_TO_REPEAT[command]:
        return state
    if (command, state) == ("retry", JobState.COMPLETED):
        return None
    return TRANSITIONS[state].get(JobEvent(command))


@pytest.mark.parametrize("state", [*JobState])
async def test_each_command_leads_where_the_table_says_or_is_not_possible(
    one: ByHand, state: JobState
) -> None:
    for command in SAFE_TO_REPEAT:
        job_id = await in_state(one, state)
        before = await one.house.job(job_id)
        to = expected(command, state)
        if to is None:
            with pytest.raises(NotPossible) as refused:
                await ask(one, command, job_id)
            assert (refused.value.state, refused.value.event) == (state, command)
            assert (await one.house.job(job_id)).revision == before.revision
            continue
        assert await ask(one, command, job_id) == to
        once = await one.house.job(job_id)
        assert (once.state, once.revision) == (to, before.revision + (to != state))
        assert (await one.house.snapshot(job_id)).value["state"] == to
        assert await ask(one, command, job_id) == to, "asking again changes nothing"
        assert (await one.house.job(job_id)).revision == once.revision


async def test_anothers_job_is_as_gone_as_none(one: ByHand) -> None:
    async with one.house.a.db.writing() as session:
        other = await make_user(session, "Bea")
        admin = await make_user(session, "Root", is_admin=True)
    job_id = await one.give()
    commands = one.house.a.commands
    for command in SAFE_TO_REPEAT:
        for gone, actor in ((job_id, other), (new_id(), one.house.actor)):
            with pytest.raises(JobGone):
                await ask(one, command, gone, actor)
    with pytest.raises(JobGone):
        await commands.answer(job_id, "q", {}, other)
    with pytest.raises(JobGone):
        await commands.delete_document((await one.house.job(job_id)).document_id, other)
    assert (await one.house.job(job_id)).state == "queued"
    assert await ask(one, "cancel", job_id, admin) == "cancelled"
    value = (await one.house.snapshot(job_id)).value
    assert value["cancelled_by"] == "Root"
    assert [line["code"] for line in value["log"].values()] == ["cancelled"]


async def test_a_pause_at_the_last_step_lets_the_job_end(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 2)
    claim = await machine.claimed(job_id)
    assert await ask(machine, "pause", job_id) == "pausing"
    await machine.done(claim)
    assert (await machine.house.job(job_id)).state == "completed"
    assert await machine.endings(job_id) == [(1, "completed")]


async def test_a_pause_between_phases_goes_on_with_the_next_one(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    first, second = [await machine.claimed(job_id) for _ in range(2)]
    await ask(machine, "pause", job_id)
    await machine.done(first)
    assert (await machine.house.job(job_id)).state == "pausing", "until the last running step has ended"
    await machine.done(second)
    job = await machine.house.job(job_id)
    assert job.state == "paused"
    (waiting,) = await machine.steps(job_id, "queued")
    assert await machine.claim(waiting.id) is None
    assert await ask(machine, "resume", job_id) == "queued"
    assert await machine.rung() == {waiting.id}
    await machine.done(await machine.claimed(job_id))
    assert (await machine.house.job(job_id)).state == "completed"


async def test_a_cancel_kills_on_every_worker_and_ends_all_steps(one: ByHand) -> None:
    job_id = await one.give()
    await one.to_phase(job_id, 1)
    await one.claimed(job_id)
    async with one.house.a.redis.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(keys.CONTROL_CHANNEL)
        await pubsub.get_message(timeout=1.0)
        await ask(one, "cancel", job_id)
        told: Any = await until(lambda: pubsub.get_message(timeout=0.1), "workers are told to stop")
    assert orjson.loads(told["data"]) == {"stop": {"job_id": job_id}}
    assert [each.state for each in await one.steps(job_id)] == ["done", "cancelled", "cancelled"]
    assert await one.endings(job_id) == [(1, "cancelled")]


async def test_a_retry_keeps_what_is_done_and_runs_the_rest(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    await machine.done(await machine.claimed(job_id), output={"kept": True})
    await machine.failed(await machine.claimed(job_id))
    kept = {each.id: each.attempt for each in await machine.steps(job_id, "done")}
    assert await ask(machine, "retry", job_id) == "queued"
    job = await machine.house.job(job_id)
    assert (job.run, job.phase, job.remaining, job.steps_done, job.error) == (2, 1, 1, 2, None)
    (again,) = await machine.steps(job_id, "queued")
    assert again.failures == 0 and await machine.rung() == {again.id}
    await machine.done(await machine.claimed(job_id))
    await machine.done(await machine.claimed(job_id))
    after = await machine.steps(job_id)
    assert {each.id: each.attempt for each in after if each.id in kept} == kept
    assert await machine.endings(job_id) == [(1, "failed"), (2, "completed")]
    log = (await machine.house.snapshot(job_id)).value["log"]
    assert [line["code"] for line in log.values()][-3:] == ["retried", "phase", "completed"]


async def test_a_retry_plans_the_failed_pages_anew_and_what_came_after_them(machine: ByHand) -> None:
    job_id = await machine.give()
    await machine.to_phase(job_id, 1)
    warnings = {"page-2": {"code": "page_broken"}}
    await machine.done(await machine.claimed(job_id), pages={"1": "td", "2": "tf"}, warnings=warnings)
    await machine.done(await machine.claimed(job_id), pages={"3": "td"})
    artifact = NewArtifact("text.txt", "a/b/1.0", 5, "text/plain")
    await machine.done(await machine.claimed(job_id), artifacts=(artifact,))
    job = await machine.house.job(job_id)
    assert (job.state, job.outcome) == ("completed", "warnings")
    assert await ask(machine, "retry", job_id) == "queued"
    job = await machine.house.job(job_id)
    assert (job.phase, job.warnings, job.outcome, job.remaining) == (1, {}, None, 1)
    (again,) = await machine.steps(job_id, "queued")
    assert (again.phase, again.input["pages"]) == (1, [2])
    value = (await machine.house.snapshot(job_id)).value
    assert value["artifacts"] == {}
    assert value["percent"] < 100
    await machine.done(await machine.claimed(job_id), pages={"2": "td"})
    await machine.done(await machine.claimed(job_id), artifacts=(artifact,))
    value = (await machine.house.snapshot(job_id)).value
    assert (value["state"], value["outcome"], value["warnings"]) == ("completed", "success", {})
    assert value["pages"] == {"1": "td", "2": "td", "3": "td"}
    assert (value["counters"]["pages_done"], value["counters"].get("pages_failed", 0)) == (3, 0)


async def test_an_answer_must_fit_the_question(one: ByHand) -> None:
    job_id = await in_state(one, "waiting")
    answer, actor = one.house.a.commands.answer, one.house.actor
    question = (await one.house.job(job_id)).question
    assert question is not None
    for given, code in (
        ({}, "answer_incomplete"),
        ({"password": ""}, "answer_incomplete"),
        ({"password": 7}, "answer_incomplete"),
        ({"password": "x" * 1001}, "answer_incomplete"),
    ):
        with pytest.raises(AnswerRefused) as refused:
            await answer(job_id, question["id"], given, actor)
        assert (refused.value.code, refused.value.field_name) == (code, "password")
    with pytest.raises(AnswerRefused) as refused:
        await answer(job_id, "another", {"password": "x"}, actor)
    assert refused.value.code == "question_gone"
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"deeper": deep}
    assert await answer(job_id, question["id"], {"password": "sesame", "more": deep}, actor) == "queued"
    job = await one.house.job(job_id)
    assert job.question is None and job.secret is not None and b"sesame" not in job.secret
    assert one.house.a.secrets.open(job.secret) == {"password_required": {"password": "sesame"}}
    with pytest.raises(NotPossible):
        await answer(job_id, question["id"], {"password": "sesame"}, actor)
    await ask(one, "cancel", job_id)
    assert (await one.house.job(job_id)).secret is None, "erased at the run's end"


async def test_a_batch_is_cancelled_and_its_failures_are_retried_as_a_whole(one: ByHand) -> None:
    many, actor = one.house.a.many, one.house.actor
    states = ("queued", "processing", "waiting", "completed", "failed", "cancelled")
    jobs = {state: await in_state(one, state) for state in states}
    batch_id = new_id()
    async with one.house.a.db.writing() as session:
        session.add(BatchRow(id=batch_id, owner_id=actor.user_id, name=None, created_at=0.0))
        await session.flush()
        session.add_all(BatchMemberRow(batch_id=batch_id, job_id=job, added_at=0.0) for job in jobs.values())
    assert await many.retry_failed(batch_id, actor) == [jobs["failed"]]
    assert await many.retry_failed(batch_id, actor) == []
    live = [jobs[state] for state in ("processing", "waiting", "queued", "failed")]
    assert await many.cancel_batch(batch_id, actor) == live
    assert await many.cancel_batch(batch_id, actor) == []
    assert (await one.house.job(jobs["completed"])).state == "completed"
    stranger = Actor(new_id(), "Bea")
    assert await many.retry_failed(batch_id, stranger) == []


async def test_deleting_a_document_leaves_nothing_of_it(machine: ByHand) -> None:
    house = machine.house
    job_id = await machine.give()
    document_id = (await house.job(job_id)).document_id
    with pytest.raises(DocumentInUse):
        await house.a.commands.delete_document(document_id, house.actor)
    await machine.to_phase(job_id, 2)
    blob = f"{job_id}/step/1.0"
    await house.a.blobs.put(blob, b"text")
    await house.a.blobs.put(f"derived/{document_id}/1@800.png", b"png")
    artifact = NewArtifact("text.txt", blob, 4, "text/plain")
    await machine.done(await machine.claimed(job_id), artifacts=(artifact,))
    await house.a.commands.delete_document(document_id, house.actor)
    async with house.a.db.reading() as session:
        for table in (DocumentRow, JobRow, StepRow, RunRow, ArtifactRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
    for key in (blob, f"derived/{document_id}/1@800.png", f"{house.actor.user_id}/{document_id}"):
        assert await house.a.blobs.size(key) is None
    assert [key async for key in house.a.redis.scan_iter(f"{keys.job_keys(job_id).main}*")] == []
    assert await house.a.echo.snapshot(job_id) is None
    with pytest.raises(JobGone):
        await house.a.commands.delete_document(document_id, house.actor)

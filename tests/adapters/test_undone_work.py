"""Work of earlier phases that is gone by the time that a later one needs it: a retry does it again."""

import pytest

from service.adapters.records import orders
from service.adapters.records.ending import locked_job
from service.domain.json import JsonObject
from service.domain.work import NewArtifact
from tests.support.by_hand import ByHand

pytestmark = pytest.mark.anyio

READ = NewArtifact("text.txt", "some/blob", 4, "text/plain")


async def told(machine: ByHand, job_id: str) -> JsonObject:
    return (await machine.house.snapshot(job_id)).value


async def failed_at_the_end(machine: ByHand, undone_from: str | None) -> str:
    """A job whose last phase has failed; each of its two steps of Reading has made something."""
    job_id = await machine.give()
    await machine.done(await machine.claimed(job_id), output={"found": 1}, output_blob="inspected")
    for number in range(2):
        artifacts = (READ,) if number == 0 else ()
        await machine.done(
            await machine.claimed(job_id),
            output={"read": number},
            output_blob=f"read-{number}",
            artifacts=artifacts,
        )
    await machine.failed(await machine.claimed(job_id), undone_from=undone_from)
    assert list((await told(machine, job_id))["artifacts"]) == ["text.txt"]
    return job_id


async def test_a_retry_begins_where_the_work_is_gone(machine: ByHand) -> None:
    job_id = await failed_at_the_end(machine, "reading")
    assert "undone_from" not in (await told(machine, job_id))["error"]
    await machine.house.a.commands.retry(job_id, machine.house.actor)
    inspected, *read = await machine.steps(job_id)
    assert (inspected.state, inspected.output, inspected.output_blob) == ("done", {"found": 1}, "inspected")
    assert [(each.phase, each.state, each.output, each.output_blob) for each in read] == [
        (1, "queued", None, None)
    ] * 2
    value = await told(machine, job_id)
    assert (value["phase"]["code"], value["artifacts"]) == ("reading", {})
    assert (value["counters"]["steps_done"], value["counters"]["steps_total"]) == (1, 3)
    while (await machine.house.job(job_id)).state != "completed":
        await machine.done(await machine.claimed(job_id))
    assert await machine.endings(job_id) == [(1, "failed"), (2, "completed")]


async def test_what_is_there_is_not_done_again(machine: ByHand) -> None:
    job_id = await failed_at_the_end(machine, None)
    await machine.house.a.commands.retry(job_id, machine.house.actor)
    assert [each.state for each in await machine.steps(job_id)] == ["done", "done", "done", "queued"]
    assert list((await told(machine, job_id))["artifacts"]) == ["text.txt"]


async def test_a_job_may_begin_anew(machine: ByHand) -> None:
    job_id = await failed_at_the_end(machine, None)
    async with machine.house.a.db.writing() as session:
        job = await locked_job(session, job_id)
        assert job is not None
        await orders.retry(session, job, anew=True)
    (first,) = await machine.steps(job_id)
    assert (first.phase, first.state, first.output_blob) == (0, "queued", None)
    await machine.house.a.echo.publish(job_id)
    value = await told(machine, job_id)
    assert (value["phase"]["index"], value["percent"], value["artifacts"]) == (1, 0, {})

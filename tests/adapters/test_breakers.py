"""An engine that is away: its steps wait, one asks, and all go on when it is back. On both databases."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import update

from service.adapters.records.breakers import engines_away
from service.adapters.records.steps import Claim, LostStep
from service.adapters.records.workers import workers_value
from service.adapters.tables import QueueStateRow, StepRow
from service.domain import breaker
from service.domain.breaker import Away, away_from, wait_seconds
from service.domain.work import NextPhase, StepPlan
from tests.support.by_hand import ByHand
from tests.support.house import open_house
from tests.support.small_worker import LONG_MS, nothing, phase, small
from workers.engine_watch import Admission, EngineWatch
from workers.engines.failures import EngineAway, RemoteEngine
from workers.pipelines.declaration import Phase

pytestmark = pytest.mark.anyio
AFAR = cast("RemoteEngine", SimpleNamespace(name="afar", shown_name="Afar Inc."))


def down(*, sure: bool = True, retry_after: float | None = None) -> EngineAway:
    return EngineAway(
        AFAR, "ocr_busy", {"engine": "Afar Inc."}, sure=sure, retry_after=retry_after, detail="refused"
    )


class Afar(ByHand):
    """Jobs whose second phase has a step that needs nobody, and two that need an engine far away."""

    @property
    def watch(self) -> EngineWatch:
        a = self.house.a
        return EngineWatch(a.db, a.echo, a.dispatcher)

    async def reading(self, content: bytes = b"words") -> str:
        """A job in its second phase."""
        job_id = await self.give(content)
        await self.to_phase(job_id, 1)
        return job_id

    async def needing(self, job_id: str) -> list[StepRow]:
        return [each for each in await self.steps(job_id) if each.engine == "afar"]

    async def admitted(self, step: StepRow, worker: str = "worker-1") -> tuple[Claim, Admission]:
        claim = await self.claim(step.id, worker)
        assert claim is not None, "the step is not to be had"
        return claim, await self.watch.admit(claim)

    async def found_away(self, job_id: str, **how: Any) -> Claim:
        """A step of the job runs and finds the engine away."""
        claim, admission = await self.admitted((await self.needing(job_id))[0])
        assert admission is Admission.FREE
        await self.watch.away(claim, down(**how))
        return claim

    async def away(self) -> Away | None:
        async with self.house.a.db.reading() as session:
            found = await engines_away(session)
        return found[0] if found else None

    async def let_time_pass(self) -> None:
        """The engine's next try, and with it all that waits, is due."""
        async with self.house.a.db.writing() as session:
            row = await session.get(QueueStateRow, "engine:afar")
            assert row is not None and row.value
            row.value = {**row.value, "next_try": 0.0}
            await session.execute(update(StepRow).where(StepRow.held.is_(True)).values(run_at=0.0))

    async def waits_for(self, job_id: str) -> dict[str, Any] | None:
        """On screen, when the reconciler has told of it."""
        await self.house.a.echo.publish(job_id)
        return (await self.house.snapshot(job_id)).value.get("waits_for")


@pytest.fixture
async def machine(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Afar]:
    plans = (
        StepPlan(LONG_MS),
        StepPlan(LONG_MS, {"engine": "afar", "number": 1}),
        StepPlan(LONG_MS, {"engine": "afar", "number": 2}),
    )
    reading = Phase("reading", lambda _context: NextPhase(plans), nothing)
    async with open_house(database_url, redis_url, tmp_path / "data") as house:
        yield Afar(house, small(phase("inspecting"), reading, phase("assembling")))


async def test_all_steps_that_need_it_wait_and_nothing_is_held_against_them(machine: Afar) -> None:
    first, second = await machine.reading(b"1"), await machine.reading(b"2")
    await machine.found_away(first)
    away = await machine.away()
    assert away is not None and (away.rounds, away.code) == (1, "ocr_busy")
    for job_id in (first, second):
        for step in await machine.needing(job_id):
            assert (step.state, step.held, step.failures) == ("queued", True, 0)
            assert step.run_at >= away.next_try and step.worker is None
            assert await machine.claim(step.id) is None, "it is not due"
        shown = await machine.waits_for(job_id)
        assert shown is not None
        assert (shown["code"], shown["text"]) == ("engine_unavailable", "Afar Inc. is unavailable")
        assert shown["params"] == {"engine": "Afar Inc.", "at": round(away.next_try, 3)}
    job = await machine.house.job(first)
    assert (job.attempt, job.retry_at) == (0, None)
    lines = (await machine.house.snapshot(first)).value["log"].values()
    assert [each["code"] for each in lines].count("engine_away") == 1


async def test_admins_see_since_when_it_is_away_and_when_it_is_asked_again(machine: Afar) -> None:
    await machine.announce()
    async with machine.house.a.db.reading() as session:
        assert (await workers_value(session))["engines"] == {}
    job_id = await machine.reading()
    await machine.found_away(job_id)
    away = await machine.away()
    async with machine.house.a.db.reading() as session:
        told = await workers_value(session)
    assert away is not None
    assert told["engines"]["afar"] == {
        "state": "unavailable",
        "detail": "Afar Inc. did not answer properly just now.",
        "since": round(away.since, 3),
        "next_try": round(away.next_try, 3),
    }
    (free,) = [each for each in await machine.steps(job_id, "queued") if each.engine is None]
    await machine.done((await machine.admitted(free))[0])
    async with machine.house.a.db.reading() as session:
        waits = (await workers_value(session))["waits"]["jobs"]
    assert waits[job_id]["waits_for"]["text"] == "Afar Inc. is unavailable"


async def test_steps_that_do_not_need_it_go_on(machine: Afar) -> None:
    job_id = await machine.reading()
    await machine.found_away(job_id)
    (free,) = [each for each in await machine.steps(job_id, "queued") if each.engine is None]
    claim, admission = await machine.admitted(free)
    assert admission is Admission.FREE
    await machine.done(claim)
    assert (await machine.house.job(job_id)).remaining == 2


async def test_a_step_planned_while_it_is_away_waits_before_it_asks(machine: Afar) -> None:
    await machine.found_away(await machine.reading(b"1"))
    later = await machine.reading(b"2")
    claim, admission = await machine.admitted((await machine.needing(later))[0])
    assert admission is Admission.HELD
    assert (await machine.waits_for(later) or {})["code"] == "engine_unavailable"
    with pytest.raises(LostStep):
        await machine.done(claim)
    (step, _) = await machine.needing(later)
    assert (step.state, step.held, step.failures, step.attempt) == ("queued", True, 0, 1)


async def test_one_asks_while_all_others_wait_for_its_verdict(machine: Afar) -> None:
    jobs = [await machine.reading(str(number).encode()) for number in range(3)]
    await machine.found_away(jobs[0])
    await machine.let_time_pass()
    needing = [step for job_id in jobs for step in await machine.needing(job_id)]
    claims = [await machine.claim(step.id, f"worker-{n}") for n, step in enumerate(needing)]
    admissions = await asyncio.gather(*(machine.watch.admit(each) for each in claims if each is not None))
    assert sorted(each.value for each in admissions) == ["held"] * 5 + ["probe"]
    running = [step for job_id in jobs for step in await machine.steps(job_id, "running")]
    assert len(running) == 1


async def test_an_answer_lets_all_go_on_at_once(machine: Afar) -> None:
    first, second = await machine.reading(b"1"), await machine.reading(b"2")
    await machine.found_away(first)
    await machine.let_time_pass()
    claim, admission = await machine.admitted((await machine.needing(second))[0])
    assert admission is Admission.PROBE
    await machine.watch.answered(claim)
    await machine.done(claim)
    assert await machine.away() is None
    for job_id in (first, second):
        assert (await machine.house.job(job_id)).waits is None
        for step in await machine.steps(job_id, "queued"):
            assert not step.held
            assert await machine.claim(step.id) is not None, "it is due"


async def test_each_round_waits_longer_and_another_step_is_the_next_to_ask(machine: Afar) -> None:
    job_id = await machine.reading()
    await machine.found_away(job_id)
    for rounds in (2, 3):
        await machine.let_time_pass()
        before = await machine.away()
        claim, admission = await machine.admitted((await machine.needing(job_id))[rounds % 2])
        assert admission is Admission.PROBE
        await machine.watch.away(claim, down())
        after = await machine.away()
        assert before is not None and after is not None
        assert (after.rounds, after.since, after.probe) == (rounds, before.since, None)
        asked, other = sorted(await machine.needing(job_id), key=lambda step: step.id != claim.step.id)
        assert asked.run_at > other.run_at >= after.next_try
    assert [step.failures for step in await machine.needing(job_id)] == [0, 0]


async def test_who_hears_late_that_it_is_away_makes_nobody_wait_longer(machine: Afar) -> None:
    job_id = await machine.reading()
    one, two = [await machine.admitted(step) for step in await machine.needing(job_id)]
    await machine.watch.away(one[0], down())
    before = await machine.away()
    await machine.watch.away(two[0], down())
    assert await machine.away() == before
    assert [step.held for step in await machine.needing(job_id)] == [True, True]


@pytest.mark.parametrize("end", ["cancelled", "lost", "failed"])
async def test_a_probe_that_comes_to_no_verdict_is_followed_by_another(machine: Afar, end: str) -> None:
    first, second = await machine.reading(b"1"), await machine.reading(b"2")
    await machine.found_away(first)
    await machine.let_time_pass()
    probe, admission = await machine.admitted((await machine.needing(first))[0])
    assert admission is Admission.PROBE
    if end == "cancelled":
        await machine.house.a.commands.cancel(first, machine.house.actor)
    elif end == "lost":
        await machine.expire(probe)
        await machine.sweep.once()
    else:
        await machine.failed(probe)
    await machine.let_time_pass()
    _, admission = await machine.admitted((await machine.needing(second))[0])
    assert admission is Admission.PROBE


async def test_an_old_probe_cannot_say_that_it_is_back(machine: Afar) -> None:
    job_id = await machine.reading()
    await machine.found_away(job_id)
    await machine.let_time_pass()
    old, _ = await machine.admitted((await machine.needing(job_id))[0])
    await machine.expire(old)
    await machine.sweep.once()
    await machine.let_time_pass()
    new, admission = await machine.admitted((await machine.needing(job_id))[1])
    assert admission is Admission.PROBE
    await machine.watch.answered(old)
    assert await machine.away() is not None
    await machine.watch.answered(new)
    assert await machine.away() is None


async def test_a_person_can_cancel_pause_and_retry_what_waits(machine: Afar) -> None:
    job_id = await machine.reading()
    commands, actor = machine.house.a.commands, machine.house.actor
    await machine.found_away(job_id)
    assert await commands.pause(job_id, actor) == "paused"
    assert await machine.waits_for(job_id) is None
    assert await commands.resume(job_id, actor) == "queued"
    assert (await machine.waits_for(job_id) or {})["code"] == "engine_unavailable"
    assert await commands.cancel(job_id, actor) == "cancelled"
    assert await machine.waits_for(job_id) is None
    assert await commands.retry(job_id, actor) == "queued"
    steps = await machine.steps(job_id, "queued")
    assert len(steps) == 3
    assert [step.input.get("engine") for step in steps] == [None] * 3, "a new run chooses its engines anew"


async def test_only_a_doubtful_trouble_is_counted(machine: Afar) -> None:
    job_id = await machine.reading()
    await machine.found_away(job_id, sure=True)
    assert [step.doubts for step in await machine.needing(job_id)] == [0, 0]
    await machine.let_time_pass()
    claim, _ = await machine.admitted((await machine.needing(job_id))[0])
    await machine.watch.away(claim, down(sure=False))
    assert [step.doubts for step in await machine.needing(job_id)] == [1, 0]


async def test_waits_double_from_seconds_to_minutes_with_jitter() -> None:
    for rounds, most in enumerate((5, 10, 20, 40, 80, 160, 300, 300), start=1):
        waits = [wait_seconds(rounds) for _ in range(50)]
        assert max(waits) <= most and min(waits) >= 0.8 * most and len(set(waits)) > 10
    assert wait_seconds(1, 90.5) == 90.5, "what the engine asks for is kept"
    assert wait_seconds(1, 1e9) == 3600, "within reason"
    assert wait_seconds(10_000) <= 300


async def test_what_is_kept_is_read_back() -> None:
    state = breaker.away("afar", "Afar Inc.", "ocr_quota", {"engine": "Afar Inc."}, 100.0, None)
    later = breaker.away("afar", "Afar Inc.", "ocr_busy", {"engine": "Afar Inc."}, 200.0, None)
    for each in (state, state.again(later, 30.0), state.probed(breaker.Probe("step", 3))):
        assert away_from("afar", each.json()) == each

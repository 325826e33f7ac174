"""A worker runs steps: side by side, once each, to one ending of the job."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from service.adapters.tables import RunRow, StepRow
from service.domain.question import Field, Question
from service.domain.work import NextPhase, StepDone, StepPlan
from tests.support.house import House, open_house
from tests.support.small_worker import LONG_MS, Gate, give, phase, small, small_worker
from tests.support.waiting import until
from workers.engines.failures import DocumentRefused, EngineFailed
from workers.pipelines.declaration import AskPerson, Phase, PlanContext, StepContext
from workers.sandbox import ChildFailed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as opened:
        yield opened


async def rows_of(house: House, job_id: str) -> list[StepRow]:
    async with house.a.db.reading() as session:
        found = await session.scalars(
            select(StepRow).where(StepRow.job_id == job_id).order_by(StepRow.phase, StepRow.number)
        )
        return list(found)


async def test_phases_run_one_after_the_other_and_the_job_ends_once(house: House) -> None:
    seen: list[tuple[str, int]] = []

    async def note(context: StepContext) -> StepDone:
        seen.append((str(context.input.get("code", "first")), context.input.get("number", 0)))
        return StepDone()

    def planned(code: str, steps: int) -> Phase:
        plans = tuple(StepPlan(LONG_MS, {"code": code, "number": number}) for number in range(steps))
        return Phase(code, lambda _context: NextPhase(plans), note)

    pipeline = small(phase("inspecting", note), planned("reading", 3), planned("assembling", 1))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "completed")
    assert seen[0] == ("first", 0)
    assert sorted(seen[1:4]) == [("reading", 0), ("reading", 1), ("reading", 2)]
    assert seen[4:] == [("assembling", 0)]
    async with house.a.db.reading() as session:
        runs = list(await session.scalars(select(RunRow).where(RunRow.job_id == job_id)))
    assert [(run.number, run.ending) for run in runs] == [(1, "completed")]
    assert [(step.state, step.attempt) for step in await rows_of(house, job_id)] == [("done", 1)] * 5
    value = (await house.snapshot(job_id)).value
    assert (value["percent"], value["outcome"]) == (100, "success")
    assert value["counters"]["steps_done"] == value["counters"]["steps_total"] == 5
    assert [line["code"] for line in value["log"].values()] == ["started", "phase", "phase", "completed"]


async def test_a_short_job_is_one_step_that_runs_all_phases(house: House) -> None:
    pipeline = small(phase("inspecting"), phase("reading", steps=2, cost=10), phase("assembling", cost=10))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "completed")
    rows = await rows_of(house, job_id)
    assert [(row.phase, row.state) for row in rows] == [(0, "done"), (1, "done"), (1, "done"), (2, "done")]
    assert [row.dispatches for row in rows] == [1, 0, 0, 0], "one ring, one claim"


async def test_steps_of_a_phase_run_side_by_side_and_no_more_than_there_are_slots(house: House) -> None:
    gate = Gate()
    pipeline = small(phase("inspecting"), phase("reading", gate, steps=4))
    async with small_worker(house, pipeline, slots=3):
        job_id = await give(house, pipeline)
        await until(lambda: gate.arrived == 3, "three steps run at the same time")
        assert len([row for row in await rows_of(house, job_id) if row.state == "running"]) == 3
        gate.open()
        await house.state(job_id, "completed")


@pytest.mark.parametrize("where", [0, 1])
async def test_a_phase_grows_while_it_runs(house: House, where: int) -> None:
    ran: list[str] = []

    async def grow(context: StepContext) -> StepDone:
        name = str(context.input.get("name", "first"))
        ran.append(name)
        assert len(context.before) >= where
        more = tuple(StepPlan(LONG_MS, {"name": f"{name}+{n}"}) for n in range(2)) if len(ran) == 1 else ()
        return StepDone(more=more)

    async def last(context: StepContext) -> StepDone:
        ran.append("last")
        assert len(context.before) == 3 + where
        return StepDone()

    phases = [phase("inspecting")] * where + [phase("growing", grow), phase("last", last, cost=10)]
    async with small_worker(house, small(*phases), slots=2):
        job_id = await give(house, small(*phases))
        await house.state(job_id, "completed")
    assert sorted(ran[:3]) == ["first", "first+0", "first+1"]
    assert ran[3:] == ["last"], "the next phase begins when all of this one has ended, and once"


async def test_what_fails_for_now_is_tried_again_and_the_job_says_so(house: House) -> None:
    tries: list[int] = []

    async def flaky(_context: StepContext) -> StepDone:
        tries.append(len(tries))
        if len(tries) < 3:
            raise EngineFailed("ocr_busy", {"engine": "X"}, kind="transient", retry_after=0.0)
        return StepDone()

    pipeline = small(phase("inspecting", flaky))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "completed")
    (row,) = await rows_of(house, job_id)
    assert (row.attempt, row.failures, row.error) == (3, 2, None)
    value = (await house.snapshot(job_id)).value
    lines = [line for line in value["log"].values() if line["code"] == "step_retried"]
    assert [line["params"] for line in lines] == [{"failures": n, "tries": 5} for n in (1, 2)]
    assert value.get("error") is None


async def test_what_never_gets_better_fails_after_five_tries(house: House) -> None:
    async def busy(_context: StepContext) -> StepDone:
        raise EngineFailed("ocr_busy", {"engine": "X"}, kind="transient", retry_after=0.0)

    pipeline = small(phase("inspecting", busy))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        job = await house.state(job_id, "failed")
    assert [row.attempt for row in await rows_of(house, job_id)] == [5]
    assert job.error is not None and (job.error["code"], job.error["kind"]) == ("ocr_busy", "transient")


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (DocumentRefused("no_pages"), "no_pages", "usage"),
        (ChildFailed("out_of_memory", "internal detail"), "out_of_memory", "fatal"),
        (ChildFailed("error", "internal detail", "wrong_kind", {"kind": "PDF"}), "wrong_kind", "usage"),
        (ValueError("internal detail"), "internal", "fatal"),
    ],
)
async def test_what_cannot_get_better_fails_at_once_without_internals(
    house: House, error: Exception, code: str, kind: str
) -> None:
    async def fail(_context: StepContext) -> StepDone:
        raise error

    pipeline = small(phase("inspecting"), phase("reading", fail))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        await house.state(job_id, "failed")
    value = (await house.snapshot(job_id)).value
    assert (value["error"]["code"], value["error"]["kind"], value["error"]["phase"]) == (
        code,
        kind,
        "reading",
    )
    assert value["error"]["advice"] and value["error"]["support_id"]
    assert b"internal detail" not in orjson.dumps(value)
    assert [row.attempt for row in await rows_of(house, job_id)] == [1, 1]


async def test_a_failing_step_stops_the_others_and_the_job_fails_once(house: House) -> None:
    gate, stopped = Gate(), asyncio.Event()

    async def one_fails(context: StepContext) -> StepDone:
        if context.input["number"] == 0:
            await until(lambda: gate.arrived == 1, "the other one runs")
            raise DocumentRefused("broken_document")
        try:
            return await gate(context)
        except asyncio.CancelledError:
            stopped.set()
            raise

    pipeline = small(phase("inspecting"), phase("reading", one_fails, steps=2))
    async with small_worker(house, pipeline, slots=2):
        job_id = await give(house, pipeline)
        await house.state(job_id, "failed")
        await asyncio.wait_for(stopped.wait(), 10)
    assert [row.state for row in await rows_of(house, job_id)] == ["done", "failed", "cancelled"]


async def test_a_question_holds_no_worker_and_its_answer_reaches_the_step(house: House) -> None:
    given: list[object] = []
    question = Question("", "password_required", {}, (Field("password", "secret"),))

    async def ask(context: StepContext) -> StepDone:
        given.append(context.answers)
        if not context.answers:
            raise AskPerson(question)
        if "password_wrong" not in context.answers:
            raise AskPerson(replace(question, code="password_wrong"))
        return StepDone()

    asking, other = small(phase("inspecting", ask)), small(phase("inspecting"), name="other")
    async with small_worker(house, asking, other, slots=1):
        job_id = await give(house, asking)
        for code, password in (("password_required", "a"), ("password_wrong", "b")):
            job = await house.state(job_id, "waiting")
            assert job.question is not None and job.question["code"] == code
            shown = (await house.snapshot(job_id)).value["question"]
            assert shown == job.question
            await house.state(await give(house, other, force=True), "completed")
            answer = {"password": password}
            await house.a.commands.answer(job_id, job.question["id"], answer, house.actor)
        job = await house.state(job_id, "completed")
    first, second = {"password": "a"}, {"password": "b"}
    assert given == [{}, {"password_required": first}, {"password_required": first, "password_wrong": second}]
    assert job.secret is None
    assert (await rows_of(house, job_id))[0].failures == 0, "asking is no failure"


async def test_questions_of_many_jobs_do_not_hold_up_one_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.sweep.Sweep.run", lambda _self: asyncio.Event().wait())

    async def ask(_context: StepContext) -> StepDone:
        raise AskPerson(Question("", "password_required"))

    pipeline = small(phase("inspecting", ask))
    jobs = [await give(house, pipeline, content=str(number).encode()) for number in range(8)]
    async with small_worker(house, pipeline):
        for job_id in jobs:
            await house.state(job_id, "waiting")


@pytest.mark.parametrize(("deaths", "state"), [(1, "completed"), (9, "failed")])
async def test_a_step_whose_child_dies_is_tried_three_times(
    house: House, monkeypatch: pytest.MonkeyPatch, deaths: int, state: str
) -> None:
    monkeypatch.setattr("workers.failures._FIRST_WAIT_SECONDS", 0.0)
    left = [deaths]

    async def crash(context: StepContext) -> StepDone:
        left[0] -= 1
        target = "segfault" if left[0] >= 0 else "surroundings"
        async with context.tools.sandbox.call(f"tests.workers.targets:{target}", {}) as items:
            async for _ in items:
                pass
        return StepDone()

    pipeline = small(phase("inspecting", crash))
    async with small_worker(house, pipeline, preload=("tests.workers.targets",)):
        job_id = await give(house, pipeline)
        job = await house.state(job_id, state)
    assert [row.attempt for row in await rows_of(house, job_id)] == [min(3, deaths + 1)]
    assert (job.error or {}).get("code") == (None if state == "completed" else "crashed")


async def test_failed_pages_are_warnings_and_a_retry_runs_only_them(house: House) -> None:
    read: list[list[int]] = []

    def plan(_context: PlanContext) -> NextPhase:
        return NextPhase(tuple(StepPlan(LONG_MS, {"pages": pages}) for pages in ([1, 2, 3], [4, 5])))

    async def reading(context: StepContext) -> StepDone:
        pages: list[int] = context.input["pages"]
        first = len(read) < 2
        read.append(pages)
        failed = [number for number in pages if first and number in (2, 5)]
        return StepDone(
            pages={str(number): "tf" if number in failed else "td" for number in pages},
            warnings={f"page-{number}": {"code": "page_broken"} for number in failed},
        )

    pipeline = small(phase("inspecting"), Phase("reading", plan, reading), phase("assembling"))
    async with small_worker(house, pipeline):
        job_id = await give(house, pipeline)
        job = await house.state(job_id, "completed")
        assert (job.outcome, sorted(job.warnings)) == ("warnings", ["page-2", "page-5"])
        value = (await house.snapshot(job_id)).value
        assert value["pages"] == {"1": "td", "2": "tf", "3": "td", "4": "td", "5": "tf"}
        assert value["counters"]["pages_failed"] == 2
        await house.a.commands.retry(job_id, house.actor)

        async def again() -> bool:
            shown = await house.snapshot(job_id)
            return shown.run == 2 and shown.state == "completed"

        await until(again, "the second run is completed")
        value = (await house.snapshot(job_id)).value
    assert sorted(read[2:]) == [[2], [5]]
    assert (value["outcome"], value["warnings"], set(value["pages"].values())) == ("success", {}, {"td"})


async def test_a_result_that_cannot_be_recorded_is_worked_out_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away as a step ends: its lease is not renewed, and somebody runs it again."""
    from service.adapters.records import steps

    done, lost = steps.record_done, [OSError("the database is away")]

    async def record_done(*args: object) -> None:
        if lost:
            raise lost.pop()
        await done(*args)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(steps, "record_done", record_done)
    pipeline = small(phase("inspecting"))
    async with small_worker(house, pipeline, lease_seconds=0.5, heartbeat_seconds=0.1):
        job_id = await give(house, pipeline)
        await house.state(job_id, "completed")
    assert [(row.attempt, row.failures) for row in await rows_of(house, job_id)] == [(2, 1)]

"""Percent as the script computes it is percent as domain/progress.py does, to the last digit."""

import asyncio
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.event_arguments import percent_text
from service.adapters.event_log import EventLog, Outcome
from tests.support.event_log import JOB, OWNER, facts, row, seed
from tests.support.event_log_model import EventLogModel


@dataclass(frozen=True)
class Work:
    """A step's facts; a later attempt with less done is work that was lost."""

    step: str
    attempt: int
    done: int


@dataclass(frozen=True)
class Plan:
    """A row with what SQL knows of costs and percent; `again` starts a new run."""

    total: int
    done: int
    percent: float
    again: bool


costs = st.integers(0, 1_000_000)
works = st.builds(
    Work, step=st.sampled_from("abc"), attempt=st.integers(1, 4), done=st.integers(0, 1000) | st.just(1000)
)
plans = st.builds(
    Plan,
    total=st.integers(0, 6000) | costs,
    done=st.integers(0, 3000),
    percent=st.just(0.0) | st.floats(0, 100) | st.integers(0, 1000).map(lambda tenths: tenths / 10),
    again=st.sampled_from([False, False, False, True]),
)


async def follow(log: EventLog, total: int, percent: float, happenings: list[Work | Plan]) -> None:
    await log.forget(JOB, OWNER)
    model = EventLogModel()
    begin = seed(total=total, percent=percent, done=min(total, 500))
    assert await log.seed(begin) and model.seed(begin)
    shown = model.value["percent"]
    for revision, each in enumerate(happenings, start=2):
        run = model.run
        if isinstance(each, Work):
            report = facts(each.done, step=each.step, attempt=each.attempt, run=run)
            outcome = await log.append_facts(report)
            assert outcome is model.append_facts(report)
        else:
            plan = row(revision, run=run + each.again, total=each.total, done=each.done, percent=each.percent)
            outcome = await log.append_row(plan)
            assert outcome is model.append_row(plan)
        if outcome is not Outcome.APPENDED:
            continue
        snapshot = (await log.snapshots([JOB]))[JOB]
        assert snapshot.value["percent"] == model.value["percent"]
        assert snapshot.value["percent"] <= 99.9
        assert model.run > run or snapshot.value["percent"] >= shown
        shown = snapshot.value["percent"]


def test_percent_is_that_of_the_domain_whatever_happens(redis_url: str) -> None:
    with asyncio.Runner() as runner:
        log = EventLog(redis_url)

        @settings(max_examples=60, deadline=None)
        @given(st.integers(0, 10_000), st.floats(0, 100), st.lists(works | plans, max_size=25))
        def check(total: int, percent: float, happenings: list[Work | Plan]) -> None:
            runner.run(follow(log, total, percent, happenings))

        check()
        runner.run(log.close())


def test_a_step_that_weighs_more_than_expected_is_no_standstill_for_those_that_follow(redis_url: str) -> None:
    """How long opening a document takes is known once it is open; the row says so, and the plan with it."""

    async def check(log: EventLog) -> None:
        await log.forget(JOB, OWNER)
        await log.seed(seed(total=3030))
        await log.append_facts(facts(30, step="opening", ended=True))
        await log.append_row(row(2, total=10_000, done=500))
        shown = [(await log.snapshots([JOB]))[JOB].value["percent"]]
        for done in (100, 500):
            await log.append_facts(facts(done, step="reading"))
            shown.append((await log.snapshots([JOB]))[JOB].value["percent"])
        assert shown == [5, 6, 10]

    with asyncio.Runner() as runner:
        log = EventLog(redis_url)
        runner.run(check(log))
        runner.run(log.close())


def test_a_percent_of_one_decimal_is_written_as_it_is() -> None:
    for tenths in range(1000):
        assert float(percent_text(tenths / 10, "processing")) == tenths / 10
    assert percent_text(37.5, None) == "37.5"
    assert percent_text(99.99, "failed") == "99.9"
    assert percent_text(12.0, "completed") == "100"

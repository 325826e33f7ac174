"""Progress at its source: merged, at most ten appends a second, at least one, and never backwards."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisAway

from service.adapters.event_log import EventLog, Outcome
from service.adapters.events import StepFacts
from service.adapters.records.steps import Claim
from service.domain.log_line import log_line
from service.domain.message import Message
from tests.support.by_hand import ByHand
from tests.support.house import open_house
from tests.support.small_worker import phase, small
from tests.support.waiting import until
from workers import report as reporting
from workers.report import APPENDS_A_SECOND, Attempt, StepReport
from workers.slow import SlowAfter

pytestmark = pytest.mark.anyio


class NotedLog(EventLog):
    """The event log, with a note of what was appended; it can be held up, and be away."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.appended: list[StepFacts] = []
        self.away = False
        self.free = asyncio.Event()
        self.free.set()

    async def append_facts(self, facts: StepFacts) -> Outcome:
        await self.free.wait()
        if self.away:
            raise RedisAway("away")
        self.appended.append(facts)
        return await super().append_facts(facts)


@pytest.fixture
async def machine(sqlite_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[ByHand]:
    pipeline = small(phase("inspecting"), phase("reading"))
    async with open_house(sqlite_url, redis_url, tmp_path / "data") as house:
        yield ByHand(house, pipeline)


@pytest.fixture
async def log(redis_url: str) -> AsyncIterator[NotedLog]:
    noted = NotedLog(redis_url)
    yield noted
    await noted.close()


def report_of(machine: ByHand, log: EventLog, claim: Claim) -> StepReport:
    job, step = claim.job, claim.step
    attempt = Attempt(job.id, job.owner_id, job.run, step.id, step.attempt, step.cost, step.weight)
    return StepReport(log, machine.house.a.echo, attempt, "inspecting", SlowAfter())


async def test_ten_appends_a_second_at_most_however_much_is_said(machine: ByHand, log: NotedLog) -> None:
    report = report_of(machine, log, await machine.claimed(await machine.give()))
    began = time.monotonic()
    async with report.running():
        page = 0
        while len(log.appended) < 5:
            page += 1
            report.pages({str(page): "td"})
            report.detail(Message("detail", "page", {"page": page, "total": 10_000}))
            report.worked(1)
            # A thousand a second: with no pause at all a busy machine is told of more pages than a document may have.
            await asyncio.sleep(0.001)
        elapsed = time.monotonic() - began
    assert len(log.appended) <= elapsed * APPENDS_A_SECOND + 1
    await report.flush()
    told = [int(number) for facts in log.appended for number in facts.pages]
    assert told == list(range(1, page + 1)), "everything is told, once and in order"


async def test_all_that_came_together_is_told_at_once(machine: ByHand, log: NotedLog) -> None:
    job_id = await machine.give()
    report = report_of(machine, log, await machine.claimed(job_id))
    for number in range(1, 501):
        report.pages({str(number): "tr"})
        report.pages({str(number): "td"})
        report.worked(2)
        report.line(log_line("page_failed", "warning", page=number))
    seq = (await machine.house.snapshot(job_id)).seq
    await report.flush()
    snapshot = await machine.house.snapshot(job_id)
    assert (len(log.appended), snapshot.seq) == (1, seq + 1)
    assert set(snapshot.value["pages"].values()) == {"td"} and len(snapshot.value["pages"]) == 500
    assert snapshot.value["counters"]["pages_done"] == 500
    assert log.appended[0].done == 1000 and len(snapshot.value["log"]) == 200


async def test_a_step_without_news_still_gives_a_sign_of_life(
    machine: ByHand, log: NotedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reporting.ALIVE_SECONDS + 1 / APPENDS_A_SECOND < 1.0, "no second passes without one"
    monkeypatch.setattr(reporting, "ALIVE_SECONDS", 0.15)
    job_id = await machine.give()
    report = report_of(machine, log, await machine.claimed(job_id))
    async with report.running():
        await until(lambda: len(log.appended) >= 3, "three signs of life")
    assert (await machine.house.snapshot(job_id)).value["alive_at"] > 0


async def test_inside_a_slow_item_the_bar_follows_the_expected_time(machine: ByHand, log: NotedLog) -> None:
    job_id = await machine.give()
    report = report_of(machine, log, await machine.claimed(job_id))
    report.began(300)
    async with report.running():
        await until(lambda: log.appended and log.appended[-1].done >= 200, "it moves by itself")
        await until(lambda: log.appended[-1].done >= 255, "it does so still when that is over")
    assert log.appended[-1].done < 270, "but never beyond most of the item"
    report.worked(300)
    await report.flush()
    assert log.appended[-1].done == 300
    assert [facts.done for facts in log.appended] == sorted(facts.done for facts in log.appended)


async def test_what_an_item_takes_by_what_is_known_now_moves_the_bar(machine: ByHand, log: NotedLog) -> None:
    report = report_of(machine, log, await machine.claimed(await machine.give()))
    report.began(300, takes=600_000)
    await report.flush()
    report.began(300, takes=1)
    async with report.running():
        await until(lambda: log.appended[-1].done > 200, "it is there long before 300 ms have passed")
    assert log.appended[0].done < 10


async def test_a_step_beside_others_tells_what_it_weighs(machine: ByHand, log: NotedLog) -> None:
    claim = await machine.claimed(await machine.give())
    claim.step.weight = claim.step.cost // 2
    report = report_of(machine, log, claim)
    report.worked(claim.step.cost / 3)
    await report.flush()
    report.extend(500)
    report.worked(250)
    await report.flush()
    await report.flush(ended=True)
    third, whole = claim.step.weight // 3, claim.step.weight + 500
    assert [(each.done, each.cost) for each in log.appended] == [
        (third, claim.step.weight),
        (third + 250, whole),
        (whole, whole),
    ]


async def test_the_percentage_never_goes_down_even_when_work_is_lost(machine: ByHand, log: NotedLog) -> None:
    job_id = await machine.give()
    start = await machine.house.snapshot(job_id)
    for share in (2500, 400, 3000):
        claim = await machine.claimed(job_id)
        report = report_of(machine, log, claim)
        for _ in range(4):
            report.worked(share // 4)
            await report.flush()
        if share == 3000:
            await report.flush(ended=True)
            await machine.done(claim)
        else:
            await machine.expire(claim)
            await machine.sweep.once()
    patches = await machine.house.a.log.since(job_id, start.epoch, start.seq)
    assert patches is not None
    shown = [float(patch.set["percent"]) for patch in patches if "percent" in patch.set]
    assert shown == sorted(shown) and len(set(shown)) > 5 and shown[-1] < 100


async def test_facts_wait_for_a_redis_that_is_away(machine: ByHand, log: NotedLog) -> None:
    job_id = await machine.give()
    report = report_of(machine, log, await machine.claimed(job_id))
    log.away = True
    report.pages({"1": "tr", "2": "td"})
    report.line(log_line("page_failed", "warning", page=1))
    await report.flush()
    report.pages({"1": "tf"})
    log.away = False
    await report.flush()
    value = (await machine.house.snapshot(job_id)).value
    assert value["pages"] == {"1": "tf", "2": "td"}
    assert [line["code"] for line in value["log"].values()] == ["page_failed"]


async def test_what_is_on_its_way_as_the_step_ends_arrives_once(machine: ByHand, log: NotedLog) -> None:
    job_id = await machine.give()
    report = report_of(machine, log, await machine.claimed(job_id))
    log.free.clear()
    async with report.running():
        report.pages({"1": "td"})
        report.line(log_line("page_failed", "warning", page=2))
        await until(lambda: not report.unsent, "the sender has taken it")
        asyncio.get_running_loop().call_later(0.05, log.free.set)
    await report.flush(ended=True)
    value = (await machine.house.snapshot(job_id)).value
    assert value["pages"] == {"1": "td"}
    assert len(value["log"]) == 1


async def test_an_attempt_that_ended_says_no_more(machine: ByHand, log: NotedLog) -> None:
    job_id = await machine.give()
    report = report_of(machine, log, await machine.claimed(job_id))
    await report.flush(ended=True)
    report.pages({"1": "tr"})
    await report.flush()
    assert (await machine.house.snapshot(job_id)).value["pages"] == {}

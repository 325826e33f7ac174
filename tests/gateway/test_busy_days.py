"""What must be told although there is no quiet moment, or although another's trouble has no end."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import orjson
import pytest

from service.adapters.dispatch import Dispatcher, Ring
from service.adapters.echo import Echo
from service.adapters.embedded_redis import EmbeddedRedis
from service.adapters.event_message import LiveCard
from service.domain.ids import new_id
from service.domain.job import JobState
from service.domain.json import JsonObject
from service.gateway import hub as hubs
from service.gateway.announcer import Announcer
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import JobOutbox, ListOutbox, ValueOutbox
from service.gateway.session import Session
from service.gateway.views.batch import Batch, BatchView
from service.gateway.views.job import JobView
from service.protocol import written
from service.protocol.batch import Member
from service.protocol.patch import Patch
from service.protocol.snapshot import Snapshot
from service.protocol.topics import JobTopic
from service.protocol.written import Written
from tests.support.reader import Reader
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

JOB = "00000000-0000-7000-8000-000000000000"
BEGUN = {"id": JOB, "owner_id": "o", "state": "processing", "percent": 0, "detail": "first"}


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub by which nothing is heard: the test tells the views."""

    async def listen(hub: Hub, name: str, listener: object) -> None:
        del hub, name, listener

    monkeypatch.setattr(Hub, "listen", listen)
    return Hub("redis://localhost:1")


def patch(seq: int, **changes: Any) -> Patch:
    return Patch(JOB, "e", seq, seq, 1, changes)


def heard(seq: int, **changes: Any) -> Heard:
    place = {"job_id": JOB, "owner_id": "o", "epoch": "e", "seq": [seq, seq], "run": 1, "revision": 1}
    return Heard(orjson.dumps({**place, "at": 1.0, "set": changes}))


def frames(one: Session) -> Iterator[JsonObject]:
    while frame := one.take():
        yield orjson.loads(frame.payload)


class TestASlowReader:
    """It has always something to read."""

    def watching(self, one: Session, topic: str) -> Any:
        one.received(orjson.dumps({"type": "subscribe", "id": 1, "topic": topic}).decode(), 1.0)
        return one.subscriptions[topic].outbox

    def test_it_is_told_that_the_source_is_back(self) -> None:
        one = Session(0.0, 10.0, 1000, 600)
        topic = str(JobTopic(JOB))
        job, batch = self.watching(one, topic), self.watching(one, f"batch:{new_id()}")
        assert isinstance(job, JobOutbox) and isinstance(batch, ValueOutbox)
        snapshot = Snapshot(JOB, "e", 1, 1, BEGUN)
        job.begin(snapshot, written.job_snapshot(topic, snapshot, "first"))
        one.degraded(written.degraded(1.0))
        job.offer(patch(2, detail="missed"), written.job_patch(topic, patch(2, detail="missed")))
        batch.begin(lambda: written.value_snapshot(batch.topic, {"total": 1}))
        one.recovered(written.recovered())
        told: list[JsonObject] = []
        for seq in range(3, 60):
            told.append(orjson.loads(cast("Written", one.take()).payload))
            job.offer(patch(seq, percent=seq), written.job_patch(topic, patch(seq, percent=seq)))
            batch.offer(written.value_patch(batch.topic, {"total": seq}))
        kinds = [each["type"] for each in told]
        back = kinds.index("recovered")
        assert {each.get("topic") for each in told[:back] if each["type"] == "snapshot"} == {
            topic,
            batch.topic,
        }
        missed = [each for each in told[:back] if each["type"] == "patch" and each["topic"] == topic]
        assert missed[0]["set"]["detail"] == "missed", "all that was missed comes before"
        assert kinds[back:].count("recovered") == 1

    def test_it_is_not_told_so_when_the_source_is_lost_again(self) -> None:
        one = Session(0.0, 10.0, 1000, 600)
        jobs = self.watching(one, "jobs")
        jobs.counts(written.counts("jobs", {"total": 1}, more=False))
        one.recovered(written.recovered())
        one.degraded(written.degraded(2.0))
        assert [each["type"] for each in frames(one)] == ["hello", "degraded", "counts"]

    def test_a_job_that_is_shown_anew_again_and_again_has_its_turn(self) -> None:
        """Though all others change, too, as soon as they were told."""

        class List:
            def shown(self, job_id: str) -> Snapshot | None:
                return Snapshot(job_id, "e", 1, 1, BEGUN)

            def card_frame(self, job_id: str, place: int) -> Written:
                return written.card("jobs", Snapshot(job_id, "e", 1, 1, BEGUN), place)

        jobs = [f"0000000{number}{JOB[8:]}" for number in range(5)]
        outbox = ListOutbox("jobs")
        outbox.begin(List(), written.list_snapshot("jobs", {"total": 5}, more=False), jobs)
        outbox.take()
        came: list[str] = []
        for _ in jobs:
            outbox.enter(jobs[-1])
            came.append(orjson.loads(cast("Written", outbox.take()).payload)["job_id"])
            outbox.enter(came[-1])
        assert sorted(came) == jobs


class Truth:
    """One job, as the log has it, and its batch."""

    def __init__(self) -> None:
        self.snapshots = {JOB: Snapshot(JOB, "e", 1, 1, BEGUN)}
        self.missed: asyncio.Future[list[Patch] | None] | None = None

    async def snapshot(self, job_id: str) -> Snapshot | None:
        return self.snapshots.get(job_id)

    async def since(self, job_id: str, epoch: str, seq: int) -> list[Patch] | None:
        assert (job_id, epoch, seq) and self.missed is not None
        return await self.missed

    async def cards(self, job_ids: list[str]) -> dict[str, LiveCard]:
        return {each: LiveCard(self.snapshots[each], 1) for each in job_ids}

    async def batch(self, batch_id: str) -> Batch:
        member = Member(JOB, "a.pdf", JobState.PROCESSING, 0.0, 10, 0, None, 1, 1)
        return Batch(batch_id, "o", "Batch", 1.0, [member])


async def test_a_batch_is_shown_while_its_jobs_change_without_a_pause(by_hand: Hub) -> None:
    truth = Truth()
    view = BatchView("b", by_hand, truth.batch, truth)
    await view.open()
    outbox, reader = ValueOutbox("batch:b"), Reader()
    view.attach(outbox)
    reader.take(orjson.loads(cast("Written", outbox.take()).payload))
    # At the very pace of the event loop, and for less time than lies between two readings.
    for seq in range(2, 40):
        view.heard(heard(seq, state="processing" if seq % 2 else "pausing", percent=seq))
        await asyncio.sleep(0)
    changes = outbox.take()
    view.close()
    assert changes is not None, "nothing was shown"
    reader.take(orjson.loads(changes.payload))
    assert reader.values["batch:b"]["jobs"][JOB]["percent"] > 30


async def test_what_nobody_was_there_to_see_is_not_shown_later(by_hand: Hub) -> None:
    """What waited for its turn when the last reader left is older than what the next one began with."""
    truth = Truth()
    view = JobView(JOB, by_hand, truth, truth)
    await view.open()
    left, came, reader = JobOutbox(view.topic), JobOutbox(view.topic), Reader()
    await view.attach(left, None)
    view.heard(heard(2, detail="second"))
    view.heard(heard(3, detail="third"))  # waits for its turn
    truth.missed = asyncio.get_running_loop().create_future()
    resuming = asyncio.create_task(view.attach(came, ("e", 1)))
    await asyncio.sleep(0)
    view.detach(left)
    view.heard(heard(4, detail="fourth"))
    truth.missed.set_result([patch(2, detail="second"), patch(3, detail="third"), patch(4, detail="fourth")])
    await resuming
    view.heard(heard(5, state="completed"))
    reader.jobs[view.topic, JOB] = replace(truth.snapshots[JOB])
    while frame := came.take():
        reader.take(orjson.loads(frame.payload))
    view.close()
    assert reader.jobs[view.topic, JOB].seq == 5
    assert reader.jobs[view.topic, JOB].value["detail"] == "fourth"


async def test_after_a_new_link_nobody_waits_for_those_who_cannot_be_served(
    own_redis: EmbeddedRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away keeps lists from being read; a job's view needs none."""

    class Ear:
        def __init__(self, *, is_served: bool) -> None:
            self.is_served, self.renewals = is_served, 0

        def heard(self, message: Heard) -> None: ...

        async def renewed(self) -> None:
            if not self.is_served:
                await asyncio.Event().wait()
            self.renewals += 1

    monkeypatch.setattr(hubs, "CHECK_SECONDS", 0.05)
    hub = Hub(own_redis.url)
    told: list[str] = []
    hub.recovered = lambda: told.append("recovered")
    ears = [Ear(is_served=number >= 3 * hubs.CHECKS_AT_ONCE) for number in range(4 * hubs.CHECKS_AT_ONCE)]
    hub.start()
    await asyncio.gather(*(hub.listen(f"c{number}", each) for number, each in enumerate(ears)))
    await until(lambda: all(each.renewals for each in ears if each.is_served), "all who can be served are")
    assert told == [], "others are shown old news still"
    await hub.close()


class Bells:
    """A dispatcher that keeps what was rung."""

    def __init__(self) -> None:
        self.rung: list[Ring] = []

    async def ring(self, rings: list[Ring], *, wake: bool) -> None:
        assert wake
        self.rung += rings


class Stumbling:
    """An echo that cannot tell of one job."""

    async def publish(self, job_id: str) -> None:
        if job_id == "bad":
            raise ValueError(job_id)


async def test_jobs_are_told_to_workers_though_another_could_not_be_told_of() -> None:
    bells = Bells()
    announcer = Announcer(cast("Echo", Stumbling()), cast("Dispatcher", bells))
    good, bad = Ring("good step", 0, 1), Ring("bad step", 0, 1)
    async with announcer.running():
        announcer.announce("bad", rings=[bad])
        announcer.announce("good", rings=[good])
    assert bells.rung == [bad, good]

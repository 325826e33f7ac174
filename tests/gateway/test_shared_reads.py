"""Many who come back to the same job at once ask the log once."""

import asyncio
from functools import reduce

import pytest

from service.adapters.event_log import EventLog
from service.adapters.event_message import LiveCard
from service.gateway.hub import Hub
from service.gateway.outbox import JobOutbox
from service.gateway.views.job import JobView
from service.protocol.patch import Patch, apply
from service.protocol.snapshot import Snapshot
from tests.support.live_gateway import Gateway
from tests.support.reader import Reader
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


class SlowHistory:
    """Patches 1 to 20 of a job, of which those after 5 are still there; answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.answer = asyncio.Event()
        self.patches = [Patch("j", "e", seq, seq, 1, {"eta_seconds": seq}) for seq in range(1, 21)]

    async def since(self, job_id: str, epoch: str, seq: int) -> list[Patch] | None:
        self.asked.append(seq)
        await self.answer.wait()
        return None if seq < 5 else [each for each in self.patches if each.first > seq]

    async def snapshot(self, job_id: str) -> Snapshot:
        start = Snapshot("j", "e", 0, 1, {"owner_id": "o", "state": "processing", "percent": 0})
        return reduce(apply, self.patches, start)

    async def cards(self, job_ids: list[str]) -> dict[str, LiveCard]:
        return {}


async def test_readers_at_and_past_the_same_place_share_one_read() -> None:
    history = SlowHistory()
    view = JobView("j", Hub("redis://localhost:1"), history, history)
    view.snapshot = await history.snapshot("j")
    places = [10, *range(10, 20), *[10] * 50]
    outboxes = [JobOutbox("job:j") for _ in places]
    joining = [
        asyncio.create_task(view.attach(outbox, ("e", place)))
        for outbox, place in zip(outboxes, places, strict=True)
    ]
    await until(lambda: history.asked, "the log is asked")
    history.answer.set()
    await asyncio.gather(*joining)
    assert history.asked == [10]
    for outbox, place in zip(outboxes, places, strict=True):
        reader = Reader()
        start = reduce(apply, history.patches[:place], Snapshot("j", "e", 0, 1, dict(view.snapshot.value)))
        reader.jobs["job:j", "j"] = start
        assert outbox.position == ("e", 20) or place == 20
        frame = outbox.take()
        assert frame is not None
        assert f'"seq":[{place + 1},20]'.encode() in frame.payload and outbox.take() is None


async def test_who_is_within_the_window_is_not_refused_with_who_is_not() -> None:
    history = SlowHistory()
    view = JobView("j", Hub("redis://localhost:1"), history, history)
    view.snapshot = await history.snapshot("j")
    late, early = JobOutbox("job:j"), JobOutbox("job:j")
    joining = [
        asyncio.create_task(view.attach(late, ("e", 2))),
        asyncio.create_task(view.attach(early, ("e", 12))),
    ]
    await until(lambda: history.asked, "the log is asked")
    history.answer.set()
    await asyncio.gather(*joining)
    told = [outbox.take() for outbox in (late, early)]
    assert [b'"reason":"too_old"' in each.payload for each in told if each] == [True, False]
    assert history.asked == [2, 12]


async def test_many_who_come_back_at_once_cost_few_reads(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, token = await gateway.user("Ann")
    job = await gateway.job(ann)
    topic = f"job:{job}"
    first = await gateway.connect(token)
    await first.subscribe(topic)
    await first.shows(topic, state="queued")
    since, before = first.reader.since(topic), dict(first.reader.jobs)
    await gateway.change(job, state="processing")
    for done in range(1, 40):
        await gateway.work(job, ann, "s1", done, pages={str(done): "td"})
    truth = await gateway.log.snapshot(job)
    clients = [await gateway.connect(token) for _ in range(60)]
    for each in clients:
        each.reader.jobs.update(before)
    reads = 0
    read = EventLog.since

    async def counted(log: EventLog, job_id: str, epoch: str, seq: int) -> list[Patch] | None:
        nonlocal reads
        reads += 1
        return await read(log, job_id, epoch, seq)

    monkeypatch.setattr(EventLog, "since", counted)
    await until(lambda: first.reader.job(topic) == truth, "the first one has all of it")
    await asyncio.gather(*(each.subscribe(topic, since) for each in clients))
    await until(lambda: all(each.reader.job(topic) == truth for each in clients), "they are all at the truth")
    assert 1 <= reads <= len(clients) / 4
    assert all(each.of("snapshot") == [] for each in clients)

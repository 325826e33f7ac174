"""One reading of the queue serves all who look; nobody is left with one that began before what they have heard."""

import asyncio

import orjson
import pytest

from service.adapters.records.places import Line, Place
from service.adapters.records.queue_state import QueuePause
from service.domain.json import JsonObject
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import ValueOutbox
from service.gateway.views import queue
from service.gateway.views.queue import SharedLine, queue_view
from service.gateway.views.read import ReadView
from tests.support.reader import Reader
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


class Truth:
    """Whose jobs wait. A reading knows what was so when it began, and ends when it is let on."""

    def __init__(self) -> None:
        self.owners: list[str] = []
        self.paused: QueuePause | None = None
        self.readings = 0
        self.let_on = asyncio.Event()
        self.let_on.set()

    async def read(self) -> Line:
        self.readings += 1
        places = {f"{each}'s": Place(each, at, None) for at, each in enumerate(self.owners, start=1)}
        line = Line(len(places), places, self.paused)
        await self.let_on.wait()
        return line


class Watcher:
    """Somebody who looks at their own places."""

    def __init__(self, owner: str, line: SharedLine) -> None:
        self.view: ReadView = queue_view(owner, Hub("redis://localhost:1"), line)
        self.outbox = ValueOutbox("queue")
        self.reader = Reader()

    async def looks(self) -> None:
        await self.view.open()
        self.view.attach(self.outbox)

    def hears(self, **told: object) -> None:
        self.view.heard(Heard(orjson.dumps(told)))

    def sees(self) -> JsonObject:
        while frame := self.outbox.take():
            self.reader.take(orjson.loads(frame.payload))
        return self.reader.values["queue"]


@pytest.fixture
def gap(monkeypatch: pytest.MonkeyPatch) -> float:
    """Readings follow one another fast, though not as fast as two looks on a busy machine; messages come by hand."""

    async def by_hand(hub: Hub, name: str, listener: object) -> None:
        del hub, name, listener

    monkeypatch.setattr(Hub, "listen", by_hand)
    monkeypatch.setattr(queue, "READ_GAP_SECONDS", 1.0)
    return 1.0


async def test_a_job_that_came_after_the_line_was_read_for_others_is_shown(gap: float) -> None:
    del gap
    truth = Truth()
    line = SharedLine(truth.read)
    ann, bea = Watcher("Ann", line), Watcher("Bea", line)
    await ann.looks()
    truth.owners.append("Bea")
    await bea.looks()
    assert truth.readings == 1, "it was read a moment ago"
    await until(lambda: bea.sees()["jobs"]["Bea's"]["place"] == 1, "it came before she looked")
    truth.owners.insert(0, "Ann")
    assert await line.now(), "somebody reads it"
    ann.hears(seeded=True, set={})
    await until(lambda: ann.sees()["jobs"]["Ann's"]["place"] == 1, "it came while she looked")
    for each in (ann, bea):
        each.view.close()


async def test_who_hears_that_the_queue_is_paused_is_not_given_what_was_read_before(gap: float) -> None:
    """While none of their jobs wait, nothing but this message makes them look."""
    truth = Truth()
    line = SharedLine(truth.read)
    watcher = Watcher("Ann", line)
    await watcher.looks()
    assert "paused" not in watcher.sees()
    truth.let_on.clear()
    line.forget()
    another = asyncio.create_task(line.now())
    await until(lambda: truth.readings == 2, "it is being read for somebody else")
    truth.paused = QueuePause("Bo", 1.0)
    watcher.hears(queue="changed")
    asyncio.get_running_loop().call_later(2 * gap, truth.let_on.set)
    await until(lambda: watcher.sees()["paused"]["by"] == "Bo", "it is paused")
    assert (await another).line.paused is None
    watcher.view.close()

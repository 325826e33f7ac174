"""A list that missed patches of a job takes its card anew, with its place in the patches."""

import asyncio
from dataclasses import replace

import orjson
import pytest

from service.adapters.event_message import LiveCard
from service.domain.json import JsonObject
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import ListOutbox
from service.gateway.views.jobs import JobsView, Page
from service.protocol.patch import Patch
from service.protocol.snapshot import Snapshot
from service.protocol.topics import Filters, parse_filters
from tests.support.reader import Reader
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

BEGUN = {"owner_id": "o", "state": "processing", "percent": 0, "counters": {}}
DONE = {**BEGUN, "state": "completed", "percent": 100}


class Truth:
    """One job: its row in SQL (`seq` is the revision), its card in the log, and a reading that waits to be let on."""

    def __init__(self) -> None:
        self.row = Snapshot("j", "", 1, 1, BEGUN)
        self.log = LiveCard(Snapshot("j", "e", 1, 1, BEGUN), revision=1)
        self.let_on = asyncio.Event()
        self.let_on.set()
        self.readings = 0

    async def pages(self, filters: Filters) -> Page:
        return Page([self.row], more=False, counts={"total": 1})

    async def cards(self, job_ids: list[str]) -> dict[str, LiveCard]:
        known = self.log
        self.readings += 1
        await self.let_on.wait()
        return {"j": known}

    async def since(self, job_id: str, epoch: str, seq: int) -> list[Patch] | None:
        return None

    def publishes(self, seq: int, value: JsonObject, revision: int) -> Heard:
        """The log has come to this place."""
        self.log = LiveCard(Snapshot("j", "e", seq, 1, value), revision)
        told = {
            "job_id": "j",
            "owner_id": "o",
            "epoch": "e",
            "seq": [seq, seq],
            "run": 1,
            "revision": revision,
        }
        return Heard(orjson.dumps({**told, "at": 1.0, "set": value}))


def shown(outbox: ListOutbox) -> Snapshot:
    reader = Reader()
    while frame := outbox.take():
        reader.take(orjson.loads(frame.payload))
    assert reader.gaps == reader.repeated == []
    return reader.jobs["jobs", "j"]


async def test_a_card_that_looks_the_same_further_on_is_taken_with_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SQL says completed before the log does. The patch that leads there is missed while the card is read."""
    monkeypatch.setattr(Hub, "listen", _heard_by_hand)
    truth = Truth()
    filters = parse_filters({}, owner_allowed=True)
    view = JobsView("jobs", filters, Hub("redis://localhost:1"), truth.pages, truth)
    await view.open()
    truth.row = replace(truth.row, seq=2, value=DONE)
    truth.let_on.clear()
    truth.publishes(2, BEGUN, 1)  # lost on its way
    view.heard(truth.publishes(3, BEGUN, 1))
    await until(lambda: truth.readings == 2, "the card is read")
    view.heard(truth.publishes(4, DONE, 2))
    truth.let_on.set()
    await until(lambda: truth.readings == 3, "and read again, since that did not follow")
    await until(lambda: (view.shown("j") or truth.row).seq == 4, "it is as far on as the log")
    outbox = ListOutbox("jobs")
    view.attach(outbox)
    assert shown(outbox) == truth.log.snapshot
    view.close()


async def _heard_by_hand(*_: object) -> None:
    """What is published comes from the test."""

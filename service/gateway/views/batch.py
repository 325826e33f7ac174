"""`batch:<id>`: one value worked out from the batch's jobs, held once for all who watch it here."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from service.adapters import keys
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import ValueOutbox
from service.gateway.views.overlay import as_new_as
from service.gateway.views.repair import Repair
from service.gateway.views.source import History
from service.gateway.views.value import ShownValue
from service.protocol.batch import Member, batch_value, with_live
from service.protocol.patch import apply, card_patch, fits
from service.protocol.problems import refused
from service.protocol.snapshot import Snapshot

READ_GAP_SECONDS = 0.25
SHOW_GAP_SECONDS = 0.1


@dataclass(frozen=True)
class Batch:
    """A batch and its jobs as SQL has them."""

    batch_id: str
    owner_id: str
    name: str | None
    created_at: float
    members: list[Member]


class Batches(Protocol):
    """The batches in SQL."""

    async def __call__(self, batch_id: str) -> Batch | None:
        """The batch; None when there is no such batch."""
        ...


class BatchView:
    """Members and their costs come from SQL, read again when a job's state changed; how far each is, from the log."""

    def __init__(self, batch_id: str, hub: Hub, batches: Batches, history: History) -> None:
        self.owner_id: str | None = None
        self.vanished: Callable[[ValueOutbox], None] = lambda _outbox: None
        self._batch_id = batch_id
        self._hub = hub
        self._batches = batches
        self._history = history
        self._batch: Batch | None = None
        self._members: dict[str, Member] = {}
        self._live: dict[str, Snapshot] = {}
        self._strangers: dict[str, tuple[str, int]] = {}
        self._shown = ShownValue(f"batch:{batch_id}")
        self._repair = Repair(f"read batch:{batch_id}", self._read, gap=READ_GAP_SECONDS)
        self._timer: asyncio.TimerHandle | None = None
        self._show_at = 0.0

    async def open(self) -> None:
        """Subscribes to the owner's jobs, then reads; raises Refused when there is no such batch."""
        batch = await self._batches(self._batch_id)
        if batch is None:
            raise refused(404, "not_found")
        self.owner_id = batch.owner_id
        await self._hub.listen(keys.owner_channel(batch.owner_id), self)
        await self._repair.done()

    def close(self) -> None:
        """Nobody is told any more."""
        if self.owner_id is not None:
            self._hub.unlisten(keys.owner_channel(self.owner_id), self)
        self._repair.stop()
        if self._timer is not None:
            self._timer.cancel()

    def attach(self, outbox: ValueOutbox) -> None:
        """Shows the batch to one more reader."""
        self._shown.attach(outbox)

    def detach(self, outbox: ValueOutbox) -> None:
        """The reader is not told any more."""
        self._shown.detach(outbox)

    def heard(self, message: Heard) -> None:
        """A patch of any job of the owner."""
        published = message.published
        patch = published.patch
        if published.seeded or published.gone:
            self._repair.ask()
            return
        if patch.job_id not in self._members:
            if self._repair.is_running:
                self._strangers[patch.job_id] = (patch.epoch, patch.last)
            return
        known = self._live.get(patch.job_id)
        if known is not None and fits(known, patch):
            self._live[patch.job_id] = apply(known, card_patch(patch))
            self._show_soon(at_once="state" in patch.set)
            if "state" in patch.set:
                self._repair.ask()
        elif known is None or patch.epoch != known.epoch or patch.last > known.seq:
            self._repair.ask()

    async def renewed(self) -> None:
        """Reads the batch again, and so finds what was missed."""
        await self._repair.done()

    async def _read(self) -> None:
        self._strangers.clear()
        batch = await self._batches(self._batch_id)
        if batch is None:
            for outbox in self._shown.readers():
                self.vanished(outbox)
            return
        live = await as_new_as(self._history, {each.job_id: each.revision for each in batch.members})
        self._batch = batch
        self._members = {each.job_id: each for each in batch.members}
        self._live = {job_id: self._later(each) for job_id, each in live.items()}
        self._show()
        if any(self._missed(job_id, at) for job_id, at in self._strangers.items()):
            self._repair.ask()

    def _missed(self, job_id: str, at: tuple[str, int]) -> bool:
        """Whether a job that joined was heard of meanwhile, past what was read of it."""
        live = self._live.get(job_id)
        return job_id in self._members and (live is None or live.epoch != at[0] or live.seq < at[1])

    def _later(self, read: Snapshot) -> Snapshot:
        heard = self._live.get(read.job_id)
        return heard if heard is not None and heard.epoch == read.epoch and heard.seq > read.seq else read

    def _show_soon(self, *, at_once: bool) -> None:
        loop = asyncio.get_running_loop()
        when = loop.time() if at_once else self._show_at
        if self._timer is not None:
            # What is due already must not be put off, however fast changes follow one another.
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = loop.call_at(when, self._show)

    def _show(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._show_at = asyncio.get_running_loop().time() + SHOW_GAP_SECONDS
        if self._batch is None:
            return
        members = [with_live(each, self._live.get(job_id)) for job_id, each in self._members.items()]
        self._shown.become(
            batch_value(self._batch.batch_id, self._batch.name, self._batch.created_at, members)
        )

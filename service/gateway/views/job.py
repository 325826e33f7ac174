"""`job:<id>`: the job as it stands, held once for all who watch it here, and what they are told of it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from functools import reduce

from service.adapters import keys
from service.gateway.counts import COUNTS
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import JobOutbox
from service.gateway.views.fan import Fan
from service.gateway.views.paced import Paced
from service.gateway.views.repair import Repair
from service.gateway.views.source import History, Snapshots
from service.protocol import written
from service.protocol.patch import Patch, adopt, apply, fits, merge
from service.protocol.problems import refused
from service.protocol.snapshot import Snapshot
from service.protocol.written import Reason, Written

HELD_MESSAGES = 1000
_TRIES = 3


class JobView:
    """Opened by its first reader: subscription confirmed, snapshot read, and from then on every patch applied.

    A patch that does not follow is never guessed at: the log is asked for what lies between, else for a snapshot.
    """

    def __init__(self, job_id: str, hub: Hub, snapshots: Snapshots, history: History) -> None:
        self.topic = f"job:{job_id}"
        self.snapshot: Snapshot | None = None
        self.vanished: Callable[[JobOutbox], None] = lambda _outbox: None
        self._job_id = job_id
        self._channel = keys.job_channel(job_id)
        self._hub = hub
        self._snapshots = snapshots
        self._history = history
        self._fan = Fan()
        self._paced = Paced(self._pass_on)
        self._repair = Repair(f"check {self.topic}", self._catch_up)
        self._held: deque[Heard] = deque(maxlen=HELD_MESSAGES)
        self._frames: dict[Reason, Written] = {}
        self._published_at: float | None = None
        self._reads: dict[tuple[str, int], asyncio.Future[list[Patch] | None]] = {}

    async def open(self) -> None:
        """Subscribes, then reads."""
        await self._hub.listen(self._channel, self)
        await self._repair.done()

    def close(self) -> None:
        """Nobody is told any more."""
        self._hub.unlisten(self._channel, self)
        self._repair.stop()
        self._paced.stop()

    async def attach(self, outbox: JobOutbox, since: tuple[str, int] | None) -> None:
        """Lets the reader go on after `since` where that can be, else shows it the snapshot and says why."""
        snapshot = self._known()
        if since is None:
            self._show(outbox, "first")
        elif since[0] != snapshot.epoch:
            self._show_instead(outbox, "new_epoch")
        else:
            await self._resume(outbox, *since)
        self._fan.join(outbox)

    def detach(self, outbox: JobOutbox) -> None:
        """The reader is not told any more."""
        self._fan.leave(outbox)

    def heard(self, message: Heard) -> None:
        """A patch: applied, and passed on when its turn has come."""
        if self._repair.is_running:
            self._held.append(message)
        else:
            self._take(message)

    async def renewed(self) -> None:
        """Asks the log for what was missed."""
        await self._repair.done()

    @property
    def owner_id(self) -> str | None:
        """Whose job it is; None when there is no such job."""
        return None if self.snapshot is None else self.snapshot.value["owner_id"]

    def _known(self) -> Snapshot:
        if self.snapshot is None:
            raise refused(404, "not_found")
        return self.snapshot

    async def _resume(self, outbox: JobOutbox, epoch: str, seq: int) -> None:
        for _ in range(_TRIES):
            snapshot = self._known()
            if snapshot.epoch != epoch:
                break
            if snapshot.seq == seq:
                outbox.resume(epoch, seq, None)
                COUNTS.resumes["nothing_missed"] += 1
                return
            missed = await self._read_since(epoch, seq)
            if missed is None:
                break
            reached = missed[-1].last if missed else seq
            if self._known().epoch == epoch and reached >= self._known().seq:
                outbox.resume(epoch, seq, reduce(merge, missed) if missed else None)
                COUNTS.resumes["patches" if missed else "nothing_missed"] += 1
                return
        self._show_instead(outbox, "too_old" if self._known().epoch == epoch else "new_epoch")

    def _show_instead(self, outbox: JobOutbox, reason: Reason) -> None:
        COUNTS.resumes["snapshot"] += 1
        self._show(outbox, reason)

    def _show(self, outbox: JobOutbox, reason: Reason) -> None:
        outbox.begin(self._known(), self._frame(reason))
        COUNTS.snapshots[reason] += 1

    async def _read_since(self, epoch: str, seq: int) -> list[Patch] | None:
        """The patches after this place. Readers who ask at the same time share a read that begins early enough."""
        begun = max((each for each in self._reads if each[0] == epoch and each[1] <= seq), default=None)
        patches = None if begun is None else await asyncio.shield(self._reads[begun])
        if patches is None and begun != (epoch, seq):
            patches = await asyncio.shield(self._read(epoch, seq))
        return None if patches is None else [each for each in patches if each.last > seq]

    def _read(self, epoch: str, seq: int) -> "asyncio.Future[list[Patch] | None]":
        read = self._reads.get((epoch, seq))
        if read is None:
            COUNTS.history_reads += 1
            read = asyncio.ensure_future(self._history.since(self._job_id, epoch, seq))
            self._reads[epoch, seq] = read
            read.add_done_callback(lambda _: self._reads.pop((epoch, seq)))
        return read

    def _take(self, message: Heard) -> None:
        if self.snapshot is None:
            return
        published = message.published
        if published.gone:
            self._vanish()
        elif fits(self.snapshot, published.patch):
            self._apply(published.patch, published.at)
        elif published.patch.epoch != self.snapshot.epoch or published.patch.last > self.snapshot.seq:
            self._held.append(message)
            self._repair.ask()

    def _apply(self, patch: Patch, published_at: float | None = None) -> None:
        assert self.snapshot is not None
        self._published_at = published_at
        self.snapshot = apply(self.snapshot, patch)
        self._frames.clear()
        if self._fan:
            self._paced.offer(patch)
        else:
            # What waits for nobody must not be merged, past this one, with what comes once there are readers again.
            self._paced.forget(self._job_id)

    def _pass_on(self, patch: Patch) -> None:
        for outbox in self._fan.pass_on(patch, written.job_patch(self.topic, patch)):
            self._show(outbox, "too_old")
        if self._published_at is not None:
            COUNTS.lagged(time.time() - self._published_at, self._fan.in_step)

    def _frame(self, reason: Reason) -> Written:
        frame = self._frames.get(reason)
        if frame is None:
            frame = self._frames[reason] = written.job_snapshot(self.topic, self._known(), reason)
        return frame

    async def _catch_up(self) -> None:
        """After this the snapshot is as new as the log was when it was asked, and what came meanwhile is applied."""
        known = self.snapshot
        missed = None if known is None else await self._history.since(self._job_id, known.epoch, known.seq)
        COUNTS.history_reads += known is not None
        if missed is not None:
            for patch in missed:
                if self.snapshot is not None and fits(self.snapshot, patch):
                    self._apply(patch)
        else:
            fresh = await self._snapshots.snapshot(self._job_id)
            if fresh is None:
                self._vanish()
            elif known is None or (fresh.epoch, fresh.seq) != (known.epoch, known.seq):
                self._replace(adopt(known, fresh))
        held, self._held = self._held, deque(maxlen=HELD_MESSAGES)
        for message in held:
            self._take_held(message)

    def _take_held(self, message: Heard) -> None:
        patch, snapshot = message.published.patch, self.snapshot
        if message.published.gone:
            self._vanish()
        elif snapshot is None or (patch.epoch == snapshot.epoch and patch.last <= snapshot.seq):
            return
        elif fits(snapshot, patch):
            self._apply(patch, message.published.at)
        else:
            self._repair.ask()

    def _replace(self, fresh: Snapshot) -> None:
        reason: Reason = "too_old" if self.snapshot and self.snapshot.epoch == fresh.epoch else "new_epoch"
        self.snapshot = fresh
        self._frames.clear()
        self._paced.forget(self._job_id)
        for outbox in self._fan:
            self._show(outbox, reason)

    def _vanish(self) -> None:
        self.snapshot = None
        for outbox in self._fan:
            self.vanished(outbox)

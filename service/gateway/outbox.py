"""What waits for one reader of one topic: however slow it reads, one snapshot and one merged patch, or one per job."""

from bisect import bisect_right, insort
from collections.abc import Callable
from typing import Protocol

from service.gateway.counts import COUNTS
from service.gateway.short_way import NO_WAY, ShortWay
from service.protocol import written
from service.protocol.patch import Patch, merge
from service.protocol.snapshot import Snapshot
from service.protocol.written import Written


class Reader(Protocol):
    """Whose outbox it is."""

    @property
    def way(self) -> ShortWay:
        """For a frame that need not wait in the outbox."""
        ...

    def ready(self, outbox: "Outbox") -> None:
        """Something begins to wait in the outbox."""
        ...


class _Nobody:
    """Whoever the outbox was for is gone."""

    def __init__(self) -> None:
        self.way: ShortWay = NO_WAY

    def ready(self, outbox: "Outbox") -> None:
        """Nobody drains it."""


NOBODY: Reader = _Nobody()


class Outbox(Protocol):
    """What a session drains."""

    reader: Reader

    def take(self) -> Written | None:
        """The next frame; None when nothing waits."""
        ...

    @property
    def waits(self) -> int:
        """How many frames there are at most before one that begins to wait now."""
        ...


class JobOutbox:
    """For `job:`. `position` is where the reader will be once it has read all that waits."""

    __slots__ = ("_patch", "_snapshot", "_written", "position", "reader", "topic")

    def __init__(self, topic: str, reader: Reader = NOBODY) -> None:
        self.topic = topic
        self.reader = reader
        self.position: tuple[str, int] | None = None
        self._snapshot: Written | None = None
        self._patch: Patch | None = None
        self._written: Written | None = None

    def begin(self, snapshot: Snapshot, frame: Written) -> None:
        """Shows the job anew; what waited is told by the snapshot."""
        self.position = (snapshot.epoch, snapshot.seq)
        self._snapshot, self._patch = frame, None
        self.reader.ready(self)

    def resume(self, epoch: str, seq: int, missed: Patch | None) -> None:
        """Goes on after (epoch, seq), with what was missed as one patch."""
        self.position = (epoch, seq)
        self._snapshot = self._patch = None
        if missed is not None:
            self.offer(missed, written.job_patch(self.topic, missed))

    def offer(self, patch: Patch, frame: Written) -> bool:
        """Passes a patch on, merged with one that still waits. False: it does not follow, `begin` must come first."""
        if self.position is None:
            return False
        epoch, seq = self.position
        if patch.epoch != epoch or patch.first > seq + 1:
            return False
        if patch.last <= seq:
            return True
        self.position = (epoch, patch.last)
        if self._patch is not None:
            self._patch, self._written = merge(self._patch, patch), None
            COUNTS.merges += 1
        elif self._snapshot is not None or not self.reader.way.put(frame):
            self._patch, self._written = patch, frame
            self.reader.ready(self)
        else:
            COUNTS.deliveries += 1
        return True

    @property
    def waits(self) -> int:
        """A snapshot, a patch, or both."""
        return (self._snapshot is not None) + (self._patch is not None)

    def take(self) -> Written | None:
        """The snapshot first, then the patch."""
        if self._snapshot is not None:
            frame, self._snapshot = self._snapshot, None
            return frame
        if self._patch is None:
            return None
        frame = self._written or written.job_patch(self.topic, self._patch)
        self._patch = self._written = None
        return frame


class ValueOutbox:
    """For `batch:` and `admin:workers`: one patch waits; where a second would, the whole value is shown anew."""

    __slots__ = ("_anew", "_now", "_patch", "reader", "topic")

    def __init__(self, topic: str, reader: Reader = NOBODY) -> None:
        self.topic = topic
        self.reader = reader
        self._now: Callable[[], Written] | None = None
        self._anew = False
        self._patch: Written | None = None

    def begin(self, now: Callable[[], Written]) -> None:
        """Shows the value anew; `now` gives the snapshot of the moment in which it is sent."""
        self._now, self._anew, self._patch = now, True, None
        self.reader.ready(self)

    def offer(self, frame: Written) -> None:
        """Passes a patch on. What `begin` was given must know of it already."""
        if self._anew:
            return
        if self._patch is not None:
            self._anew, self._patch = True, None
            COUNTS.merges += 1
        elif not self.reader.way.put(frame):
            self._patch = frame
            self.reader.ready(self)
        else:
            COUNTS.deliveries += 1

    @property
    def waits(self) -> int:
        """One frame or none."""
        return int(self._anew or self._patch is not None)

    def take(self) -> Written | None:
        """The snapshot or the patch."""
        if self._anew and self._now is not None:
            self._anew = False
            return self._now()
        frame, self._patch = self._patch, None
        return frame


class Cards(Protocol):
    """Where a list's outbox looks up what a card shows now."""

    def shown(self, job_id: str) -> Snapshot | None:
        """The card's snapshot; None when the job is not in the list."""
        ...

    def card_frame(self, job_id: str, place: int) -> Written:
        """The card of a job that is in the list, at this place."""
        ...


_COUNTS = "counts"


class ListOutbox:
    """For lists. A job that waits, waits once: as a patch, as its whole card, or as gone.

    Places are those in the list that this reader has, newest job first, so they hold however much was merged.
    """

    __slots__ = ("_beginning", "_cards", "_has", "_order", "_waiting", "reader", "topic")

    def __init__(self, topic: str, reader: Reader = NOBODY) -> None:
        self.topic = topic
        self.reader = reader
        self._cards: Cards | None = None
        self._beginning: Written | None = None
        self._waiting: dict[str, tuple[Patch, Written | None] | Written | None] = {}
        self._has: dict[str, tuple[str, int]] = {}
        self._order: list[str] = []

    def begin(self, cards: Cards, frame: Written, job_ids: list[str]) -> None:
        """Shows the list anew: its beginning, then the cards of these jobs."""
        self._cards, self._beginning = cards, frame
        self._waiting = dict.fromkeys(job_ids)
        self._has, self._order = {}, []
        self.reader.ready(self)

    def counts(self, frame: Written) -> None:
        """Passes the newest counts on."""
        self._waiting[_COUNTS] = frame
        self.reader.ready(self)

    def enter(self, job_id: str) -> None:
        """A job is in the list now, or must be shown anew. One that waits already keeps its turn."""
        self._waiting[job_id] = None
        self.reader.ready(self)

    def leave(self, job_id: str) -> None:
        """A job is not in the list any more."""
        if job_id in self._has:
            self._waiting[job_id] = written.gone(self.topic, job_id)
            self.reader.ready(self)
        else:
            self._waiting.pop(job_id, None)

    def offer(self, patch: Patch, frame: Written) -> None:
        """A job of the list changed: passed on as a patch where that fits, else as its card."""
        job_id = patch.job_id
        if job_id in self._waiting:
            waiting = self._waiting[job_id]
            if isinstance(waiting, tuple) and _follows(patch, waiting[0].epoch, waiting[0].last):
                self._waiting[job_id] = (merge(waiting[0], patch), None)
                COUNTS.merges += 1
            elif waiting is not None:
                self.enter(job_id)
            return
        epoch, seq = self._has.get(job_id, ("", 0))
        if epoch == patch.epoch and patch.last <= seq:
            return
        follows = _follows(patch, epoch, seq)
        if follows and self._beginning is None and self.reader.way.put(frame):
            self._has[job_id] = (patch.epoch, patch.last)
            COUNTS.deliveries += 1
        else:
            self._waiting[job_id] = (patch, frame) if follows else None
            self.reader.ready(self)

    @property
    def waits(self) -> int:
        """The beginning, the counts, and each job once."""
        return (self._beginning is not None) + len(self._waiting)

    def take(self) -> Written | None:
        """The list's beginning, then what waits in the order in which it began to wait."""
        if self._beginning is not None:
            frame, self._beginning = self._beginning, None
            return frame
        while self._waiting:
            key = next(iter(self._waiting))
            frame = self._frame(key, self._waiting.pop(key))
            if frame is not None:
                return frame
        return None

    def _frame(self, key: str, waiting: tuple[Patch, Written | None] | Written | None) -> Written | None:
        if isinstance(waiting, tuple):
            patch, frame = waiting
            self._has[key] = (patch.epoch, patch.last)
            return frame or written.job_patch(self.topic, patch)
        if waiting is None:
            return self._card(key)
        if key != _COUNTS:
            self._forget(key)
        return waiting

    def _card(self, job_id: str) -> Written | None:
        assert self._cards is not None
        snapshot = self._cards.shown(job_id)
        if snapshot is None:
            return None
        if job_id not in self._has:
            insort(self._order, job_id)
        self._has[job_id] = (snapshot.epoch, snapshot.seq)
        return self._cards.card_frame(job_id, len(self._order) - bisect_right(self._order, job_id))

    def _forget(self, job_id: str) -> None:
        del self._has[job_id]
        self._order.remove(job_id)


def _follows(patch: Patch, epoch: str, seq: int) -> bool:
    return patch.epoch == epoch and patch.first <= seq + 1

"""`jobs?…` and `admin:jobs?…`: a live list, held once for all who watch the same one."""

from dataclasses import dataclass
from typing import Protocol

from service.adapters import keys
from service.gateway.hub import Heard, Hub
from service.gateway.outbox import ListOutbox
from service.gateway.views.overlay import overlaid
from service.gateway.views.paced import Paced
from service.gateway.views.repair import Repair
from service.gateway.views.source import History
from service.protocol import written
from service.protocol.patch import Patch, adopt, apply, card_patch, fits
from service.protocol.snapshot import Snapshot
from service.protocol.topics import Filters
from service.protocol.written import Written

READ_GAP_SECONDS = 0.25


@dataclass(frozen=True)
class Page:
    """The newest jobs that match, as SQL has them (`seq` is the revision), and how many there are by state."""

    cards: list[Snapshot]
    more: bool
    counts: dict[str, int]


class Pages(Protocol):
    """The lists in SQL."""

    async def __call__(self, filters: Filters) -> Page:
        """The first page."""
        ...


class JobsView:
    """What is in the list comes from SQL, read again when a job's state changed; how far each job is, from the log.

    `filters.owner` is None only for a list of everybody's jobs.
    """

    def __init__(self, topic: str, filters: Filters, hub: Hub, pages: Pages, history: History) -> None:
        self.topic = topic
        self.counts: dict[str, int] = {}
        self.more = False
        self._filters = filters
        self._channel = keys.owner_channel(filters.owner) if filters.owner else keys.ALL_CHANNEL
        self._hub = hub
        self._pages = pages
        self._history = history
        self._cards: dict[str, Snapshot] = {}
        self._frames: dict[str, tuple[int, Written]] = {}
        self._strangers: dict[str, tuple[str, int]] = {}
        self._readers: dict[ListOutbox, None] = {}
        self._distrusted = False
        self._paced = Paced(self._pass_on)
        self._repair = Repair(f"read {topic}", self._read, gap=READ_GAP_SECONDS)

    async def open(self) -> None:
        """Subscribes, then reads."""
        await self._hub.listen(self._channel, self)
        await self._repair.done()

    def close(self) -> None:
        """Nobody is told any more."""
        self._hub.unlisten(self._channel, self)
        self._repair.stop()
        self._paced.stop()

    def attach(self, outbox: ListOutbox) -> None:
        """Shows the list to one more reader."""
        self._readers[outbox] = None
        frame = written.list_snapshot(self.topic, self.counts, more=self.more)
        outbox.begin(self, frame, sorted(self._cards, reverse=True))

    def detach(self, outbox: ListOutbox) -> None:
        """The reader is not told any more."""
        self._readers.pop(outbox, None)

    def shown(self, job_id: str) -> Snapshot | None:
        """What the job's card shows now; None when it is not in the list."""
        return self._cards.get(job_id)

    def card_frame(self, job_id: str, place: int) -> Written:
        """The card as a frame, built once for all who have it at the same place."""
        known = self._frames.get(job_id)
        if known is None or known[0] != place:
            known = self._frames[job_id] = (place, written.card(self.topic, self._cards[job_id], place))
        return known[1]

    def heard(self, message: Heard) -> None:
        """A patch of any job of the channel."""
        published = message.published
        patch = published.patch
        known = self._cards.get(patch.job_id)
        if known is None:
            self._meet_stranger(patch, may_enter=published.seeded or published.gone or "state" in patch.set)
        elif published.gone:
            self._remove(patch.job_id)
            self._repair.ask()
        elif fits(known, patch):
            self._apply(known, card_patch(patch))
        elif patch.epoch != known.epoch or patch.last > known.seq:
            self._distrusted = True
            self._repair.ask()

    async def renewed(self) -> None:
        """Reads the list again, and so finds what was missed."""
        self._distrusted = True
        await self._repair.done()

    def _meet_stranger(self, patch: Patch, *, may_enter: bool) -> None:
        if may_enter:
            self._repair.ask()
        if self._repair.is_running:
            self._strangers[patch.job_id] = (patch.epoch, patch.last)

    def _apply(self, known: Snapshot, patch: Patch) -> None:
        self._cards[patch.job_id] = fresh = apply(known, patch)
        self._frames.pop(patch.job_id, None)
        if "state" in patch.set:
            self._repair.ask()
            if not self._matches(fresh):
                self._remove(patch.job_id)
                return
        self._paced.offer(patch, worth_showing=bool(patch.set))

    def _pass_on(self, patch: Patch) -> None:
        frame = written.job_patch(self.topic, patch)
        for outbox in self._readers:
            outbox.offer(patch, frame)

    def _matches(self, snapshot: Snapshot) -> bool:
        return not self._filters.states or snapshot.state in self._filters.states

    def _remove(self, job_id: str) -> None:
        del self._cards[job_id]
        self._frames.pop(job_id, None)
        self._paced.forget(job_id)
        for outbox in self._readers:
            outbox.leave(job_id)

    def _show(self, snapshot: Snapshot) -> None:
        self._cards[snapshot.job_id] = snapshot
        self._frames.pop(snapshot.job_id, None)
        self._paced.forget(snapshot.job_id)
        for outbox in self._readers:
            outbox.enter(snapshot.job_id)

    async def _read(self) -> None:
        self._strangers.clear()
        distrusted, self._distrusted = self._distrusted, False
        try:
            page = await self._pages(self._filters)
            fresh = await overlaid(self._history, page.cards)
        except BaseException:
            self._distrusted |= distrusted
            raise
        self._take_page([each for each in fresh if self._matches(each)], distrusted=distrusted)
        if (page.counts, page.more) != (self.counts, self.more):
            self.counts, self.more = page.counts, page.more
            frame = written.counts(self.topic, page.counts, more=page.more)
            for outbox in self._readers:
                outbox.counts(frame)

    def _take_page(self, fresh: list[Snapshot], *, distrusted: bool) -> None:
        """Patches follow what is known of a job, so a newer card of it is only taken where some were missed."""
        for job_id in self._cards.keys() - {each.job_id for each in fresh}:
            self._remove(job_id)
        for each in fresh:
            known = self._cards.get(each.job_id)
            if known is None or known.epoch != each.epoch or (distrusted and known.seq < each.seq):
                # Even if it looks the same: what follows its place in the patches does not follow the one before.
                self._show(adopt(known, each))
        if any(self._missed(job_id, at) for job_id, at in self._strangers.items()):
            self._distrusted = True
            self._repair.ask()

    def _missed(self, job_id: str, at: tuple[str, int]) -> bool:
        """Whether a job that entered was heard of meanwhile, past what was read of it."""
        card_now = self._cards.get(job_id)
        return card_now is not None and (card_now.epoch != at[0] or card_now.seq < at[1])

"""Which views are open in this process: one a topic, from its first reader to its last."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from service.adapters.database import Database
from service.adapters.echo import STORED_EPOCH
from service.adapters.records import listing
from service.adapters.records.places import Line, read_line
from service.adapters.records.record_totals import records_value
from service.adapters.records.workers import workers_value
from service.domain.account import Actor
from service.domain.json import JsonObject
from service.gateway.hub import Hub
from service.gateway.outbox import JobOutbox, ListOutbox, Outbox, ValueOutbox
from service.gateway.session import Subscription
from service.gateway.views.batch import Batch, BatchView
from service.gateway.views.job import JobView
from service.gateway.views.jobs import JobsView, Page
from service.gateway.views.queue import SharedLine, queue_view
from service.gateway.views.read import ReadView
from service.gateway.views.records import records_view
from service.gateway.views.source import History, Snapshots
from service.gateway.views.workers import workers_view
from service.protocol.problems import Problem, refused
from service.protocol.snapshot import Snapshot
from service.protocol.topics import (
    BatchTopic,
    Filters,
    JobTopic,
    ListTopic,
    QueueTopic,
    RecordsTopic,
    WorkersTopic,
)

View: TypeAlias = JobView | JobsView | BatchView | ReadView


@dataclass
class _Open:
    view: View
    opened: "asyncio.Task[None]"
    readers: int = 0


class Views:
    """Lets subscriptions into views, after looking whether they may. `ended` hears of those whose topic is gone."""

    def __init__(self, hub: Hub, db: Database, snapshots: Snapshots, history: History) -> None:
        self._hub = hub
        self._db = db
        self._snapshots = snapshots
        self._history = history
        self._line = SharedLine(self.read_queue)
        self._open: dict[str, _Open] = {}
        self._keys: dict[Subscription, str] = {}
        self._by_outbox: dict[Outbox, Subscription] = {}
        self.ended: Callable[[Subscription, Problem], None] = lambda _subscription, _problem: None

    @property
    def topics(self) -> list[str]:
        """What is open now."""
        return list(self._open)

    async def watch(self, user: Actor, subscription: Subscription) -> None:
        """Fills the subscription's outbox from now on; raises Refused. What is not there and what is not the
        user's are refused alike."""
        topic, outbox = subscription.topic, subscription.outbox
        match topic:
            case JobTopic():
                key, make = subscription.name, lambda: self._job(topic)
            case BatchTopic():
                key, make = subscription.name, lambda: self._batch(topic)
            case ListTopic():
                filters = _allowed(user, topic)
                key, make = f"{topic}#{filters.owner}", lambda: self._list(topic, filters)
            case WorkersTopic():
                _only_admins(user)
                key, make = subscription.name, self._workers
            case QueueTopic():
                owner_id = user.user_id
                key, make = f"{topic}#{owner_id}", lambda: queue_view(owner_id, self._hub, self._line)
            case RecordsTopic():
                key, make = f"{topic}#{user.user_id}", lambda: self._records(user.user_id)
        view = await self._opened(key, make)
        try:
            await _let_in(user, view, outbox, subscription.since)
        except BaseException:
            self._leave(key)
            raise
        self._keys[subscription] = key
        self._by_outbox[outbox] = subscription

    def unwatch(self, subscription: Subscription) -> None:
        """Nothing goes into the subscription's outbox any more. Harmless for one that was never let in."""
        key = self._keys.pop(subscription, None)
        if key is None:
            return
        self._by_outbox.pop(subscription.outbox, None)
        match self._open[key].view, subscription.outbox:
            case JobView() as view, JobOutbox() as outbox:
                view.detach(outbox)
            case JobsView() as view, ListOutbox() as outbox:
                view.detach(outbox)
            case (BatchView() | ReadView()) as view, ValueOutbox() as outbox:
                view.detach(outbox)
            case _:
                raise AssertionError(key)
        self._leave(key)

    def close(self) -> None:
        """Closes all views."""
        for each in self._open.values():
            each.opened.cancel()
            each.view.close()
        self._open.clear()
        self._keys.clear()
        self._by_outbox.clear()

    async def _opened(self, key: str, make: Callable[[], View]) -> View:
        entry = self._open.get(key)
        if entry is None:
            view = make()
            entry = self._open[key] = _Open(view, asyncio.create_task(view.open(), name=f"open {key}"))
        entry.readers += 1
        try:
            await asyncio.shield(entry.opened)
        except BaseException:
            self._leave(key)
            raise
        return entry.view

    def _leave(self, key: str) -> None:
        entry = self._open[key]
        entry.readers -= 1
        if entry.readers == 0:
            del self._open[key]
            entry.opened.cancel()
            entry.view.close()

    def _vanished(self, outbox: Outbox) -> None:
        subscription = self._by_outbox.get(outbox)
        if subscription is not None:
            self.ended(subscription, Problem(404, "not_found"))

    def _job(self, topic: JobTopic) -> JobView:
        view = JobView(topic.job_id, self._hub, self._snapshots, self._history)
        view.vanished = self._vanished
        return view

    def _batch(self, topic: BatchTopic) -> BatchView:
        view = BatchView(topic.batch_id, self._hub, self._read_batch, self._history)
        view.vanished = self._vanished
        return view

    def _list(self, topic: ListTopic, filters: Filters) -> JobsView:
        return JobsView(str(topic), filters, self._hub, self._read_page, self._history)

    def _workers(self) -> ReadView:
        return workers_view(self._hub, self._read_workers)

    def _records(self, owner_id: str) -> ReadView:
        async def read() -> JsonObject:
            async with self._db.reading() as session:
                return await records_value(session, owner_id)

        return records_view(owner_id, self._hub, read)

    async def _read_page(self, filters: Filters) -> Page:
        async with self._db.reading() as session:
            page = await listing.page(session, filters)
            counts = await listing.counts(session, filters)
        cards = [
            Snapshot(each.job_id, STORED_EPOCH, each.revision, each.run, each.value) for each in page.cards
        ]
        return Page(cards, page.next is not None, counts)

    async def _read_batch(self, batch_id: str) -> Batch | None:
        async with self._db.reading() as session:
            row = await listing.owned_batch(session, batch_id)
            if row is None:
                return None
            members = await listing.batch_members(session, batch_id)
        return Batch(row.id, row.owner_id, row.name, row.created_at, members)

    async def read_queue(self) -> Line:
        """The line as SQL has it."""
        async with self._db.reading() as session:
            return await read_line(session)

    async def _read_workers(self) -> JsonObject:
        async with self._db.reading() as session:
            return await workers_value(session)


def _allowed(user: Actor, topic: ListTopic) -> Filters:
    if topic.scope == "jobs":
        return replace(topic.filters, owner=user.user_id)
    _only_admins(user)
    return topic.filters


def _only_admins(user: Actor) -> None:
    if not user.is_admin:
        raise refused(403, "not_allowed")


async def _let_in(user: Actor, view: View, outbox: Outbox, since: tuple[str, int] | None) -> None:
    match view, outbox:
        case JobView(), JobOutbox():
            _only_the_owner(user, view.owner_id)
            await view.attach(outbox, since)
        case BatchView(), ValueOutbox():
            _only_the_owner(user, view.owner_id)
            view.attach(outbox)
        case JobsView(), ListOutbox():
            view.attach(outbox)
        case ReadView(), ValueOutbox():
            view.attach(outbox)
        case _:
            raise AssertionError(view)


def _only_the_owner(user: Actor, owner_id: str | None) -> None:
    if owner_id is None or not (user.is_admin or owner_id == user.user_id):
        raise refused(404, "not_found")

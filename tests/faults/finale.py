"""The end of a storm: SQL against what was meant to become of each job, and every client against SQL and the log."""

from typing import Any

from sqlalchemy import select

from service.adapters.records import listing
from service.adapters.tables import JobRow, RunRow
from service.domain.json import JsonObject
from service.protocol.batch import batch_value, with_live
from service.protocol.snapshot import Snapshot, card
from service.protocol.topics import Filters, ListTopic, parse_topic
from service.protocol.values import without_nulls
from tests.faults.crowd import Crowd
from tests.faults.law import Law
from tests.faults.ledger import Ledger
from tests.faults.work import Jobs
from tests.support.house import House
from tests.support.waiting import until

_PUBLISH_SECONDS = 30.0
_OF_THE_MOMENT = frozenset({"percent", "alive_at", "eta_seconds"})


class Finale:
    """Reads the truth once nothing happens any more."""

    def __init__(self, house: House, jobs: Jobs, crowd: Crowd, ledger: Ledger, patience: float) -> None:
        self._house = house
        self._jobs = jobs
        self._crowd = crowd
        self._ledger = ledger
        self._patience = patience
        self._truth: dict[str, Snapshot] = {}
        self._lists: dict[str, tuple[list[str], dict[str, int]]] = {}
        self._batches: dict[str, JsonObject] = {}

    async def play(self) -> None:
        """Waits until all is told, then notes every difference."""
        await until(self._all_published, "all revisions are published", seconds=_PUBLISH_SECONDS)
        await self._read()
        await self._check_fates()
        try:
            await until(lambda: not self._differences(), "all clients show the truth", seconds=self._patience)
        except AssertionError:
            for difference in self._differences():
                self._ledger.note("unequal at the end", difference)
        await self._check_endings()

    async def _all_published(self) -> bool:
        async with self._house.a.db.reading() as session:
            behind = await session.scalar(
                select(JobRow.id).where(JobRow.published_revision < JobRow.revision).limit(1)
            )
        return behind is None

    async def _read(self) -> None:
        for job_id in self._jobs.all:
            self._truth[job_id] = await self._house.snapshot(job_id)
        for topic in {topic for one in self._crowd.subscribers for topic in one.topics}:
            parsed = parse_topic(topic)
            if isinstance(parsed, ListTopic):
                await self._read_list(topic, parsed)
        for batch_id in self._jobs.batches:
            await self._read_batch(batch_id)

    async def _read_list(self, topic: str, parsed: ListTopic) -> None:
        owner = self._house.actor.user_id if parsed.scope == "jobs" else parsed.filters.owner
        given = parsed.filters
        filters = Filters(given.states, given.pipeline, given.batch, owner, given.limit)
        async with self._house.a.db.reading() as session:
            page = await listing.page(session, filters)
            counts = await listing.counts(session, filters)
        self._lists[topic] = [each.job_id for each in page.cards], counts

    async def _read_batch(self, batch_id: str) -> None:
        async with self._house.a.db.reading() as session:
            row = await listing.owned_batch(session, batch_id)
            members = await listing.batch_members(session, batch_id)
        assert row is not None
        shown = [with_live(each, self._truth[each.job_id]) for each in members]
        self._batches[f"batch:{batch_id}"] = without_nulls(
            batch_value(row.id, row.name, row.created_at, shown)
        )

    async def _check_fates(self) -> None:
        for job_id, life in self._jobs.all.items():
            row = await self._jobs.state(job_id)
            assert row is not None
            if row.state not in life.ends:
                self._ledger.note(
                    "unequal at the end", f"job {job_id[-6:]} {life.fate}: {row.state} in SQL, {row.error}"
                )
            wanted = self._jobs.pages_of(life)
            pages = self._truth[job_id].value["pages"]
            if row.state == "completed" and pages != wanted:
                self._ledger.note("unequal at the end", f"job {job_id[-6:]} {life.fate}: pages {pages}")

    async def _check_endings(self) -> None:
        async with self._house.a.db.reading() as session:
            runs = {(each.job_id, each.number): each.ending for each in await session.scalars(select(RunRow))}
        told = [(one.name, *each) for one in self._crowd.subscribers for each in one.law.endings.items()]
        told += [
            ("the service's client", (job_id, shown.run), str(shown.value["state"]))
            for job_id, shown in self._crowd.followed
        ]
        for name, run, state in told:
            self._ledger.endings[state] += 1
            if runs.get(run) != state:
                self._ledger.note("endings different", f"{name}: run {run} {state}, in SQL {runs.get(run)}")

    def _differences(self) -> list[str]:
        found: list[str] = []
        for one in self._crowd.subscribers:
            for topic in one.topics:
                found += [f"{one.name}, {topic}: {each}" for each in self._of_topic(one.law, topic)]
            if one.law.degraded:
                found.append(f"{one.name} believes that the gateway is degraded")
            found += [f"{one.name}: {each}" for each in one.problems]
        return found

    def _of_topic(self, law: Law, topic: str) -> list[str]:
        if topic.startswith("job:"):
            job_id = topic.removeprefix("job:")
            return self._of_job(law.jobs.get((topic, job_id)), self._truth[job_id].value, job_id)
        if topic.startswith("batch:"):
            wanted, shown = self._batches[topic], law.values.get(topic)
            return [] if wanted == shown else [f"{different(wanted, shown or {})}"]
        order, counts = self._lists[topic]
        found: list[str] = []
        if law.lists.get(topic) != order:
            found.append(f"order {law.lists.get(topic)} of {order}")
        if law.counts.get(topic) != counts:
            found.append(f"counts {law.counts.get(topic)} of {counts}")
        for job_id in law.lists.get(topic, []):
            found += self._of_job(law.jobs.get((topic, job_id)), card(self._truth[job_id].value), job_id)
        return found

    def _of_job(self, shown: Snapshot | None, wanted: JsonObject, job_id: str) -> list[str]:
        if shown is None:
            return ["nothing"]
        found = not_the_same(wanted, shown.value)
        return [f"job {job_id[-6:]}: {found}"] if found else []


def not_the_same(wanted: JsonObject, shown: JsonObject) -> list[str]:
    """How a job's value that somebody shows differs from what it is, in words."""
    found = different(settled(wanted), settled(shown))
    # A reader rightly keeps a higher percent that it has shown: a log that was wiped takes it along.
    percent, least = shown.get("percent") or 0, wanted.get("percent") or 0
    if percent < least or (percent == 100) != (least == 100):
        found.append(f"percent {percent} of {least}")
    return found


def settled(value: JsonObject) -> JsonObject:
    """What is the same wherever it is read. What is nothing is not there, and a count that is not there is 0."""
    settled = {name: each for name, each in value.items() if name not in _OF_THE_MOMENT and each is not None}
    settled["counters"] = {name: each for name, each in settled["counters"].items() if each}
    return settled


def different(wanted: dict[str, Any], shown: dict[str, Any]) -> list[str]:
    """Each field that is not the same, in words."""
    return [
        f"{name} {str(shown.get(name))[:300]} not {str(wanted.get(name))[:300]}"
        for name in sorted(wanted.keys() | shown.keys())
        if wanted.get(name) != shown.get(name)
    ]

"""The truth at every place of every job's log, read from Redis past all gateways, and judgement by it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson
from redis.exceptions import RedisError

from service.adapters.event_log import EventLog
from service.domain.json import JsonObject
from service.protocol.patch import apply
from service.protocol.snapshot import Snapshot, card
from tests.faults.ledger import Ledger


class Mark(NamedTuple):
    """What was so at one place: the run, a digest of the value but for percent, and the percent."""

    run: int
    digest: int
    percent: float


@dataclass
class _Job:
    snapshot: Snapshot | None = None
    marks: dict[tuple[str, int], Mark] = field(default_factory=dict[tuple[str, int], Mark])
    claims: dict[tuple[str, int], tuple[Mark, str, bool]] = field(
        default_factory=dict[tuple[str, int], tuple[Mark, str, bool]]
    )


def mark_of(snapshot: Snapshot) -> Mark:
    """The snapshot in short. Percent is apart, since a reader rightly keeps a higher one that it has shown."""
    value = {name: each for name, each in snapshot.value.items() if name != "percent"}
    digest = hash(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
    return Mark(snapshot.run, digest, snapshot.value.get("percent") or 0.0)


def _steady(value: JsonObject) -> JsonObject:
    return {name: each for name, each in value.items() if name not in ("alive_at", "eta_seconds", "percent")}


class Witness:
    """Follows the logs of the jobs that it is told of. `watched(job_id)`: how many subscriptions show the job."""

    def __init__(self, redis_url: str, ledger: Ledger, watched: Callable[[str], int]) -> None:
        self._log = EventLog(redis_url)
        self._ledger = ledger
        self._watched = watched
        self._jobs: dict[str, _Job] = {}
        self._live: set[str] = set()
        self._busy = asyncio.Lock()

    async def close(self) -> None:
        """Ends its link."""
        await self._log.close()

    def follow(self, job_id: str) -> None:
        """Looks at the job from now on."""
        self._jobs.setdefault(job_id, _Job())
        self._live.add(job_id)

    def leave(self, job_id: str) -> None:
        """Nothing happens to the job any more; what is known of it stays."""
        self._live.discard(job_id)

    async def run(self) -> None:
        """Looks again and again, until cancelled."""
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                await self.look()
            await asyncio.sleep(0.1)

    async def look(self) -> None:
        """Learns what has happened up to now."""
        async with self._busy:
            for job_id in list(self._live):
                await self._look_at(job_id)

    async def places(self, job_ids: list[str]) -> dict[str, tuple[str, int]]:
        """Where the logs of these jobs are now; one that Redis does not have is left out."""
        snapshots = await self._log.snapshots(job_ids)
        return {job_id: (each.epoch, each.seq) for job_id, each in snapshots.items()}

    def judge(self, snapshot: Snapshot, who: str, *, resumed: bool) -> None:
        """Holds what a reader shows against what was so at this place, now or when that is known."""
        job, place = self._jobs.get(snapshot.job_id), (snapshot.epoch, snapshot.seq)
        if job is None or not snapshot.epoch.count("."):
            return
        self._ledger.judged += 1
        shown = mark_of(snapshot)
        known = job.marks.get(place)
        if known is not None:
            self._compare(snapshot.job_id, place, known, shown, who, resumed=resumed)
        elif place not in job.claims:
            job.claims[place] = (shown, who, resumed)
        else:
            other, whose, _ = job.claims[place]
            if (other.run, other.digest) != (shown.run, shown.digest):
                self._wrong(
                    snapshot.job_id, place, f"{who} shows something else than {whose}", resumed=resumed
                )

    def shows_no_less(self, shown: Snapshot | None) -> bool:
        """Whether a card is as the job's card is now: what a card does not show is told with what it shows next."""
        job = self._jobs.get(shown.job_id) if shown is not None else None
        if shown is None or job is None or job.snapshot is None or job.snapshot.epoch != shown.epoch:
            return False
        return _steady(card(job.snapshot.value)) == _steady(shown.value)

    async def _look_at(self, job_id: str) -> None:
        job = self._jobs[job_id]
        known = job.snapshot
        if known is not None:
            patches = await self._log.since(job_id, known.epoch, known.seq)
            if patches is not None:
                for patch in patches:
                    self._learn(job, apply(job.snapshot or known, patch))
                return
        fresh = await self._log.snapshot(job_id)
        if fresh is not None and (known is None or (fresh.epoch, fresh.seq) != (known.epoch, known.seq)):
            self._learn(job, fresh)

    def _learn(self, job: _Job, snapshot: Snapshot) -> None:
        before, place = job.snapshot, (snapshot.epoch, snapshot.seq)
        same_log = before is not None and before.epoch == snapshot.epoch
        new = snapshot.seq - before.seq if same_log and before is not None else 1
        self._ledger.events += new
        self._ledger.expected += new * self._watched(snapshot.job_id)
        job.snapshot = snapshot
        mark = job.marks[place] = mark_of(snapshot)
        claim = job.claims.pop(place, None)
        if claim is not None:
            self._compare(snapshot.job_id, place, mark, claim[0], claim[1], resumed=claim[2])

    def _compare(
        self, job_id: str, place: tuple[str, int], known: Mark, shown: Mark, who: str, *, resumed: bool
    ) -> None:
        if (known.run, known.digest) != (shown.run, shown.digest):
            self._wrong(job_id, place, f"{who} shows what never was", resumed=resumed)
        elif shown.percent < known.percent:
            self._wrong(job_id, place, f"{who} shows {shown.percent} of {known.percent} %", resumed=resumed)

    def _wrong(self, job_id: str, place: tuple[str, int], text: str, *, resumed: bool) -> None:
        what = "false resumes" if resumed else "untrue states"
        self._ledger.note(what, f"job {job_id[-6:]} at {place[0][:6]}:{place[1]}: {text}")

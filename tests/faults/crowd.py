"""All clients of a storm: who watches what, how soon they are right again, and what they show in the end."""

import asyncio
import random
from contextlib import aclosing, suppress

from redis.exceptions import RedisError

from service.client import Client, HeadwayError
from service.protocol.snapshot import Snapshot
from tests.faults.law import Law
from tests.faults.ledger import Ledger
from tests.faults.site import Site
from tests.faults.subscriber import Subscriber
from tests.faults.witness import Witness
from tests.faults.work import Jobs

OWN, EVERYBODYS = "jobs", "admin:jobs"
LISTS = (
    "jobs?limit=10",
    "jobs?state=processing",
    "jobs?state=cancelled,completed,failed",
    "jobs?state=failed",
)
_JOBS_EACH = 3
_BATCHES_EACH = 3
_EXAMPLES = 3
_LOOK_SECONDS = 0.01
_ASK_SECONDS = 0.2


class Crowd:
    """So many clients of two users, an owner and an admin, and some of the client that the service brings."""

    def __init__(
        self,
        site: Site,
        tokens: tuple[str, str],
        witness: Witness,
        ledger: Ledger,
        jobs: Jobs,
        dice: random.Random,
        patience: float,
    ) -> None:
        self.subscribers: list[Subscriber] = []
        self.followed: list[tuple[str, Snapshot]] = []
        self._site = site
        self._owner, self._admin = tokens
        self._witness = witness
        self._ledger = ledger
        self._jobs = jobs
        self._dice = dice
        self._patience = patience

    async def gather(self, size: int) -> None:
        """Lets them in, each with its topics."""
        for number in range(size):
            is_admin = number % 4 == 3
            law = Law(f"client {number}", self._ledger, self._witness)
            token = self._admin if is_admin else self._owner
            seed = self._dice.getrandbits(32)
            one = Subscriber(f"client {number}", lambda: self._site.urls, token, law, random.Random(seed))
            self.subscribers.append(one)
            await one.watch(EVERYBODYS if is_admin else OWN)
            if not is_admin:
                await one.watch(LISTS[number % len(LISTS)])

    async def leave(self) -> None:
        """Closes them all."""
        for one in self.subscribers:
            await one.close()

    def settle_down(self) -> None:
        """Whoever does not read or stays away comes to its senses."""
        for one in self.subscribers:
            one.reads_on()
            one.returns()

    def watched(self, job_id: str) -> int:
        """How many subscriptions show the job."""
        return sum(
            (topic, job_id) in one.law.jobs or topic == f"job:{job_id}"
            for one in self.subscribers
            for topic in one.topics
        )

    async def right_again(self, fault: str, since: float) -> None:
        """Waits until every client shows all busy jobs as they were at this moment or later, and notes how long each
        took from `since`, a time of the event loop's clock."""
        loop = asyncio.get_running_loop()
        deadline = max(since, loop.time()) + self._patience
        places: dict[str, tuple[str, int]] = {}
        waiting = [one for one in self.subscribers if not one.is_troubled]
        ask_at = 0.0
        while waiting and loop.time() < deadline:
            if loop.time() >= ask_at:
                places = await self._places(places)
                ask_at = loop.time() + _ASK_SECONDS
            for one in list(waiting):
                if one.is_troubled:
                    waiting.remove(one)
                elif places and self._is_right(one, places):
                    waiting.remove(one)
                    self._ledger.recovered(fault, max(0.0, loop.time() - since))
            await asyncio.sleep(_LOOK_SECONDS)
        for one in waiting:
            missing = [
                f"{topic[-12:]}: job {job[-6:]} {one.law.place(topic, job)} of {places[job]}"
                for topic, job in self._behind(one, places)[:_EXAMPLES]
            ]
            self._ledger.note(
                "stuck", f"{one.name} after {fault}: {missing}; {await self._site.health(one.url)}"
            )

    async def _places(self, known: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
        """Where the busy jobs are; once it is known, a place stays, unless its log has begun anew."""
        busy = self._jobs.busy
        found: dict[str, tuple[str, int]] = {}
        with suppress(RedisError, OSError, TimeoutError):
            found = await self._witness.places(list({*busy, *known} & self._jobs.lives.keys()))
        if not found.keys() >= set(busy):
            return {}
        return {
            job_id: known[job_id] if known.get(job_id, ("", 0))[0] == place[0] else place
            for job_id, place in found.items()
        }

    def _is_right(self, one: Subscriber, places: dict[str, tuple[str, int]]) -> bool:
        return one.is_linked and not self._behind(one, places)

    def _behind(self, one: Subscriber, places: dict[str, tuple[str, int]]) -> list[tuple[str, str]]:
        behind: list[tuple[str, str]] = []
        for topic in one.topics:
            if topic in (OWN, EVERYBODYS):
                shown = list(places)
            else:
                shown = [job_id for job_id in places if topic == f"job:{job_id}"]
            for job_id in shown:
                place = one.law.place(topic, job_id)
                is_there = (
                    place is not None and place[0] == places[job_id][0] and place[1] >= places[job_id][1]
                )
                if not (is_there or self._witness.shows_no_less(one.law.jobs.get((topic, job_id)))):
                    behind.append((topic, job_id))
        return behind

    async def change_topics(self) -> None:
        """Whoever has seen a job's end looks for another one, but not always."""
        while True:
            for one in self.subscribers:
                shown = [topic for topic in one.topics if topic.startswith("job:")]
                for topic in shown:
                    job_id = topic.removeprefix("job:")
                    known = one.law.jobs.get((topic, job_id))
                    over = job_id not in self._jobs.lives and known is not None and self._has_ended(known)
                    if over and self._dice.random() < 0.3:
                        await one.leave(topic)
                new = [each for each in self._jobs.lives if f"job:{each}" not in one.topics]
                if len(shown) < _JOBS_EACH and new:
                    await one.watch(f"job:{self._dice.choice(new)}")
                await self._look_at_a_batch(one)
            await asyncio.sleep(0.2)

    async def _look_at_a_batch(self, one: Subscriber) -> None:
        if not one.name.endswith(("1", "5")):
            return
        newest = [f"batch:{each}" for each in self._jobs.batches[-_BATCHES_EACH:]]
        for topic in newest:
            if topic not in one.topics:
                await one.watch(topic)
        for topic in [each for each in one.topics if each.startswith("batch:") and each not in newest]:
            await one.leave(topic)

    def _has_ended(self, known: Snapshot) -> bool:
        return known.value.get("state") in ("completed", "failed", "cancelled")

    async def follow(self) -> None:
        """As `headway watch` does, one job after the other."""
        client = Client(self._site.balanced_url, self._owner)
        while True:
            live = list(self._jobs.lives)
            if not live:
                await asyncio.sleep(0.1)
                continue
            job_id = self._dice.choice(live)
            try:
                async with aclosing(client.watch(job_id)) as changes:
                    before: Snapshot | None = None
                    async for told in changes:
                        shown = Snapshot(told.job_id, told.epoch, told.seq, told.run, told.value)
                        before = self._taken(before, shown)
                    if before is not None:
                        self.followed.append((job_id, before))
            except HeadwayError as failed:
                self._ledger.note("stuck", f"the service's client: {failed!r}")

    def _taken(self, before: Snapshot | None, shown: Snapshot) -> Snapshot:
        self._witness.judge(shown, "the service's client", resumed=False)
        if before is not None and before.run == shown.run:
            was, now = before.value.get("percent") or 0, shown.value.get("percent") or 0
            if now < was:
                self._ledger.note("percent back", f"the service's client: {was} → {now}")
        return shown

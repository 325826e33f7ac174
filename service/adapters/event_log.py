"""The live echo of the jobs in Redis: a snapshot and a numbered stream of patches for each.

Epoch = "<random>.<run_id>": a log that another Redis server wrote, or the same one in an earlier life, counts as
absent, and appending to an absent log answers SEED_NEEDED. Within an epoch seq has no hole.

All methods raise redis.exceptions.ConnectionError or TimeoutError once Redis was away for some seconds.
"""

import time
from collections.abc import Sequence

import structlog

from service.adapters.event_arguments import facts_arguments, row_arguments, seed_arguments
from service.adapters.event_message import (
    LiveCard,
    card_from,
    gone_message,
    joined_message,
    of_server,
    paired,
    read_message,
    snapshot_from,
)
from service.adapters.events import Outcome, RowPatch, Seed, StepFacts
from service.adapters.keys import ALL_CHANNEL, job_channel, job_keys, owner_channel
from service.adapters.redis_link import Argument, RedisLink, Script, open_redis
from service.protocol.patch import Patch
from service.protocol.snapshot import Snapshot

__all__ = ["EventLog", "Outcome", "RowPatch", "Seed", "StepFacts"]

EVENT_BYTES = 8192
"""What an event should stay below, so that no slow subscriber makes Redis cut off its connection."""

_APPEND = Script.load("page_ranges.lua", "append.lua")
_SEED = Script.load("seed.lua")
_log = structlog.get_logger()


class EventLog:
    """All jobs' event logs on one Redis."""

    def __init__(self, redis_url: str) -> None:
        self._redis = open_redis(redis_url)
        self._link = RedisLink(self._redis)

    async def close(self) -> None:
        """Closes the connections."""
        await self._redis.aclose()

    async def append_row(self, row: RowPatch) -> Outcome:
        """Publishes what changed; REFUSED when the log holds this revision, a later one or a later run.

        Lines that the log lacks join it all the same, while its run lasts: another may have published their revision.

        A higher run forgets the steps, the pages that are not done and what else `AT_NEW_RUN` says, and counts percent
        from the row's. Percent never goes down within a run; it is 100 for `completed` and at most 99.9 before.
        """
        return await self._append(row.job_id, row_arguments(row))

    async def append_facts(self, facts: StepFacts) -> Outcome:
        """Sums the step into the job's percent and counters and sets alive_at, so it never answers UNCHANGED.

        REFUSED when the job is in another run, has ended, rests (staged, paused, waiting), or the step is known with
        a later attempt or has ended in this one.
        """
        return await self._append(facts.job_id, facts_arguments(facts))

    async def seed(self, seed: Seed) -> bool:
        """Writes the log with a new epoch if there is none of this server or only of a lower revision; whether it did.

        Publishes an empty patch marked `seeded`.
        """
        arguments = seed_arguments(seed)
        return bool(await self._link.run(_SEED, job_keys(seed.job_id), arguments))

    async def forget(self, job_id: str, owner_id: str) -> None:
        """Removes a deleted job's log and publishes a message marked `gone`."""
        message = gone_message(job_id, owner_id, time.time())
        channels = (job_channel(job_id), owner_channel(owner_id), ALL_CHANNEL)
        await self._link.together(
            [("DEL", *job_keys(job_id)), *(("PUBLISH", channel, message) for channel in channels)]
        )

    async def joined(self, job_id: str, owner_id: str) -> None:
        """Tells who watches the owner's lists and batches that the job is shown in one more of them."""
        message = joined_message(job_id, owner_id, time.time())
        await self._link.together(
            [("PUBLISH", channel, message) for channel in (owner_channel(owner_id), ALL_CHANNEL)]
        )

    async def snapshot(self, job_id: str) -> Snapshot | None:
        """All that is known of the job, of one moment; None if this server has no log of it."""
        keys = job_keys(job_id)
        told = await self._link.together([("HGETALL", key) for key in (keys.main, keys.pages, keys.log)])
        return snapshot_from(job_id, told.run_id, *told.replies)

    async def cards(self, job_ids: Sequence[str]) -> dict[str, LiveCard]:
        """The cards that there are, each of one moment. One round trip."""
        if not job_ids:
            return {}
        told = await self._link.one_by_one([("HGETALL", job_keys(job_id).main) for job_id in job_ids])
        found = {
            job_id: card_from(job_id, told.run_id, main)
            for job_id, main in zip(job_ids, told.replies, strict=True)
        }
        return {job_id: each for job_id, each in found.items() if each is not None}

    async def snapshots(self, job_ids: Sequence[str]) -> dict[str, Snapshot]:
        """The snapshots of the cards that there are. One round trip."""
        return {job_id: each.snapshot for job_id, each in (await self.cards(job_ids)).items()}

    async def since(self, job_id: str, epoch: str, seq: int) -> list[Patch] | None:
        """The patches after `seq`, without a hole up to now; None if they are not all there or of another epoch."""
        keys = job_keys(job_id)
        told = await self._link.together(
            [("HMGET", keys.main, "_epoch", "_seq"), ("XRANGE", keys.stream, f"{seq + 1}-0", "+")]
        )
        (stored_epoch, last), entries = told.replies
        if not of_server(stored_epoch, told.run_id) or stored_epoch.decode() != epoch:
            return None
        patches = [read_message(paired(pair)[b"p"]).patch for _, pair in entries]
        complete = [patch.last for patch in patches] == list(range(seq + 1, int(last) + 1))
        return patches if complete and seq <= int(last) else None

    async def _append(self, job_id: str, arguments: list[Argument]) -> Outcome:
        outcome, size = await self._link.run(_APPEND, job_keys(job_id), arguments)
        if size > EVENT_BYTES:
            _log.warning("large_event", job_id=job_id, bytes=size)
        return Outcome(outcome.decode())

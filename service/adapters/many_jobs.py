"""Commands to many jobs: a batch's, those of a list, or some by their ids. Each returns the ids that it reached.

What a command is not possible for is left out, so that repeating one is safe.
"""

from dataclasses import replace

from service.adapters import changes
from service.adapters.applying import Applying
from service.adapters.database import Database
from service.adapters.echo import Echo
from service.adapters.records import listing
from service.domain.account import Actor
from service.domain.job import JobState
from service.protocol.topics import Filters

_PAUSED = (JobState.PAUSING, JobState.PAUSED)


class ManyJobs:
    """Those that run go first, since stopping them is what cannot wait; then those whose turn would come next."""

    def __init__(self, db: Database, applying: Applying, echo: Echo) -> None:
        self._db = db
        self._applying = applying
        self._echo = echo

    async def cancel(self, ids: list[str], actor: Actor) -> list[str]:
        """Ends them and kills what runs."""
        return await self._applying.to_many(ids, actor, changes.cancel(actor, self._echo.live))

    async def retry(self, ids: list[str], actor: Actor) -> list[str]:
        """New runs of what has no output."""
        return await self._applying.to_many(ids, actor, changes.retry(actor))

    async def cancel_listed(self, filters: Filters, actor: Actor, text: str | None = None) -> list[str]:
        """Cancels what has not ended of a list of jobs, all of it whatever its limit."""
        return await self.cancel(await self._live(filters, text), actor)

    async def pause_listed(
        self, filters: Filters, actor: Actor, text: str | None = None, *, stop: bool = False
    ) -> list[str]:
        """Pauses what has not ended of a list of jobs."""
        ids = await self._live(filters, text)
        return await self._applying.to_many(ids, actor, changes.pause(actor, stop=stop))

    async def resume_listed(self, filters: Filters, actor: Actor, text: str | None = None) -> list[str]:
        """Lets go on what is paused of a list of jobs."""
        states = tuple(each for each in _PAUSED if not filters.states or each in filters.states)
        ids = await self._live(replace(filters, states=states), text) if states else []
        return await self._applying.to_many(ids, actor, changes.resume(actor))

    async def cancel_batch(self, batch_id: str, actor: Actor) -> list[str]:
        """Cancels what has not ended of a batch."""
        return await self.cancel_listed(Filters(batch=batch_id), actor)

    async def pause_batch(self, batch_id: str, actor: Actor, *, stop: bool = False) -> list[str]:
        """Pauses what has not ended of a batch."""
        return await self.pause_listed(Filters(batch=batch_id), actor, stop=stop)

    async def resume_batch(self, batch_id: str, actor: Actor) -> list[str]:
        """Lets go on what is paused of a batch."""
        return await self.resume_listed(Filters(batch=batch_id), actor)

    async def retry_failed_listed(self, filters: Filters, actor: Actor, text: str | None = None) -> list[str]:
        """Retries what failed of a list of jobs, and the failed pages of what completed."""
        async with self._db.reading() as session:
            ids = await listing.failed_ids(session, filters, text=text)
        return await self.retry(ids, actor)

    async def retry_failed(self, batch_id: str, actor: Actor) -> list[str]:
        """Retries the batch's failed jobs and those with failed pages."""
        return await self.retry_failed_listed(Filters(batch=batch_id), actor)

    async def _live(self, filters: Filters, text: str | None) -> list[str]:
        async with self._db.reading() as session:
            return await listing.live_ids(session, filters, text=text)

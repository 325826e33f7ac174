"""Rows of SQL with what the log knows on top: the later of the two wins, by revision."""

from collections.abc import Mapping

from service.gateway.views.source import History
from service.protocol.snapshot import Snapshot

_ONLY_WORKERS_KNOW = ("detail", "eta_seconds", "alive_at")


async def as_new_as(history: History, revisions: Mapping[str, int]) -> dict[str, Snapshot]:
    """The log's cards of these jobs that are no older than the rows of these revisions."""
    # Revisions first: they only rise, so the cards that are read after them are at least as new.
    known = await history.revisions(list(revisions))
    live = await history.snapshots(list(known))
    return {job_id: each for job_id, each in live.items() if known[job_id] >= revisions[job_id]}


async def overlaid(history: History, stored: list[Snapshot]) -> list[Snapshot]:
    """The cards as they are to be shown; `seq` of a stored one is its row's revision.

    What the log has of an older revision gives the place in its patches: those that are still to come lead to the row.
    """
    ids = [each.job_id for each in stored]
    revisions = await history.revisions(ids)
    live = await history.snapshots(ids)
    return [_later(each, live.get(each.job_id), revisions.get(each.job_id, 0)) for each in stored]


def _later(stored: Snapshot, live: Snapshot | None, revision: int) -> Snapshot:
    if live is None:
        return stored
    if revision >= stored.seq:
        return live
    kept = {name: live.value[name] for name in _ONLY_WORKERS_KNOW if name in live.value}
    value = {**kept, **stored.value} if live.run == stored.run else stored.value
    return Snapshot(stored.job_id, live.epoch, live.seq, stored.run, value)

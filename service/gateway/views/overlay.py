"""Rows of SQL with what the log knows on top: the later of the two wins, by revision."""

from collections.abc import Mapping

from service.adapters.event_message import LiveCard
from service.domain.json import JsonObject
from service.gateway.views.source import History
from service.protocol.snapshot import Snapshot

_ONLY_WORKERS_KNOW = ("detail", "eta_seconds", "alive_at")
_COUNTED_BY_THE_LOG = ("pages_done", "pages_failed")


async def as_new_as(history: History, revisions: Mapping[str, int]) -> dict[str, Snapshot]:
    """The log's cards of these jobs that are no older than the rows of these revisions."""
    live = await history.cards(list(revisions))
    return {job_id: each.snapshot for job_id, each in live.items() if each.revision >= revisions[job_id]}


async def overlaid(history: History, stored: list[Snapshot]) -> list[Snapshot]:
    """The cards as they are to be shown; `seq` of a stored one is its row's revision.

    What the log has of an older revision gives the place in its patches: those that are still to come lead to the row.
    """
    live = await history.cards([each.job_id for each in stored])
    return [_later(each, live.get(each.job_id)) for each in stored]


def _later(stored: Snapshot, live: LiveCard | None) -> Snapshot:
    if live is None:
        return stored
    known = live.snapshot
    if live.revision >= stored.seq:
        return known
    value = {**stored.value, "counters": _counters(stored.value, known.value)}
    if known.run == stored.run:
        kept = {name: known.value[name] for name in _ONLY_WORKERS_KNOW if name in known.value}
        highest = max(stored.value.get("percent") or 0, known.value.get("percent") or 0)
        value = {**kept, **value, "percent": highest}
    return Snapshot(stored.job_id, known.epoch, known.seq, stored.run, value)


def _counters(stored: JsonObject, known: JsonObject) -> JsonObject:
    """What the log counts by itself is in no patch that a row leads to, unless it changes."""
    counted = known.get("counters") or {}
    kept = {name: counted[name] for name in _COUNTED_BY_THE_LOG if name in counted}
    return {**kept, **(stored.get("counters") or {})}

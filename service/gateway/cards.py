"""Lists of jobs over HTTP: a page from SQL, with what is newer in the event log on top."""

from dataclasses import replace

from redis.exceptions import RedisError
from starlette.requests import Request

from service.adapters.database import Database
from service.adapters.event_log import EventLog
from service.adapters.records import listing
from service.adapters.records.listing import Card
from service.domain.ids import is_id
from service.domain.json import JsonObject
from service.gateway.operation import Parameter
from service.gateway.views.overlay import as_new_as
from service.protocol.batch import Member, with_live
from service.protocol.problems import refused
from service.protocol.snapshot import Snapshot
from service.protocol.topics import Filters, UnknownTopic, parse_filters

_LONGEST_SEARCH = 200

FILTER_PARAMETERS = (
    Parameter("state", "states, separated by commas"),
    Parameter("pipeline", "the name of a pipeline"),
    Parameter("batch", "the id of a batch"),
    Parameter("q", "text in the name, whatever its case"),
)
LIST_PARAMETERS = (
    *FILTER_PARAMETERS,
    Parameter("limit", "cards a page, at most 500", "integer"),
    Parameter("cursor", "`next` of the page before"),
)


def wanted_jobs(query: dict[str, str], owner_id: str | None) -> tuple[Filters, str | None]:
    """The filters and the text that a query asks for, of one owner's jobs or, for None, of whose the query says."""
    rest = dict(query)
    text = rest.pop("q", "").strip()[:_LONGEST_SEARCH]
    if "\x00" in text:
        # PostgreSQL has no such text, so that looking for it would fail.
        raise refused(422, "bad_request", reason="q is not text")
    try:
        filters = parse_filters(rest, owner_allowed=owner_id is None)
    except UnknownTopic as wrong:
        raise refused(422, "bad_request", reason=str(wrong)) from None
    return (filters if owner_id is None else replace(filters, owner=owner_id)), text or None


class Cards:
    """Reads lists. The number of SQL statements and of trips to Redis does not depend on their length."""

    def __init__(self, db: Database, log: EventLog) -> None:
        self._db = db
        self._log = log

    async def page(self, request: Request, owner_id: str | None) -> JsonObject:
        """The page that the query asks for, of one owner's jobs or, for None, of whose the query says."""
        query = {name: each for name, each in request.query_params.items() if each}
        cursor = query.pop("cursor", None)
        if cursor is not None and not is_id(cursor):
            raise refused(422, "bad_request", reason="cursor is not one that a page gave")
        filters, text = wanted_jobs(query, owner_id)
        async with self._db.reading() as session:
            found = await listing.page(session, filters, text=text, before=cursor)
            counts = await listing.counts(session, filters, text=text)
        live = await self._live({each.job_id: each.revision for each in found.cards})
        return {
            "items": [_shown(each, live.get(each.job_id)) for each in found.cards],
            "next": found.next,
            "counts": counts,
        }

    async def members(self, batch_id: str) -> list[Member]:
        """The jobs of a batch as they stand."""
        async with self._db.reading() as session:
            rows = await listing.batch_members(session, batch_id)
        live = await self._live({each.job_id: each.revision for each in rows})
        return [with_live(each, live.get(each.job_id)) for each in rows]

    async def _live(self, revisions: dict[str, int]) -> dict[str, Snapshot]:
        """The log's snapshots that are no older than the rows; none while Redis is away."""
        try:
            return await as_new_as(self._log, revisions)
        except (RedisError, OSError, TimeoutError):
            return {}


def _shown(card: Card, live: Snapshot | None) -> JsonObject:
    return card.value if live is None or live.run < card.run else live.value

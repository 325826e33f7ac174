"""What an upload asks for, read from its query and checked before the first byte of its body."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from service.adapters.commands import allow_priority
from service.adapters.database import Database
from service.adapters.records import listing, pipelines
from service.domain.account import Actor
from service.domain.ids import is_id
from service.domain.job import PRIORITIES
from service.domain.pipeline import PipelineSpec
from service.gateway.answers import first_reason
from service.protocol.problems import refused

_DEFAULT_PIPELINE = "text"


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    pipeline: str | None = None
    batch: str | None = None
    start: bool = True
    force: bool = False
    priority: str = "normal"


@dataclass(frozen=True)
class UploadOrder:
    """What is to be done with every file of the request; without a batch, one is made."""

    owner: Actor
    spec: PipelineSpec
    batch_id: str | None
    start: bool
    force: bool
    priority: str


async def upload_order(db: Database, owner: Actor, request: Request) -> UploadOrder:
    """Raises Refused for an unknown pipeline or batch, and for a query that makes no sense."""
    try:
        query = _Query.model_validate({name: each for name, each in request.query_params.items() if each})
    except ValidationError as wrong:
        raise refused(422, "bad_request", reason=first_reason(wrong)) from None
    if query.priority not in PRIORITIES:
        raise refused(422, "bad_request", reason=f"priority is one of {', '.join(PRIORITIES)}")
    allow_priority(owner, query.priority)
    async with db.reading() as session:
        known = await pipelines.known(session)
        known = {name: each for name, each in known.items() if each.takes_uploads}
        spec = known.get(query.pipeline or default_pipeline(known))
        if not known:
            raise refused(503, "no_pipelines")
        if spec is None:
            raise refused(422, "unknown_pipeline", pipeline=query.pipeline, known=", ".join(known))
        if query.batch is not None:
            batch = await listing.owned_batch(session, query.batch) if is_id(query.batch) else None
            if batch is None or batch.owner_id != owner.user_id:
                raise refused(404, "not_found")
    return UploadOrder(owner, spec, query.batch, query.start, query.force, query.priority)


def default_pipeline(known: dict[str, PipelineSpec]) -> str:
    """The pipeline of an upload that names none; an empty name where there is none."""
    return _DEFAULT_PIPELINE if _DEFAULT_PIPELINE in known else min(known, default="")

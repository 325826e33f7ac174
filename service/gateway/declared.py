"""The pipelines, as the workers declared them: what the page builds its forms from."""

from starlette.requests import Request
from starlette.responses import Response

from service.adapters.database import Database
from service.adapters.records import pipelines
from service.domain.json import JsonObject
from service.domain.message import Message
from service.domain.pipeline import PipelineSpec
from service.gateway.answers import json_answer
from service.gateway.models import PipelinesAnswer
from service.gateway.operation import Answer, Operation
from service.gateway.orders import default_pipeline


class Pipelines:
    """The operation `GET /api/pipelines`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def operations(self) -> list[Operation]:
        """For the routes."""
        return [
            Operation(
                "GET",
                "/api/pipelines",
                self.list,
                "What can be done with documents.",
                (Answer(200, PipelinesAnswer),),
            )
        ]

    async def list(self, _request: Request) -> Response:
        """All that take uploads, by name."""
        async with self._db.reading() as session:
            known = await pipelines.known(session)
        default = default_pipeline(known)
        return json_answer(
            {"items": [_shown(each, default) for each in known.values() if each.takes_uploads]}
        )


def _shown(spec: PipelineSpec, default: str) -> JsonObject:
    return {
        "name": spec.name,
        "title": Message("pipeline", spec.name).json(),
        "phases": [{"code": code, "title": Message("phase", code).text} for code in spec.phases],
        "options_schema": spec.options_schema,
        "accepts": list(spec.accepts),
        "default": spec.name == default,
    }

"""What can be asked over HTTP: one entry an operation, from which both the routes and the OpenAPI document are made."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.domain.account import Actor
from service.protocol.problems import refused

JSON = "application/json"

Endpoint = Callable[[Request], Awaitable[Response]]
WhoAsks = Callable[[Request], Awaitable[Actor]]


@dataclass(frozen=True)
class Answer:
    """A success: its status, and its model or media type; neither for an empty body."""

    status: int = 200
    model: type[BaseModel] | None = None
    media_type: str | None = JSON


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query."""

    name: str
    says: str
    schema: str = "string"


@dataclass(frozen=True)
class Operation:
    """One method of one path. `open_to_all` needs no user; `for_admins` answers 403 to others.

    `problems` are the statuses of what can go wrong beside 401, 403, 405, 500 and 503.
    """

    method: str
    path: str
    endpoint: Endpoint
    says: str
    answers: tuple[Answer, ...]
    parameters: tuple[Parameter, ...] = ()
    body: type[BaseModel] | None = None
    body_media_type: str = JSON
    problems: tuple[int, ...] = ()
    open_to_all: bool = False
    for_admins: bool = False


EMPTY = Answer(204, media_type=None)


def routes(operations: Iterable[Operation], who_asks: WhoAsks) -> list[Route]:
    """One route a path; each asks who is there before it does anything."""
    by_path: dict[str, dict[str, Operation]] = {}
    for each in operations:
        by_path.setdefault(each.path, {})[each.method] = each
    return [
        Route(path, _dispatching(methods, who_asks), methods=list(methods))
        for path, methods in by_path.items()
    ]


def actor(request: Request) -> Actor:
    """Who asks, in an operation that is not open to all."""
    return request.state.actor


def _dispatching(methods: dict[str, Operation], who_asks: WhoAsks) -> Endpoint:
    async def answer(request: Request) -> Response:
        operation = methods.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
        if not operation.open_to_all:
            request.state.actor = await who_asks(request)
            if operation.for_admins and not request.state.actor.is_admin:
                raise refused(403, "not_allowed")
        return await operation.endpoint(request)

    return answer

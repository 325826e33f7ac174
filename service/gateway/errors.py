"""Whatever goes wrong is answered as an RFC 9457 problem: what to do for the user, the internals for the log."""

import asyncio
from typing import Any

import orjson
import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.adapters.blob_store import BlobMissing, StorageAway
from service.adapters.commands import DocumentInUse, HighForAdmins, JobGone
from service.domain.ids import new_id
from service.domain.job import NotPossible
from service.domain.json import JsonObject
from service.domain.question import AnswerRefused
from service.protocol.problems import MEDIA_TYPE, Problem, Refused, refused

_log = structlog.get_logger()

RETRY_SECONDS = 2
_STORAGE_SECONDS = 10
_AWAY = (
    StorageAway,
    OperationalError,
    InterfaceError,
    InternalError,
    PoolTimeout,
    RedisError,
    ConnectionError,
)
"""InternalError: what the driver of PostgreSQL may say when its connection breaks off in the middle of an answer."""


def problem_response(refusal: Refused, more: JsonObject | None = None) -> Response:
    """The problem, with further members of its own and a support id that the log has, too."""
    support_id = refusal.problem.support_id or new_id()
    _log.info(
        "refused",
        support_id=support_id,
        code=refusal.problem.code,
        status=refusal.problem.status,
        params=refusal.problem.params,
    )
    body = {**refusal.problem.json(), "support_id": support_id, **(more or {})}
    return Response(
        orjson.dumps(body),
        refusal.problem.status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **_headers(refusal)},
    )


def as_refusal(error: Exception, method: str) -> Refused | None:
    """What to tell of an error that is no fault of the server's; None for one that is."""
    match error:
        case Refused():
            return error
        case JobGone() | BlobMissing():
            return refused(404, "not_found")
        case NotPossible():
            return refused(409, "not_possible", state=str(error.state), event=str(error.event))
        case AnswerRefused():
            gone = error.code == "question_gone"
            return refused(409 if gone else 422, error.code, field=error.field_name)
        case HighForAdmins() | DocumentInUse():
            is_high = isinstance(error, HighForAdmins)
            return refused(403, "high_for_admins") if is_high else refused(409, "document_in_use")
        case HTTPException():
            return _of_starlette(error, method)
        case _ if is_away(error):
            is_storage = isinstance(error, StorageAway)
            code, seconds = (
                ("storage_away", _STORAGE_SECONDS) if is_storage else ("unavailable", RETRY_SECONDS)
            )
            return refused(503, code, seconds=seconds)
        case _:
            return None


async def not_routed(request: Request, error: Exception) -> Response:
    """The answer where Starlette itself knows no route or method."""
    assert isinstance(error, HTTPException)
    return problem_response(_of_starlette(error, request.method))


class Problems:
    """The ASGI middleware that catches what operations raise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            # The server stops and has waited for long enough; whoever asked may ask another, or this one again.
            if not started:
                stopping = refused(503, "unavailable", seconds=RETRY_SECONDS)
                await problem_response(stopping)(scope, receive, send)
            raise
        except Exception as error:
            # Once the answer has begun there is only one way to say that it is not whole: break it off.
            if started:
                raise
            await _answer(error, Request(scope))(scope, receive, send)


def _answer(error: Exception, request: Request) -> Response:
    refusal = as_refusal(error, request.method)
    if refusal is not None and refusal.problem.status < 500:
        return problem_response(refusal)
    support_id = new_id()
    _log.error(
        "request_failed",
        support_id=support_id,
        method=request.method,
        path=request.url.path,
        reason=None if error.__cause__ is None else str(error.__cause__),
        exc_info=error
        if refusal is None or refusal.problem.code in ("unavailable", "storage_away")
        else None,
    )
    known = refusal.problem if refusal else Problem(500, "internal")
    told = Problem(known.status, known.code, known.params, support_id)
    return problem_response(Refused(told, refusal.headers if refusal else None))


def _of_starlette(error: HTTPException, method: str) -> Refused:
    headers = dict(error.headers or {})
    match error.status_code:
        case 404:
            problem = Problem(404, "not_found")
        case 405:
            problem = Problem(405, "method_not_allowed", {"method": method})
        case status:
            problem = Problem(status, "bad_request", {"reason": error.detail})
    return Refused(problem, headers)


def is_away(error: BaseException) -> bool:
    """Whether it says that what the gateway stands on can't be had for now."""
    return isinstance(error, _AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _headers(refusal: Refused) -> dict[str, Any]:
    headers: dict[str, str] = {}
    if refusal.problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "seconds" in refusal.problem.params:
        headers["Retry-After"] = str(refusal.problem.params["seconds"])
    return {**headers, **refusal.headers}

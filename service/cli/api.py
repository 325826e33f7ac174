"""The server's HTTP interface as commands use it: JSON in, JSON out, and failures that say what to do."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx
import orjson

from service.cli.failing import (
    EXIT_INCOMPLETE,
    EXIT_NOT_ALLOWED,
    EXIT_REFUSED,
    EXIT_UNREACHABLE,
    CommandFailed,
)
from service.cli.server import Server
from service.domain.json import JsonObject

_CONNECT_SECONDS = 5.0
# An upload is answered after its last byte is on the disk, which on a slow one takes its time.
_ANSWER_SECONDS = 300.0
_USAGE_CODES = frozenset(
    {
        "options_invalid",
        "unknown_pipeline",
        "bad_request",
        "not_for_pipeline",
        "answer_incomplete",
        "value_no_date",
        "value_no_imo",
        "value_too_long",
    }
)


class Api:
    """Requests to one server, with its token."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._http = httpx.AsyncClient(
            base_url=server.url,
            headers={"Authorization": f"Bearer {server.token}"},
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
            # The proxy variables of a shell are for the outside world; they broke many a localhost.
            trust_env=not is_local(server.url),
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, **params: Any) -> JsonObject:
        """The answer's JSON object. Parameters that are None are left out. Raises CommandFailed."""
        return _checked(await self._send("GET", path, params=_given(params)))

    async def find(self, path: str) -> JsonObject | None:
        """As `get`; None where there is nothing."""
        response = await self._send("GET", path)
        return None if response.status_code == 404 else _checked(response)

    async def post(self, path: str, body: JsonObject | None = None) -> JsonObject:
        """Sends a JSON object; the answer's (an empty one for an empty answer). Raises CommandFailed."""
        return _checked(await self._send("POST", path, json=body or {}))

    async def patch(self, path: str, body: JsonObject) -> JsonObject:
        """Sends what is to change; the answer. Raises CommandFailed."""
        return _checked(await self._send("PATCH", path, json=body))

    async def send_parts(
        self, path: str, params: JsonObject, fields: dict[str, str], files: list[tuple[str, Any]]
    ) -> JsonObject:
        """A multipart upload, streamed from open files; the answer, also when it refuses all of them or stops."""
        response = await self._send("POST", path, params=_given(params), data=fields, files=files)
        answer = _json_of(response)
        if response.status_code in (408, 422, 503) and "rejected" in answer:
            return answer
        return _checked(response)

    @asynccontextmanager
    async def stream(self, path: str, **params: Any) -> AsyncGenerator[httpx.Response, None]:
        """A response whose body is read piece by piece; parameters as `get` takes them. Raises CommandFailed."""
        try:
            async with self._http.stream("GET", path, params=_given(params)) as response:
                if response.is_error:
                    await response.aread()
                    _checked(response)
                yield response
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return await self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        except httpx.InvalidURL as error:
            raise CommandFailed(f"{self.server.url} is no address of a server: {error}.") from error

    def _unreachable(self, error: Exception) -> CommandFailed:
        return unreachable(self.server.url, str(error) or type(error).__name__)


def unreachable(url: str, reason: str) -> CommandFailed:
    """What is said when no server answers there."""
    return CommandFailed(
        f"{url} does not answer ({reason}).",
        "Is it running? Start one here with `headway up`, or name another with --server.",
        exit_code=EXIT_UNREACHABLE,
    )


def failure_of(status: int, problem: JsonObject) -> CommandFailed:
    """A problem document as the failure of a command."""
    code = problem.get("code")
    what = str(problem.get("detail") or problem.get("title") or f"The server answered with {status}.")
    support_id = problem.get("support_id")
    remedy = f"Support id: {support_id}" if support_id and status >= 500 else ""
    if status in (401, 403):
        return CommandFailed(what, "Check the token (HEADWAY_TOKEN).", exit_code=EXIT_NOT_ALLOWED)
    if code == "not_found":
        nothing = "There is nothing with this id, or it is not yours."
        return CommandFailed(nothing, "`headway jobs` lists your jobs.", exit_code=EXIT_INCOMPLETE)
    if status in (502, 503, 504):
        return CommandFailed(what, remedy, exit_code=EXIT_UNREACHABLE)
    return CommandFailed(what, remedy, exit_code=EXIT_REFUSED if code in _USAGE_CODES else EXIT_INCOMPLETE)


def _checked(response: httpx.Response) -> JsonObject:
    answer = _json_of(response)
    if response.is_success:
        return answer
    raise failure_of(response.status_code, answer)


def _json_of(response: httpx.Response) -> JsonObject:
    """The body as an object; what is none (a proxy's page) counts as empty."""
    try:
        answer = orjson.loads(response.content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _given(params: JsonObject) -> JsonObject:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in params.items()
        if value is not None
    }


def is_local(url: str) -> bool:
    """Whether the server is on this machine."""
    return httpx.URL(url).host in ("127.0.0.1", "::1", "localhost")

"""Asking a gateway of this machine, with nothing that takes long to load: is it ready, and what is the link."""

import asyncio

import orjson

from service.cli.failing import EXIT_INCOMPLETE, CommandFailed
from service.cli.server import Server, read_token
from service.domain.json import JsonObject
from service.settings import Settings

_EVERY_SECONDS = 0.02
_ANSWER_SECONDS = 5.0


async def until_ready(settings: Settings, url: str) -> Server:
    """The server, once it answers and knows a pipeline, which is to say that a worker has started."""
    while True:
        server = await _ready(settings, url)
        if server is not None:
            return server
        await asyncio.sleep(_EVERY_SECONDS)


async def _ready(settings: Settings, url: str) -> Server | None:
    status, _ = await get(url, "/readyz")
    if status != 200:
        return None
    given = settings.token.get_secret_value() if settings.token is not None else None
    token = given or read_token(settings.data_dir)
    if token is None:
        return None
    status, answer = await get(url, "/api/pipelines", token)
    return Server(url, token) if status == 200 and answer.get("items") else None


async def get(url: str, path: str, token: str | None = None) -> tuple[int, JsonObject]:
    """Status and JSON object of one GET over plain HTTP; (0, {}) where none answers, {} for another body."""
    return await _ask("GET", url, path, token)


async def sign_in_link(server: Server) -> str:
    """A new link with a one-time code. Raises CommandFailed."""
    status, answer = await _ask("POST", server.url, "/api/session/links", server.token)
    if status != 201:
        raise CommandFailed(f"No sign-in link could be made ({status}).", exit_code=EXIT_INCOMPLETE)
    return str(answer["url"])


async def _ask(method: str, url: str, path: str, token: str | None) -> tuple[int, JsonObject]:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            raw = await _exchange(method, url, path, token)
        head, _, body = raw.partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
    except (OSError, TimeoutError, IndexError, ValueError):
        return 0, {}
    try:
        answer = orjson.loads(body)
    except ValueError:
        return status, {}
    return status, answer if isinstance(answer, dict) else {}


async def _exchange(method: str, url: str, path: str, token: str | None) -> bytes:
    address = url.removeprefix("http://")
    host, _, port = address.rpartition(":")
    lines = [f"{method} {path} HTTP/1.0", f"Host: {address}", "Content-Length: 0"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode())
        return await reader.read()
    finally:
        writer.close()

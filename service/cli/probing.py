"""Asking a gateway that starts whether it is ready, with nothing that takes long to load."""

import asyncio
from collections.abc import Mapping

import orjson

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
    status, answer = await get(url, "/api/pipelines", {"Authorization": f"Bearer {token}"})
    return Server(url, token) if status == 200 and answer.get("items") else None


async def get(url: str, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, JsonObject]:
    """Status and JSON object of one GET over plain HTTP; (0, {}) where none answers, {} for another body."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            raw = await _exchange(url, path, headers or {})
        head, _, body = raw.partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
    except (OSError, TimeoutError, IndexError, ValueError):
        return 0, {}
    try:
        answer = orjson.loads(body)
    except ValueError:
        return status, {}
    return status, answer if isinstance(answer, dict) else {}


async def _exchange(url: str, path: str, headers: Mapping[str, str]) -> bytes:
    address = url.removeprefix("http://")
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        lines = [
            f"GET {path} HTTP/1.0",
            f"Host: {address}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        return await reader.read()
    finally:
        writer.close()

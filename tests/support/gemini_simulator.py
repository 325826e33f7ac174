"""A Gemini that runs here: generateContent over HTTP for the real client, and misbehaviour on request.

    async with GeminiSimulator() as simulator:
        simulator.next(refuse(429, retry_after=2.0), say({"fields": []}))
        engine = Gemini(GeminiPlace("model", api_key="key", endpoint=simulator.url))

Each request takes the next behaviour; when none is left it is answered by `simulator.default`, which finds nothing.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeAlias

from service.domain.json import JsonObject

TOKENS_IN, TOKENS_OUT, TOKENS_THOUGHT = 120, 30, 10


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: JsonObject

    @property
    def text(self) -> str:
        """The contents, without the system instruction."""
        return "".join(part["text"] for each in self.body["contents"] for part in each["parts"])

    @property
    def instruction(self) -> str:
        return "".join(part["text"] for part in self.body["systemInstruction"]["parts"])


@dataclass(frozen=True)
class Told:
    """An answer: status and body; `cut` sends half of it and hangs up."""

    status: int
    body: bytes
    cut: bool = False


Behaviour: TypeAlias = Callable[["GeminiSimulator", Asked], Awaitable[Told]]


class GeminiSimulator:
    """Keeps all requests; `most_under_way` is how many there were at a time."""

    def __init__(self) -> None:
        self.requests: list[Asked] = []
        self.under_way = 0
        self.most_under_way = 0
        self.default: Behaviour = say({"fields": [], "changes": []})
        self._behaviours: deque[Behaviour] = deque()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def next(self, *behaviours: Behaviour) -> None:
        """What the coming requests meet, one each."""
        self._behaviours.extend(behaviours)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._serving.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        asked = Asked(first.split()[1], headers, json.loads(body))
        self.requests.append(asked)
        behaviour = self._behaviours.popleft() if self._behaviours else self.default
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            told = await behaviour(self, asked)
        finally:
            self.under_way -= 1
        answer = (
            f"HTTP/1.1 {told.status} Told\r\ncontent-type: application/json\r\n"
            f"content-length: {len(told.body)}\r\n\r\n"
        ).encode() + told.body
        writer.write(answer[: len(answer) - len(told.body) // 2] if told.cut else answer)
        await writer.drain()
        return not told.cut


def say(reply: Any) -> Behaviour:
    """The model says this: text as it is, anything else as JSON."""
    return _always(Told(200, _response(reply if isinstance(reply, str) else json.dumps(reply))))


def say_by(reply: Callable[[Asked], Any]) -> Behaviour:
    """What the model says depends on what it is asked."""

    async def answer(_: GeminiSimulator, asked: Asked) -> Told:
        return Told(200, _response(json.dumps(reply(asked))))

    return answer


def end_by(reason: str, text: str = "") -> Behaviour:
    """The answer ends for this reason: SAFETY, MAX_TOKENS, …"""
    return _always(Told(200, _response(text, reason)))


def block(reason: str = "PROHIBITED_CONTENT") -> Behaviour:
    """The prompt itself is blocked: no candidates."""
    return _always(Told(200, _dumped({"promptFeedback": {"blockReason": reason}, "usageMetadata": _usage()})))


def leave_out_candidates() -> Behaviour:
    return _always(Told(200, _dumped({"candidates": [], "usageMetadata": _usage()})))


def send(body: bytes, status: int = 200) -> Behaviour:
    """Any bytes."""
    return _always(Told(status, body))


def refuse(
    status: int, state: str = "UNAVAILABLE", *, retry_after: float | None = None, reason: str | None = None
) -> Behaviour:
    """An error in Google's form; with `retry_after` seconds it says when to come back."""
    details: list[JsonObject] = []
    if reason is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason})
    if retry_after is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_after}s"})
    error = {"code": status, "status": state, "message": "refused", "details": details}
    return _always(Told(status, _dumped({"error": error})))


async def stall(simulator: GeminiSimulator, asked: Asked) -> Told:
    """No answer, until the client gives up."""
    await asyncio.Event().wait()
    raise AssertionError("nobody opens that gate")


async def break_off(simulator: GeminiSimulator, asked: Asked) -> Told:
    """Half an answer, then a closed connection."""
    return Told(200, _response('{"fields": []}' + " " * 4096), cut=True)


def _always(told: Told) -> Behaviour:
    async def answer(_: GeminiSimulator, __: Asked) -> Told:
        return told

    return answer


def _response(text: str, reason: str = "STOP") -> bytes:
    content = {"role": "model", "parts": [{"text": text}]} if text else {"role": "model"}
    return _dumped(
        {"candidates": [{"content": content, "finishReason": reason, "index": 0}], "usageMetadata": _usage()}
    )


def _usage() -> JsonObject:
    return {
        "promptTokenCount": TOKENS_IN,
        "candidatesTokenCount": TOKENS_OUT,
        "thoughtsTokenCount": TOKENS_THOUGHT,
        "totalTokenCount": TOKENS_IN + TOKENS_OUT + TOKENS_THOUGHT,
    }


def _dumped(body: JsonObject) -> bytes:
    return json.dumps(body).encode()
